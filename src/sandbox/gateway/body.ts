/**
 * Reads request bodies completely and decodes them by content type. They are small: installers are sent to storage.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { type Answer, type Incoming, json, type WholeRequest } from "./exchange.js"
import { jsonProblem } from "./jsonProblem.js"
import { type FilePart, type Form, readForm } from "./multipart.js"

/** The values of a body, by key. The values of a form are strings. */
export interface Input {
  readonly values: Readonly<Record<string, unknown>>
  readonly files: Readonly<Record<string, FilePart>>
}

/** The encodings that an endpoint can accept. */
export type Encoding = "json" | "urlencoded" | "multipart"

const mediaTypes: Readonly<Record<string, Encoding>> = {
  "application/json": "json",
  "application/x-www-form-urlencoded": "urlencoded",
  "multipart/form-data": "multipart"
}

const largestBody = 64 * 1024 * 1024

/** Whether a value is an object with keys. */
export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parseError = (message: string): Answer => json(400, { detail: message })

const encodingOf = (headers: Incoming["headers"]): Encoding | undefined =>
  mediaTypes[headers["content-type"]?.split(";")[0]?.trim().toLowerCase() ?? ""]

/** Parses the form in a body. This happens before the endpoint runs, since an endpoint must not wait. */
const formIn = (headers: Incoming["headers"], bytes: Uint8Array): Effect.Effect<Either.Either<Form, string>> =>
  Effect.either(
    Effect.tryPromise({
      try: () => readForm(bytes, headers["content-type"] ?? ""),
      catch: (cause) => (cause instanceof Error ? cause.message : String(cause))
    })
  )

/** Reads the request with its whole body. */
export const readWhole = (incoming: Incoming): Effect.Effect<WholeRequest, Answer> =>
  Effect.tryPromise({
    try: async () => {
      const chunks: Array<Uint8Array> = []
      let size = 0
      for await (const chunk of incoming.body) {
        size += chunk.length
        if (size > largestBody) return undefined
        chunks.push(chunk)
      }
      return Buffer.concat(chunks, size)
    },
    catch: () => parseError("The request was cut before its end.")
  }).pipe(
    Effect.filterOrFail(
      (bytes) => bytes !== undefined,
      () => json(413, { message: "Request size limit exceeded" })
    ),
    Effect.flatMap((bytes) =>
      encodingOf(incoming.headers) === "multipart"
        ? Effect.map(formIn(incoming.headers, bytes), (form) => ({ ...incoming, bytes, form }))
        : Effect.succeed({ ...incoming, bytes })
    )
  )

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

const parseJson = (bytes: Uint8Array): Effect.Effect<Input, Answer> =>
  Effect.try({
    try: () => utf8.decode(bytes),
    catch: () => parseError("JSON parse error - 'utf-8' codec can't decode the body: invalid start byte")
  }).pipe(
    Effect.flatMap((source) =>
      Effect.try({
        try: (): unknown => JSON.parse(source),
        catch: (cause) => parseError(`JSON parse error - ${jsonProblem(source) ?? String(cause)}`)
      })
    ),
    Effect.filterOrFail(isRecord, (value) =>
      json(400, {
        non_field_errors: [`Invalid data. Expected a dictionary, but got ${pythonTypeOf(value)}.`]
      })
    ),
    Effect.map((values) => ({ values, files: {} }))
  )

const pythonTypeOf = (value: unknown): string =>
  Array.isArray(value)
    ? "list"
    : value === null
      ? "NoneType"
      : typeof value === "string"
        ? "str"
        : typeof value === "boolean"
          ? "bool"
          : Number.isInteger(value)
            ? "int"
            : "float"

/** Turns `a.b=c` into `{a: {b: c}}`, as a nested serializer of Django REST framework does. */
const nest = (entries: Iterable<readonly [string, string]>): Record<string, unknown> => {
  const values: Record<string, unknown> = {}
  for (const [name, value] of entries) {
    const dot = name.indexOf(".")
    if (dot < 1) {
      values[name] = value
    } else {
      const outer = name.slice(0, dot)
      const before = values[outer]
      values[outer] = { ...(isRecord(before) ? before : {}), [name.slice(dot + 1)]: value }
    }
  }
  return values
}

const multipartOf = (form: WholeRequest["form"]): Either.Either<Input, Answer> =>
  (form ?? Either.left("no form")).pipe(
    Either.mapBoth({
      onLeft: (problem) =>
        parseError(
          `Multipart form parse error - ${problem.endsWith("Boundary not found") ? "Invalid boundary in multipart: None" : problem}`
        ),
      onRight: ({ fields, files }) => ({ values: nest(fields), files })
    })
  )

/** Decodes the body in one of the encodings that the endpoint accepts. Any other encoding gets a 415. */
export const readInput = (
  { bytes, form, headers }: WholeRequest,
  encodings: ReadonlyArray<Encoding>
): Effect.Effect<Input, Answer> =>
  Effect.suspend(() => {
    const type = headers["content-type"] ?? ""
    const encoding = encodingOf(headers)
    if (type === "" && bytes.length === 0) return Effect.succeed(nothing)
    if (encoding === undefined || !encodings.includes(encoding)) {
      return Effect.fail(json(415, { detail: `Unsupported media type "${type}" in request.` }))
    }
    switch (encoding) {
      case "json":
        return bytes.length === 0 ? Effect.succeed(nothing) : parseJson(bytes)
      case "urlencoded":
        return Effect.succeed({ values: nest(new URLSearchParams(text(bytes))), files: {} })
      case "multipart":
        return multipartOf(form)
    }
  })

const nothing: Input = { values: {}, files: {} }
