/**
 * An operation of the API as a value: its method, its path, the schemas of its request and its answer, and what it does
 * to the tenant. This module sends nothing: `ApiClient.call`, `listing` and `functions` do.
 *
 * @example
 * const wipe = Operation.make({
 *   name: "Devices.wipe",
 *   method: "POST",
 *   path: "/api/v1/devices/{device_id}/wipe",
 *   json: Schema.Struct({ pin: Schema.Redacted(Schema.String) }),
 *   kind: "destructive"
 * })
 * const program = Effect.flatMap(ApiClient, (client) => client.call(wipe)(deviceId, { pin }))
 */
import type * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { ApiClientError, FieldErrors } from "../errors/ApiClientError.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import * as Answer from "./Answer.js"
import {
  type Encode,
  type EncodedForm,
  type EncodedMultipart,
  type EncodedQuery,
  encoderOf,
  formBody,
  isEmpty,
  jsonBody,
  multipartBody,
  type Query,
  type RequestBody
} from "./body.js"
import { type ListOptions, listOptionProblems } from "./listing.js"
import type { Pages } from "./Pages.js"
import { type IdsOf, pathTemplate } from "./path.js"

export { File, FormFile } from "./body.js"

/** The methods that the API has. */
export type Method = "GET" | "POST" | "PATCH" | "DELETE"

/**
 * What a call does to the tenant. `read`: it changes nothing. `secret`: it reads a secret, and the service audits that.
 * `write`: it changes a record, which can be changed back. `device`: it sends a command to a device. `fleet`: it
 * affects all devices that an item or a Blueprint is assigned to. `destructive`: its effect cannot be undone.
 */
export type Kind = "read" | "secret" | "write" | "device" | "fleet" | "destructive"

/** A schema whose encoded type extends `I`. `Schema<A, I>` is invariant in `I`; its field `Encoded` is not. */
type Encodes<I> = Schema.Schema.AnyNoContext & { readonly Encoded: I }

interface Common {
  /** The path with named ids, as the API's reference writes it: `/api/v1/tags/{tag_id}`. */
  readonly path: `/${string}`
  readonly kind: Kind
  /** The query parameters. */
  readonly query?: Encodes<EncodedQuery>
}

interface NoBody {
  readonly json?: never
  readonly form?: never
  readonly multipart?: never
}

type WithBody =
  | NoBody
  | { readonly json: Schema.Schema.AnyNoContext; readonly form?: never; readonly multipart?: never }
  | { readonly form: Encodes<EncodedForm>; readonly json?: never; readonly multipart?: never }
  | { readonly multipart: Encodes<EncodedMultipart>; readonly json?: never; readonly form?: never }

/** Describes one request and its answer. Without `answer`, the body of a 2xx answer is ignored. */
export type CallRow = Common & { readonly pages?: never; readonly answer?: Answer.Spec } & (
    | ({ readonly method: "GET" | "DELETE" } & NoBody)
    | ({ readonly method: "POST" | "PATCH" } & WithBody)
  )

/** A listing that has pages. */
export type ListingRow = Common &
  NoBody & { readonly method: "GET"; readonly pages: Pages<unknown>; readonly answer?: never }

/** Describes an operation or a listing. */
export type Row = CallRow | ListingRow

type BodyOf<R> = R extends { readonly json: { readonly Type: infer A } }
  ? A
  : R extends { readonly form: { readonly Type: infer A } }
    ? A
    : R extends { readonly multipart: { readonly Type: infer A } }
      ? A
      : never

/**
 * The argument with the body. It is optional if all fields of the body are optional, except for a PATCH, which must
 * change something.
 */
type BodyArgument<R> = [BodyOf<R>] extends [never]
  ? []
  : {} extends BodyOf<R>
    ? R extends { readonly method: "PATCH" }
      ? [body: BodyOf<R>]
      : [body?: BodyOf<R>]
    : [body: BodyOf<R>]

type QueryArgument<R> = R extends { readonly query: { readonly Type: infer Q } }
  ? {} extends Q
    ? [query?: Q]
    : [query: Q]
  : []

type ListingArgument<R> = R extends { readonly query: { readonly Type: infer Q } }
  ? {} extends Q
    ? [options?: Q & ListOptions]
    : [options: Q & ListOptions]
  : [options?: ListOptions]

