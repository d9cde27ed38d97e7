/**
 * Listings in pages, as the service writes them. Counted pages are here, with links like those of Django REST
 * framework. Other styles are in `pageStyles.ts`.
 */
import * as Effect from "effect/Effect"
import type { Listing } from "../tenant/collection.js"
import { type Answer, json } from "./exchange.js"

/** How a listing is paged. */
export interface PagingRules {
  /** The maximum page size, which is also the default. */
  readonly pageSize: number
  /** Whether `page=2` is accepted besides `limit` and `offset`. */
  readonly byPage: boolean
}

/** A whole number in a query; `undefined` for any other text. */
export const whole = (text: string | null): number | undefined =>
  text !== null && /^\d+$/.test(text) ? Number(text) : undefined

/** The URL with some parameters changed or removed. All others are kept. Parameters are in alphabetical order. */
export const link = (url: URL, changes: Readonly<Record<string, number | string | undefined>>): string => {
  const next = new URL(url)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) next.searchParams.delete(name)
    else next.searchParams.set(name, String(value))
  }
  next.searchParams.sort()
  return next.href
}

/** Turns a record into the JSON of the answer. */
export type Render<R, E> = (record: R) => Effect.Effect<unknown, E>

/**
 * One page in the envelope `{count, next, previous, results}`. It can be the answer or a part of another envelope. Only
 * the records of the page are rendered.
 */
export const countedPage = <R, E>(
  url: URL,
  rules: PagingRules,
  records: Listing<R>,
  render: Render<R, E>
): Effect.Effect<Readonly<Record<string, unknown>>, Answer | E> =>
  Effect.gen(function* () {
    const query = url.searchParams
    const count = records.size
    const page = query.get("page")

    if (rules.byPage && page !== null && !query.has("limit") && !query.has("offset")) {
      const last = Math.max(1, Math.ceil(count / rules.pageSize))
      const number = page === "last" ? last : (whole(page) ?? 0)
      if (number < 1 || number > last) return yield* Effect.fail(json(404, { detail: "Invalid page." }))
      return {
        count,
        next: number < last ? link(url, { page: number + 1 }) : null,
        previous: number > 1 ? link(url, { page: number === 2 ? undefined : number - 1 }) : null,
        results: yield* Effect.forEach(records.slice((number - 1) * rules.pageSize, rules.pageSize), render)
      }
    }

    const limit = Math.min(whole(query.get("limit")) || rules.pageSize, rules.pageSize)
    const offset = whole(query.get("offset")) ?? 0
    return {
      count,
      next: offset + limit < count ? link(url, { limit, offset: offset + limit }) : null,
      previous: offset > 0 ? link(url, { limit, offset: offset - limit > 0 ? offset - limit : undefined }) : null,
      results: yield* Effect.forEach(records.slice(offset, limit), render)
    }
  })

/** One page in the envelope `{count, next, previous, results}` (styles B, C and I). */
export const paged = <R, E>(
  url: URL,
  rules: PagingRules,
  records: Listing<R>,
  render: Render<R, E>
): Effect.Effect<Answer, Answer | E> => Effect.map(countedPage(url, rules, records, render), (page) => json(200, page))
