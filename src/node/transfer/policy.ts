/**
 * What a place in storage lets in, as its own policy says: asked before a byte is sent.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Policy = Schema.parseJson(
  Schema.Struct({
    expiration: Schema.optional(Schema.String),
    conditions: Schema.optional(Schema.Array(Schema.Unknown))
  })
)

const SizeRange = Schema.Tuple(Schema.Literal("content-length-range"), Schema.Number, Schema.Number)

export interface UploadPolicy {
  /** In milliseconds since 1970. */
  readonly expires: number | undefined
  readonly sizes: { readonly least: number; readonly most: number } | undefined
}

/** Reads the policy of a form. One that cannot be read rules nothing out: the store has the last word. */
export const readPolicy = (fields: Readonly<Record<string, string>>): UploadPolicy => {
  // Names of fields are the same in capitals to a store.
  const [, encoded = ""] = Object.entries(fields).find(([name]) => name.toLowerCase() === "policy") ?? []
  const text = Buffer.from(encoded, "base64").toString("utf8")
  const policy = Either.getOrElse(Schema.decodeUnknownEither(Policy)(text), () => ({}) as typeof Policy.Type)
  const expires = Date.parse(policy.expiration ?? "")
  const range = (policy.conditions ?? []).flatMap((condition) =>
    Option.toArray(Schema.decodeUnknownOption(SizeRange)(condition))
  )[0]
  return {
    expires: Number.isNaN(expires) ? undefined : expires,
    sizes: range && { least: range[1], most: range[2] }
  }
}
