/**
 * Listings in pages, with the links that Django REST framework writes.
 */
import * as Effect from "effect/Effect"
import type { Collection } from "../tenant/collection.js"
import { type Answer, json } from "./exchange.js"

/** How a listing may be asked for. */
export interface PagingRules {
  /** The most records on a page, and as many as come when nothing is asked for. */
  readonly pageSize: number
  /** Whether `page=2` works beside `limit` and `offset`. */
  readonly byPage: boolean
}

const whole = (text: string | null): number | undefined =>
  text !== null && /^\d+$/.test(text) ? Number(text) : undefined

/** The address with some parameters set or taken away; the others are echoed, all in alphabetical order. */
const link = (url: URL, changes: Readonly<Record<string, number | undefined>>): string => {
  const next = new URL(url)
  for (const [name, value] of Object.entries(changes)) {
    if (value === undefined) next.searchParams.delete(name)
    else next.searchParams.set(name, String(value))
  }
  next.searchParams.sort()
  return next.href
}

/** One page of a collection in the envelope `{count, next, previous, results}`. Records are rendered only for the page. */
export const paged = <R, E>(
  url: URL,
  rules: PagingRules,
  collection: Pick<Collection<R>, "size" | "slice">,
  render: (record: R) => Effect.Effect<unknown, E>
): Effect.Effect<Answer, Answer | E> =>
  Effect.gen(function* () {
    const query = url.searchParams
    const count = collection.size
    const page = query.get("page")

    if (rules.byPage && page !== null && !query.has("limit") && !query.has("offset")) {
      const last = Math.max(1, Math.ceil(count / rules.pageSize))
      const number = page === "last" ? last : (whole(page) ?? 0)
      if (number < 1 || number > last) return yield* Effect.fail(json(404, { detail: "Invalid page." }))
      return json(200, {
        count,
        next: number < last ? link(url, { page: number + 1 }) : null,
        previous: number > 1 ? link(url, { page: number === 2 ? undefined : number - 1 }) : null,
        results: yield* Effect.forEach(collection.slice((number - 1) * rules.pageSize, rules.pageSize), render)
      })
    }

    const limit = Math.min(whole(query.get("limit")) || rules.pageSize, rules.pageSize)
    const offset = whole(query.get("offset")) ?? 0
    return json(200, {
      count,
      next: offset + limit < count ? link(url, { limit, offset: offset + limit }) : null,
      previous: offset > 0 ? link(url, { limit, offset: offset - limit > 0 ? offset - limit : undefined }) : null,
      results: yield* Effect.forEach(collection.slice(offset, limit), render)
    })
  })