/** The type of the operation or the listing that is made from a row. */
export type Made<R extends Row> = R extends { readonly pages: Pages<infer A> }
  ? Listing<[...IdsOf<R["path"]>, ...ListingArgument<R>], A>
  : Operation<
      [...IdsOf<R["path"]>, ...BodyArgument<R>, ...QueryArgument<R>],
      R extends { readonly answer: infer S } ? Answer.TypeOf<S> : void
    >

/** The properties of an operation that do not depend on a call. */
export interface Facts {
  /** The name of the operation in spans, metrics, errors and logs: `Tags.update`. */
  readonly name: string
  readonly method: Method
  /** The path with named ids: `/api/v1/tags/{tag_id}`. */
  readonly template: string
  /** The names of the ids in the path, in their order. */
  readonly ids: ReadonlyArray<string>
  readonly kind: Kind
  /** The schema of the query, or of the filters of a listing. */
  readonly query: Schema.Schema.AnyNoContext | undefined
  /** The encoding of the body, and its schema. `undefined` if the operation has no body. */
  readonly body:
    | { readonly encoding: "json" | "form" | "multipart"; readonly schema: Schema.Schema.AnyNoContext }
    | undefined
  /**
   * The schema of the answer, or of one record of a listing. `undefined` if the answer is not decoded with a schema.
   */
  readonly answer: Schema.Schema.AnyNoContext | undefined
}

/** The parts of a request that depend on the arguments of a call. */
export interface Encoded {
  readonly path: string
  readonly query: Query
  readonly body?: RequestBody | undefined
}

/** One request and its answer. `Arguments` are the ids, the body and the query, in this order. */
export interface Operation<in Arguments extends ReadonlyArray<unknown>, out A> extends Facts {
  readonly _tag: "Operation"
  /** Encodes the arguments, or says by field what is wrong with them. */
  readonly encode: (...args: Arguments) => Either.Either<Encoded, FieldErrors>
  readonly read: Answer.Read<A>
}

/** A listing that has pages. `Arguments` are the ids, then one object with the filters and the list options. */
export interface Listing<in Arguments extends ReadonlyArray<unknown>, out A> extends Facts {
  readonly _tag: "Listing"
  /** Encodes the arguments, or says by field what is wrong with them. */
  readonly encode: (...args: Arguments) => Either.Either<Encoded & { readonly options: ListOptions }, FieldErrors>
  readonly pages: Pages<A>
}

/** Any operation or listing, for programs that iterate over all of them. */
export type Any = Operation<never, unknown> | Listing<never, unknown>

/** The functions of a group of operations: one for each verb, and also `list` if there is a `stream`. */
export type Functions<Group> = {
  readonly [Verb in keyof Group]: Group[Verb] extends Listing<infer Arguments, infer A>
    ? (...args: Arguments) => Stream.Stream<A, ApiClientError>
    : Group[Verb] extends Operation<infer Arguments, infer A>
      ? (...args: Arguments) => Effect.Effect<A, ApiClientError>
      : never
} & (Group extends { readonly stream: Listing<infer Arguments, infer A> }
  ? {
      /** All records of `stream` in one list. */
      readonly list: (...args: Arguments) => Effect.Effect<PayloadList<A>, ApiClientError>
    }
  : {})

type AnyRow = Common & {
  readonly method: Method
  readonly json?: Encodes<unknown>
  readonly form?: Encodes<EncodedForm>
  readonly multipart?: Encodes<EncodedMultipart>
  readonly answer?: Answer.Spec
  readonly pages?: Pages<unknown>
}

type EncodeBody = Encode<RequestBody>

const bodyOf = ({ form, json, multipart }: AnyRow): readonly [Facts["body"], EncodeBody | undefined] => {
  if (json !== undefined) return [{ encoding: "json", schema: json }, encodedAs(json, jsonBody)]
  if (form !== undefined) return [{ encoding: "form", schema: form }, encodedAs(form, formBody)]
  if (multipart !== undefined)
    return [{ encoding: "multipart", schema: multipart }, encodedAs(multipart, multipartBody)]
  return [undefined, undefined]
}

