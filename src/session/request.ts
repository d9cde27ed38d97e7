/**
 * Builds requests to the configured origin.
 */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type { FormFields, Query, RequestBody } from "../operation/body.js"
import { multipart, multipartBytes } from "../operation/multipart.js"
import type { Method } from "../operation/Operation.js"

export interface Origin {
  readonly tenantUrl: string
  /** For each method, a request that has the token and the other headers, but no URL. */
  readonly bare: Readonly<Record<Method, HttpClientRequest.HttpClientRequest>>
  /** The value of the query parameter `source` in every request; `false` leaves it out. */
  readonly source: string | false
}

/** Makes requests without a URL. Their headers are made once, because they are the same in all calls. */
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

/** Builds a request, or says why its body cannot be encoded. */
export const buildRequest = (
  origin: Origin,
  method: Method,
  path: string,
  query: Query | undefined,
  body: RequestBody | undefined
): Either.Either<HttpClientRequest.HttpClientRequest, string> => {
  const search = encodeQuery(origin.source, query)
  const url = `${origin.tenantUrl}${path}${search === "" ? "" : `?${search}`}`
  return writeBody(HttpClientRequest.setUrl(origin.bare[method], url), body)
}

const encodeQuery = (source: string | false, query: Query | undefined): string => {
  if (query === undefined) return source === false ? "" : `source=${encodeURIComponent(source)}`
  const params = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) params.set(name, String(value))
  }
  if (source !== false) params.set("source", source)
  return params.toString()
}

const textFields = (fields: FormFields): ReadonlyArray<readonly [string, string]> =>
  Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)] as const]))

const writeBody = (
  request: HttpClientRequest.HttpClientRequest,
  body: RequestBody | undefined
): Either.Either<HttpClientRequest.HttpClientRequest, string> => {
  if (body === undefined) return Either.right(request)
  if ("json" in body) {
    return Either.try({
      try: () => HttpClientRequest.bodyText(request, JSON.stringify(body.json), "application/json"),
      catch: () => "cannot be written as JSON"
    })
  }
  if ("form" in body) {
    const form = new URLSearchParams(textFields(body.form).map(([name, value]) => [name, value])).toString()
    return Either.right(HttpClientRequest.bodyText(request, form, "application/x-www-form-urlencoded"))
  }
  const frame = multipart(textFields(body.multipart), body.file)
  const bytes = multipartBytes(frame, body.file?.bytes ?? new Uint8Array())
  return Either.right(HttpClientRequest.bodyUint8Array(request, bytes, frame.contentType))
}
