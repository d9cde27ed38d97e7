/**
 * A request as bytes on their way to the configured origin.
 */
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import type { FormFields, Query, RequestBody } from "../operation/body.js"
import { multipart, multipartBytes } from "../operation/multipart.js"
import type { Method } from "../operation/Operation.js"

export interface Origin {
  readonly tenantUrl: string
  /** What every request of a method begins as. It carries the token. */
  readonly bare: Readonly<Record<Method, HttpClientRequest.HttpClientRequest>>
  /** The query parameter `source` of every request; `false` sends none. */
  readonly source: string | false
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

/** The request, or why its body cannot be written. */
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
