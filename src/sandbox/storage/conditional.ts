/**
 * Answers a request for an object: with all of it, a range, or nothing, depending on the request's conditions.
 */
import { type Answer, type Body, empty, type Incoming } from "../gateway/exchange.js"
import { amzHeaders, refusal } from "./refusal.js"
import type { StoredObject } from "./StoredObject.js"

const preconditionFailed = (condition: string): Answer =>
  refusal(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
    Condition: condition
  })

/** Whether a list of entity tags contains this one. S3 also accepts tags without quotes. */
const names = (list: string, etag: string): boolean =>
  list
    .split(",")
    .map((tag) => tag.trim().replace(/^W\//, "").replaceAll('"', ""))
    .some((tag) => tag === "*" || tag === etag.replaceAll('"', ""))

type Range = { readonly start: number; readonly end: number } | "unsatisfiable"

/** The range of bytes in a header; `undefined` for several ranges or other units, which S3 ignores. */
const readRange = (header: string | undefined, size: number): Range | undefined => {
  const parts = /^bytes=(\d*)-(\d*)$/.exec(header?.replace(/\s/g, "") ?? "")
  if (parts === null) return undefined
  const [, first = "", last = ""] = parts
  if (first === "" && last === "") return undefined
  if (first === "") {
    const length = Number(last)
    return length === 0 || size === 0 ? "unsatisfiable" : { start: Math.max(0, size - length), end: size - 1 }
  }
  const start = Number(first)
  if (last !== "" && Number(last) < start) return undefined
  return start >= size ? "unsatisfiable" : { start, end: last === "" ? size - 1 : Math.min(Number(last), size - 1) }
}

const part = ({ source }: StoredObject, start: number, length: number): Body =>
  source._tag === "File"
    ? { _tag: "File", path: source.path, start, length }
    : { _tag: "Bytes", bytes: source.bytes.subarray(start, start + length) }

/** The answer to a GET or HEAD for an object, after access was checked. */
export const conditional = (headers: Incoming["headers"], stored: StoredObject): Answer => {
  const modified = Math.floor(stored.storedAt / 1000) * 1000
  const [ifMatch, ifNoneMatch, ifRange] = [headers["if-match"], headers["if-none-match"], headers["if-range"]]
  const since = Date.parse(headers["if-modified-since"] ?? "")
  const until = Date.parse(headers["if-unmodified-since"] ?? "")
  const common = {
    ...amzHeaders(),
    "accept-ranges": "bytes",
    "content-type": "binary/octet-stream",
    etag: stored.etag,
    "last-modified": new Date(modified).toUTCString(),
    "x-amz-version-id": stored.versionId
  }

  if (ifMatch !== undefined && !names(ifMatch, stored.etag)) return preconditionFailed("If-Match")
  if (ifMatch === undefined && modified > until) return preconditionFailed("If-Unmodified-Since")
  if (ifNoneMatch !== undefined ? names(ifNoneMatch, stored.etag) : modified <= since) return empty(304, common)

  const fresh =
    ifRange === undefined || (ifRange.includes('"') ? ifRange === stored.etag : Date.parse(ifRange) === modified)
  const range = fresh ? readRange(headers["range"], stored.size) : undefined
  if (range === undefined) {
    return { status: 200, headers: common, body: part(stored, 0, stored.size) }
  }
  if (range === "unsatisfiable") {
    return refusal(
      416,
      "InvalidRange",
      "The requested range is not satisfiable",
      { RangeRequested: headers["range"] ?? "", ActualObjectSize: stored.size },
      { "content-range": `bytes */${stored.size}` }
    )
  }
  return {
    status: 206,
    headers: { ...common, "content-range": `bytes ${range.start}-${range.end}/${stored.size}` },
    body: part(stored, range.start, range.end - range.start + 1)
  }
}
