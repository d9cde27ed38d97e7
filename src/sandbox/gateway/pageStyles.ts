/**
 * The other page styles of the service's listings. Each function takes the URL of the request and returns one page.
 * Only the records of that page are rendered.
 */
import * as Effect from "effect/Effect"
import type { Identified, Listing } from "../tenant/collection.js"
import { type Answer, invalid, json } from "./exchange.js"
import { countedPage, link, type PagingRules, type Render, whole } from "./paging.js"

type Page<E> = Effect.Effect<Answer, Answer | E>

/** The page size: the requested number, up to the limit. */
const sizeOf = (url: URL, name: string, most: number, usual = most): number =>
  Math.min(whole(url.searchParams.get(name)) || usual, most)

/** A bare array, paged with `limit` and `offset` (style A). */
export const arrayPage = <R, E>(url: URL, pageSize: number, records: Listing<R>, render: Render<R, E>): Page<E> =>
  Effect.suspend(() => {
    const offset = whole(url.searchParams.get("offset")) ?? 0
    const found = records.slice(offset, sizeOf(url, "limit", pageSize))
    return Effect.map(Effect.forEach(found, render), (rows) => json(200, rows))
  })

/** A complete listing as a bare array, with its length in `X-Total-Count` (notes and apps of a device). */
export const wholeArray = <R, E>(records: Listing<R>, render: Render<R, E>): Page<E> =>
  Effect.suspend(() =>
    Effect.map(Effect.forEach(records.slice(0, records.size), render), (rows) =>
      json(200, rows, totalHeaders(records.size))
    )
  )

/** The headers of a listing without pages. */
export const totalHeaders = (count: number): Readonly<Record<string, string>> => ({
  "x-total-count": String(count),
  "x-total-pages": "1",
  link: '<None>; rel="next", <None>; rel="prev"'
})

/** A counted page with more counters. Its count may have another name (style B2). */
export const countersPage = <R, E>(
  url: URL,
  rules: PagingRules,
  records: Listing<R>,
  counters: Readonly<Record<string, number>>,
  render: Render<R, E>,
  countName = "count"
): Page<E> =>
  Effect.map(countedPage(url, rules, records, render), ({ count, ...page }) =>
    json(200, { [countName]: count, ...counters, ...page })
  )

/** A counted page within another object: `{device_id, activity: {count, next, previous, results}}` (style D). */
export const innerPage = <R, E>(
  url: URL,
  pageSize: number,
  records: Listing<R>,
  render: Render<R, E>,
  envelope: (page: unknown) => unknown
): Page<E> =>
  Effect.map(countedPage(url, { pageSize, byPage: false }, records, render), (page) => json(200, envelope(page)))

/** How a listing with a cursor is paged. */
export interface CursorRules {
  /** The name of the cursor. Default `cursor`; `after` in style F. */
  readonly cursor?: string
  /** The name of the page size: `limit`, `sizePerPage` or `size`. */
  readonly size: string
  readonly most: number
  /** The page size if the request does not give one. Default: `most`. */
  readonly usual?: number
  /** Whether the URL in `next` has the web app's host in place of the API's host, as for users. */
  readonly onWebApp?: boolean
  /** Whether `next` contains the page size. Default `true`. */
  readonly repeatsSize?: boolean
}

/** A cursor contains the number of records before the page and the id of the last one of them. */
const writeCursor = (offset: number, last: Identified | undefined): string =>
  Buffer.from(`p=${offset}:${last?.id ?? ""}`).toString("base64")

/**
 * The offset that a cursor stands for: after its record, wherever that record is now. `undefined` if it is not a valid
 * cursor.
 */
const readCursor = (cursor: string, records: Listing<Identified>): number | undefined => {
  const [, digits, id] = /^p=(\d+):(.*)$/s.exec(Buffer.from(cursor, "base64").toString()) ?? []
  if (digits === undefined) return undefined
  const offset = Number(digits)
  if (offset === 0 || records.slice(offset - 1, 1)[0]?.id === id) return offset
  const place = records.slice(0, records.size).findIndex((record) => record.id === id)
  return place === -1 ? offset : place + 1
}

