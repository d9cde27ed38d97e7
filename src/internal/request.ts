/**
 * A request as bytes on their way to the configured origin.
 */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type { ApiPath } from "./path.js"
import type { Method } from "./retry.js"
import { type FilePart, multipart, multipartBytes } from "./multipart.js"

export type QueryValue = string | number | boolean | ReadonlyArray<string | number> | undefined
/** Query parameters. `undefined` is left out; a list is joined by commas. */
export type Query = Readonly<Record<string, QueryValue>>

/** The fields of a form. `undefined` is left out. */
export type FormFields = Readonly<Record<string, string | number | boolean | undefined>>

/** The three encodings that the API takes. */
export type RequestBody =
  | { readonly json: unknown }
  | { readonly form: FormFields }
  | { readonly multipart: FormFields; readonly file?: (FilePart & { readonly bytes: Uint8Array }) | undefined }

export interface Origin {
  readonly tenantUrl: string
  /** What every request of a method begins as. It carries the token. */
  readonly bare: Readonly<Record<Method, HttpClientRequest.HttpClientRequest>>
  /** The usage tag that every request carries once. */
  readonly source: string
}

/** Requests without an address. Their headers are made once: they are the same in all. */
export const bareRequests = (apiToken: Redacted.Redacted): Origin["bare"] => {
  const bare = HttpClientRequest.make("GET")("", {
    headers: {
      authorization: `Bearer ${Redacted.value(apiToken)}`,
      accept: "application/json",
      "accept-encoding": "gzip",
      "cache-control": "no-cache"
    }
  })
  const of = HttpClientRequest.setMethod
  return { GET: bare, POST: of(bare, "POST"), PATCH: of(bare, "PATCH"), DELETE: of(bare, "DELETE") }
}

export interface BuiltRequest {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly path: string
}

export interface RequestProblem {
  readonly field: string
  readonly problem: string
}

/** The request, or the argument that makes it impossible. */
export const buildRequest = (
  origin: Origin,
  method: Method,
  path: ApiPath,
  options: { readonly query?: Query | undefined; readonly body?: RequestBody | undefined }
): Either.Either<BuiltRequest, RequestProblem> =>
  path.problem === undefined
    ? Either.map(encodeBody(options.body), (withBody) => ({
        path: path.value,
        request: withBody(
          HttpClientRequest.setUrl(
            origin.bare[method],
            `${origin.tenantUrl}${path.value}?${encodeQuery(origin.source, options.query)}`
          )
        )
      }))
    : Either.left({ field: "path", problem: path.problem })

const encodeQuery = (source: string, query: Query | undefined): string => {
  if (query === undefined) return `source=${source}`
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) params.set(name, String(value))
  }
  params.set("source", source)
  return params.toString()
}

const textFields = (fields: FormFields): ReadonlyArray<readonly [string, string]> =>
  Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as const]))

const encodeBody = (
  body: RequestBody | undefined
): Either.Either<
  (request: HttpClientRequest.HttpClientRequest) => HttpClientRequest.HttpClientRequest,
  RequestProblem
> => {
  if (body === undefined) return Either.right((request) => request)
  if ("json" in body) {
    return Either.try({
      try: () => HttpClientRequest.bodyText(JSON.stringify(body.json), "application/json"),
      catch: () => ({ field: "body", problem: "cannot be written as JSON" })
    })
  }
  if ("form" in body) {
    const form = new URLSearchParams(textFields(body.form).map(([name, value]) => [name, value])).toString()
    return Either.right(HttpClientRequest.bodyText(form, "application/x-www-form-urlencoded"))
  }
  const frame = multipart(textFields(body.multipart), body.file)
  return Either.right(
    HttpClientRequest.bodyUint8Array(multipartBytes(frame, body.file?.bytes ?? new Uint8Array()), frame.contentType)
  )
}
