/**
 * Reads the body of an answer.
 *
 * An operation whose answer is JSON has a schema as its `answer`. Any other operation has one of the values of this
 * module. Any 2xx status is success: the result depends on the body alone.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { decoderOf, parseJson, type Unreadable } from "./json.js"
import { describePage, isHtml, whereToLook } from "./stranger.js"

export type { Unreadable } from "./json.js"

/** A complete response with its decompressed body. */
export interface Response {
  readonly status: number
  /** The headers by their names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly bytes: Uint8Array
}

/** Reads a response. */
export type Read<out A> = (response: Response) => Either.Either<A, Unreadable>

/** A way to read a response, other than decoding its JSON with a schema. */
export interface Answer<out A> {
  readonly _tag: "Answer"
  readonly read: Read<A>
  /** The schema of the JSON, if JSON is read. */
  readonly schema?: Schema.Schema.AnyNoContext | undefined
}

/** The answer of an operation: a schema of its JSON, or an `Answer`. */
export type Spec<A = unknown> = (Schema.Schema.AnyNoContext & { readonly Type: A }) | Answer<A>

/** The type of the value that a caller gets. */
export type TypeOf<S> = S extends Answer<infer A> ? A : S extends { readonly Type: infer A } ? A : never

/**
 * Makes an `Answer` from a function that reads a response. If the function reads JSON, pass the schema of that JSON:
 * the operation then has it in its field `answer`.
 */
export const make = <A>(read: Read<A>, schema?: Schema.Schema.AnyNoContext): Answer<A> => ({
  _tag: "Answer",
  read,
  schema
})

/** Ignores the body. It is used for an operation without an `answer`. */
export const nothing: Answer<void> = make(() => Either.void)

const utf8 = new TextDecoder("utf-8", { fatal: true })

const readText: Read<string> = ({ bytes, headers }) => {
  try {
    return Either.right(utf8.decode(bytes))
  } catch {
    const encoding = headers["content-encoding"]
    return Either.left({
      detail:
        encoding === undefined || /^(?:gzip|identity)$/i.test(encoding)
          ? "The answer is not UTF-8."
          : "The answer has a content encoding that was not asked for."
    })
  }
}

/** The body as text, which must be UTF-8. */
export const text: Answer<string> = make(readText)

/** A body as it was received. */
export interface Bytes {
  readonly bytes: Uint8Array
  /** The `Content-Type`, such as `application/x-apple-aspen-config`. */
  readonly contentType: string | undefined
  /** The file name in the `Content-Disposition`. It is not checked, and may be a path. */
  readonly fileName: string | undefined
}

/** The body as bytes, with its media type and its file name. */
export const bytes: Answer<Bytes> = make(({ bytes, headers }) =>
  Either.right({
    bytes,
    contentType: headers["content-type"],
    fileName: fileNameOf(headers["content-disposition"] ?? "")
  })
)

const fileNameOf = (disposition: string): string | undefined => {
  const [, encoded] = /;\s*filename\*=utf-8''([^;\s]+)/i.exec(disposition) ?? []
  if (encoded !== undefined && /^(?:%[0-9a-f]{2}|[^%])+$/i.test(encoded)) {
    const bytes = encoded.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
    return new TextDecoder().decode(Uint8Array.from(bytes, (char) => char.charCodeAt(0)))
  }
  const [, quoted, plain] = /;\s*filename=(?:"((?:[^"\\]|\\.)*)"|([^";\s]+))/i.exec(disposition) ?? []
  return quoted?.replace(/\\(.)/g, "$1") ?? plain
}

/** Reads the body as JSON. @internal */
export const readJson: Read<unknown> = (response) =>
  Either.flatMap(readText(response), (text) =>
    Either.mapLeft(parseJson(text), (problem) => ({ detail: describeBody(text, response.headers) ?? problem }))
  )

/** Describes a body that is not JSON. Returns `undefined` if nothing is known about it. */
const describeBody = (text: string, headers: Response["headers"]): string | undefined => {
  if (isHtml(text, headers))
    return `Invalid JSON: something on the way answers in the service's place: ${describePage(text, headers)}. ${whereToLook}`
  const type = headers["content-type"]?.split(";")[0]?.trim()
  return type === undefined || !/^[\w.+-]+\/[\w.+-]+$/.test(type) || /\bjson$/i.test(type) || text.trim() === ""
    ? undefined
    : `Invalid JSON: the body is ${type}.`
}

const jsonReader = <A, I>(schema: Schema.Schema<A, I>): Read<A> => {
  const decode = decoderOf(schema)
  return (response) => Either.flatMap(readJson(response), decode)
}

/** JSON of a schema, or `None` if the body is empty. */
export const maybeEmpty = <A, I>(schema: Schema.Schema<A, I>): Answer<Option.Option<A>> => {
  const read = jsonReader(schema)
  return make(
    (response) =>
      response.bytes.every((byte) => byte <= 0x20)
        ? Either.right(Option.none())
        : Either.map(read(response), Option.some),
    schema
  )
}

/** Returns the id of an answer that has only an id, or only an id and a name. */
const onlyId = (json: unknown): string | undefined => {
  if (typeof json !== "object" || json === null || !("id" in json) || typeof json.id !== "string") return undefined
  return Object.keys(json).every((key) => key === "id" || key === "name") ? json.id : undefined
}

/**
 * A record that was created. If the answer has only its id, or only its id and its name, the result is the id as a
 * `Left`. The record then exists, and can be read by its id.
 */
export const created = <A, I>(schema: Schema.Schema<A, I>): Answer<Either.Either<A, string>> => {
  const decode = decoderOf(schema)
  return make(
    (response) =>
      Either.flatMap(readJson(response), (json): Either.Either<Either.Either<A, string>, Unreadable> => {
        const id = onlyId(json)
        return id === undefined ? Either.map(decode(json), Either.right) : Either.right(Either.left(id))
      }),
    schema
  )
}

/** Makes the reader of an operation's answer. @internal */
export const readerOf = <A>(spec: Spec<A>): Read<A> => (Schema.isSchema(spec) ? jsonReader(spec) : spec.read)

/** The schema that an operation's answer is decoded with, if there is one. @internal */
export const schemaOf = (spec: Spec): Schema.Schema.AnyNoContext | undefined =>
  Schema.isSchema(spec) ? spec : spec.schema