/**
 * The same URL on the web app's host: `tenant.kandji.io` for `tenant.api.kandji.io`. A host without `.api.` becomes a
 * host that does not exist, so that a client that follows the URL fails.
 */
export const onWebAppHost = (address: string): string => {
  const url = new URL(address)
  const host = url.hostname.includes(".api.") ? url.hostname.replace(".api.", ".") : "web-app.sandbox.invalid"
  return `https://${host}${url.pathname}${url.search}`
}

/** A page in the envelope `{next, previous, results}` (styles E and F). */
export const cursorPage = <R extends Identified, E>(
  url: URL,
  rules: CursorRules,
  records: Listing<R>,
  render: Render<R, E>
): Page<E> =>
  Effect.gen(function* () {
    const { cursor: name = "cursor", onWebApp = false, repeatsSize = true } = rules
    const size = sizeOf(url, rules.size, rules.most, rules.usual)
    const cursor = url.searchParams.get(name) ?? ""
    const offset = cursor === "" ? 0 : readCursor(cursor, records)
    if (offset === undefined) return yield* Effect.fail(invalid({ detail: "Invalid cursor" }))
    const found = records.slice(offset, size)
    const to = (place: number): string => {
      const last = place === 0 ? undefined : records.slice(place - 1, 1)[0]
      const changes = { [name]: writeCursor(place, last), ...(repeatsSize ? {} : { [rules.size]: undefined }) }
      const address = link(url, changes)
      return onWebApp ? onWebAppHost(address) : address
    }
    return json(200, {
      next: offset + found.length < records.size && found.length > 0 ? to(offset + found.length) : null,
      previous: offset > 0 ? to(Math.max(0, offset - size)) : null,
      results: yield* Effect.forEach(found, render)
    })
  })

/** A page by its number, in the envelope `{total, page, size, results}` (style G). */
export const numberedPage = <R, E>(url: URL, most: number, records: Listing<R>, render: Render<R, E>): Page<E> =>
  Effect.gen(function* () {
    const size = sizeOf(url, "size", most)
    const page = whole(url.searchParams.get("page")) || 1
    const results = yield* Effect.forEach(records.slice((page - 1) * size, size), render)
    return json(200, { total: records.size, page, size, results })
  })

/** A page in the envelope `{offset, limit, total, data, cursor}`, by `offset` or by `cursor` (style H). */
export const prismPage = <R extends Identified, E>(
  url: URL,
  { most, usual }: { readonly most: number; readonly usual: number },
  records: Listing<R>,
  render: Render<R, E>
): Page<E> =>
  Effect.gen(function* () {
    const limit = sizeOf(url, "limit", most, usual)
    const cursor = url.searchParams.get("cursor") ?? ""
    const offset = cursor === "" ? (whole(url.searchParams.get("offset")) ?? 0) : readCursor(cursor, records)
    if (offset === undefined) return yield* Effect.fail(json(400, { detail: "Invalid cursor" }))
    const found = records.slice(offset, limit)
    const end = offset + found.length
    return json(200, {
      offset,
      limit,
      total: records.size,
      data: yield* Effect.forEach(found, render),
      cursor: found.length > 0 && end < records.size ? writeCursor(end, found.at(-1)) : null
    })
  })

/** A page in the envelope `{results}` by `limit` and `offset` (the v2 threats). */
export const offsetPage = <R, E>(url: URL, most: number, records: Listing<R>, render: Render<R, E>): Page<E> =>
  Effect.suspend(() => {
    const offset = whole(url.searchParams.get("offset")) ?? 0
    const found = records.slice(offset, sizeOf(url, "limit", most))
    return Effect.map(Effect.forEach(found, render), (results) => json(200, { results }))
  })
