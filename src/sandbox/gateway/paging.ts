/**
 * Listings in pages, as the service writes them: counted pages here, with the links of Django REST framework, the other
 * styles in `pageStyles.ts`.
 */
import * as Effect from "effect/Effect"
import type { Listing } from "../tenant/collection.js"
import { type Answer, json } from "./exchange.js"

/** How a listing may be asked for. */
export interface PagingRules {
  /** The most records on a page, and as many as come when nothing is asked for. */
  readonly pageSize: number
  /** Whether `page=2` works beside `limit` and `offset`. */
  readonly byPage: boolean
}

/** A number of a query; `undefined` if it is not a whole number. */
export const whole = (text: string | null): number | undefined =>
  text !== null && /^\d+$/.test(text) ? Number(text) : undefined

/** The address with some parameters set or taken away; the others are echoed, all in alphabetical order. */
export const link = (url: URL, changes: Readonly<Record<string, number | string | undefined>>): string => {
  const next = new URL(url)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) next.searchParams.delete(name)
    else next.searchParams.set(name, String(value))
  }
  next.searchParams.sort()
  return next.href
}

/** Records as the answer shows them. */
export type Render<R, E> = (record: R) => Effect.Effect<unknown, E>

/**
 * One page in the envelope `{count, next, previous, results}`, to be answered or put into another envelope. Records are
 * rendered only for the page.
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
