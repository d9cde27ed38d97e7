/**
 * Encodes the queries and bodies of callers with their schemas.
 */
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { FieldErrors } from "../errors/ApiClientError.js"
import { fieldErrorsOf } from "./arguments.js"
import type { FilePart } from "./multipart.js"
import { onFirstUse } from "./onFirstUse.js"

/** The value of a query parameter. */
export type QueryValue = string | number | boolean | ReadonlyArray<string | number> | undefined
/** Query parameters. An `undefined` value is left out; a list is joined with commas. */
export type Query = Readonly<Record<string, QueryValue>>

/** The fields of a form. An `undefined` value is left out. */
export type FormFields = Readonly<Record<string, string | number | boolean | undefined>>

/** A body in one of the three encodings that the API accepts. */
export type RequestBody =
  | { readonly json: unknown }
  | { readonly form: FormFields }
  | { readonly multipart: FormFields; readonly file?: (FilePart & { readonly bytes: Uint8Array }) | undefined }

/** The encoded type of a query's schema. */
export type EncodedQuery = Readonly<Record<string, QueryValue>>

/**
 * The encoded type of a form's schema. The keys of a nested object are joined with a dot: `enrollment_code.is_active`.
 */
export interface EncodedForm {
  readonly [name: string]: string | number | boolean | undefined | EncodedForm
}

/** A file of a multipart form, in memory. */
export class FormFile extends Schema.Class<FormFile>("effect-iru/FormFile")({
  filename: Schema.String,
  contentType: Schema.String,
  bytes: Schema.Uint8ArrayFromSelf
}) {}

/** The schema of a file field in a multipart form. The file is sent unchanged, after all other fields. */
export const File = Schema.instanceOf(FormFile)

/** The encoded type of a multipart form's schema. */
export interface EncodedMultipart {
  readonly [name: string]: string | number | boolean | undefined | FormFile
}

/** Encodes a value, or says by field what is wrong with it. */
export type Encode<out E> = (value: unknown) => Either.Either<E, FieldErrors>

/**
 * Makes the encoder of a schema. It reports all problems at once, including unknown keys. Its messages contain no
 * value.
 */
export const encoderOf = <A, I>(schema: Schema.Schema<A, I>): Encode<I> => {
  const encode = onFirstUse(() => Schema.encodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" }))
  return (value) => Either.mapLeft(encode()(value), (error) => fieldErrorsOf(error.issue))
}

export const jsonBody = (json: unknown): RequestBody => ({ json: Predicate.isRecord(json) ? defined(json) : json })

export const formBody = (form: EncodedForm): RequestBody => ({ form: dotted(form) })

export const multipartBody = (fields: EncodedMultipart): RequestBody => {
  const texts: Record<string, string | number | boolean> = {}
  let file: (FilePart & { readonly bytes: Uint8Array }) | undefined
  for (const [field, value] of Object.entries(fields)) {
    if (value instanceof FormFile) {
      file = { field, filename: value.filename, contentType: value.contentType, bytes: value.bytes }
    } else if (value !== undefined) texts[field] = value
  }
  return { multipart: texts, file }
}

const dotted = (fields: EncodedForm, prefix = ""): Record<string, string | number | boolean> => {
  const flat: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined) continue
    if (typeof value === "object") Object.assign(flat, dotted(value, `${prefix}${name}.`))
    else flat[prefix + name] = value
  }
  return flat
}

const defined = (fields: Record<PropertyKey, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))

/** Whether a body has no field. */
export const isEmpty = (body: RequestBody): boolean =>
  "json" in body
    ? Predicate.isRecord(body.json) && Object.keys(body.json).length === 0
    : "form" in body
      ? Object.keys(body.form).length === 0
      : Object.keys(body.multipart).length === 0 && body.file === undefined
