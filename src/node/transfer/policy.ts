/**
 * Reads from an upload form when it expires and which sizes it allows, so that these are checked before a byte is sent.
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

/** Reads the policy of a form. If it cannot be read, nothing is refused here, and the store decides. */
export const readPolicy = (fields: Readonly<Record<string, string>>): UploadPolicy => {
  // Stores ignore the case of field names.
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