const encodedAs = <I>(schema: Encodes<I>, write: (encoded: I) => RequestBody): EncodeBody => {
  const encode: Encode<I> = encoderOf(schema)
  return (value) => Either.map(encode(value), write)
}

/** Returns both values, or the problems of both. */
const both = <A, B>(
  first: Either.Either<A, FieldErrors>,
  second: Either.Either<B, FieldErrors>
): Either.Either<readonly [A, B], FieldErrors> =>
  Either.isLeft(first)
    ? Either.left(Either.isLeft(second) ? { ...first.left, ...second.left } : first.left)
    : Either.map(second, (right) => [first.right, right] as const)

const build = (name: string, row: AnyRow): Any => {
  const { fill, ids } = pathTemplate(row.path)
  const [body, encodeBody] = bodyOf(row)
  const encodeQuery: Encode<Query> = row.query === undefined ? refuseAll : encoderOf(row.query)
  const { kind, method, pages, path: template, query } = row
  const answer = pages?.record ?? Answer.schemaOf(row.answer ?? Answer.nothing)
  const facts = { name, method, template, ids, kind, query, body, answer }
  if (pages !== undefined) {
    return {
      _tag: "Listing",
      ...facts,
      pages,
      encode: (...args: ReadonlyArray<unknown>) => {
        const { concurrency, pageSize, prefetch, ...filters }: ListOptions = args[ids.length] ?? {}
        const options = { concurrency, pageSize, prefetch }
        const problems = listOptionProblems(options)
        const checked = Object.keys(problems).length === 0 ? Either.void : Either.left(problems)
        return Either.map(both(both(fill(args), encodeQuery(filters)), checked), ([[path, query]]) => ({
          path,
          query,
          options
        }))
      }
    }
  }
  return {
    _tag: "Operation",
    ...facts,
    read: Answer.readerOf(row.answer ?? Answer.nothing),
    encode: (...args: ReadonlyArray<unknown>) => {
      const path = fill(args)
      const rest = args.slice(ids.length)
      const encoded =
        encodeBody === undefined ? Either.right(undefined) : checkedBody(row.method, encodeBody, rest.shift())
      return Either.map(both(both(path, encoded), encodeQuery(rest[0] ?? {})), ([[path, body], query]) => ({
        path,
        query,
        body
      }))
    }
  }
}

/**
 * Encodes the body. An optional body that is left out is not sent. A PATCH that changes nothing is refused, because it
 * would make devices install items again.
 */
const checkedBody = (
  method: Method,
  encode: EncodeBody,
  value: unknown
): Either.Either<RequestBody | undefined, FieldErrors> => {
  const body = encode(value ?? {})
  if (method === "PATCH")
    return Either.filterOrLeft(
      body,
      (body) => !isEmpty(body),
      () => nothingToChange
    )
  return value === undefined ? Either.map(body, () => undefined) : body
}

/** The message for an update without changes. */
export const nothingToChange: FieldErrors = { "": ["nothing to change is given"] }

const refuseAll: Encode<Query> = (value) => {
  const names = Object.keys(Object(value))
  return names.length === 0
    ? Either.right({})
    : Either.left(Object.fromEntries(names.map((name) => [name, ["is unexpected"]])))
}

/** Refuses unknown keys in a row, so that a misspelt key such as `anwser` does not compile. */
type NoOtherKeys<R> = { readonly [Key in Exclude<keyof R, keyof AnyRow>]: never }

/** Makes an operation for an endpoint that the library does not have. Spans, metrics and errors use its name. */
export const make = <const R extends Row & { readonly name: string }>(row: R & NoOtherKeys<Omit<R, "name">>): Made<R> =>
  build(row.name, row) as Made<R>

/** Makes the operations of one service. Each is named after the service: `Tags.update`. */
export const group = <const Rows extends { readonly [verb: string]: Row }>(
  service: string,
  rows: Rows & { readonly [Verb in keyof Rows]: NoOtherKeys<Rows[Verb]> }
): { readonly [Verb in keyof Rows]: Made<Rows[Verb]> } =>
  Object.fromEntries(Object.entries(rows).map(([verb, row]) => [verb, build(`${service}.${verb}`, row)])) as {
    readonly [Verb in keyof Rows]: Made<Rows[Verb]>
  }
