/**
 * The page styles of the API, as values. A style defines the query of the first page, how a page is read, and the query
 * of the next page.
 *
 * If a page does not have the envelope of its style, the listing fails with `Decode`, and the error names the keys of
 * the page. Otherwise a listing could end early without a failure.
 */
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type { Query } from "./body.js"
import { decoderOf, explainIssue, type Unreadable } from "./json.js"

/** The position of a page in its listing. */
export interface Place {
  /** The query parameters that select this page, without the caller's filters. */
  readonly query: Query
  /** The number of records on the pages before this one. */
  readonly before: number
  /** The number of records on the first page; `undefined` while the first page is read. */
  readonly firstSize: number | undefined
}

/** A page without its envelope. */
export interface Opened<out A = unknown> {
  readonly records: ReadonlyArray<A>
  /** The number of records in the listing, if the page tells it. */
  readonly total: number | undefined
  /** The query of the next page; `undefined` on the last page. */
  readonly next: Query | undefined
}

/** The queries of all pages, if they can be computed from the first page. */
export interface Plan {
  readonly pages: number
  /** The number of records on every page except the last. */
  readonly size: number
  /** The query of the page with this index, counted from 0. */
  readonly query: (index: number) => Query
  /** Whether a page matches the plan, so that the plan is right for the pages after it. */
  readonly holds: (page: Opened, index: number) => boolean
}

/** The page style of a listing. The functions of this module make it. */
export interface Pages<out A> {
  readonly _tag: "Pages"
  /** The schema of a record. */
  readonly record: Schema.Schema.AnyNoContext
  /**
   * Whether this library computes the query of the next page. If the service ignores that query, it sends the same page
   * again.
   */
  readonly isComputed: boolean
  /** The query of the first page. */
  readonly first: (pageSize: number | undefined) => Query
  /** Takes a page out of its envelope, and decodes its records. */
  readonly read: (json: unknown, place: Place) => Either.Either<Opened<A>, Unreadable>
  /**
   * Computes the queries of the other pages. Returns `undefined` if the first page does not tell enough; the pages are
   * then read one after another.
   */
  readonly plan: (first: Opened) => Plan | undefined
}

interface Style {
  /** The description of the envelope for errors. */
  readonly envelope: string
  /** The keys that lead to the records in the answer. */
  readonly key: ReadonlyArray<string>
  readonly isComputed: boolean
  readonly first: Pages<unknown>["first"]
  /** Takes a page out of its envelope. If the envelope is another one, it says what the answer has instead. */
  readonly open: (json: unknown, place: Place) => Either.Either<Opened, string>
  readonly plan?: Pages<unknown>["plan"]
}

const make = <A, I>(style: Style, item: Schema.Schema<A, I>): Pages<A> => {
  const { envelope, first, isComputed, key, open, plan = () => undefined } = style
  const decode = decoderOf(Schema.Array(item), (issue) => explainIssue(issue, key))
  return {
    _tag: "Pages",
    record: item,
    isComputed,
    first,
    plan,
    read: (json, place) =>
      Either.flatMap(
        Either.mapLeft(open(json, place), (found) => ({ detail: `The page is not ${envelope}: it has ${found}.` })),
        (opened) =>
          Either.mapBoth(decode(opened.records), {
            onLeft: (problem) => withPosition(problem, key, place.before),
            onRight: (records) => ({ ...opened, records })
          })
      )
  }
}

/**
 * Adds the position of the record in the whole listing, counted from 1, to a problem that names its position on the
 * page.
 */
const withPosition = (problem: Unreadable, key: ReadonlyArray<string>, before: number): Unreadable => {
  const [, index] = /^\[(\d+)\]/.exec(problem.detail.slice(key.join(".").length)) ?? []
  return index === undefined
    ? problem
    : { ...problem, detail: `record ${before + Number(index) + 1} of the listing, ${problem.detail}` }
}

const describe = (json: unknown): string => {
  if (Array.isArray(json)) return "an array"
  if (!Predicate.isRecord(json)) return json === null ? "null" : `a ${typeof json}`
  const keys = Object.keys(json)
  return keys.length === 0 ? "no keys" : `the keys ${keys.slice(0, 10).join(", ")}`
}

const isCount = (value: unknown): value is number | null | undefined => value == null || Number.isFinite(value)
const isLink = (value: unknown): value is string | null => value === null || typeof value === "string"

/**
 * Returns the query of a `next` link. The rest of the link is ignored, because it may name another host. Returns
 * `undefined` if there is no link, and `null` if it is not a URL.
 */
const queryOf = (next: string | null): Query | undefined | null =>
  next === null || next === ""
    ? undefined
    : URL.canParse(next, "http://tenant.invalid")
      ? Object.fromEntries(new URL(next, "http://tenant.invalid").searchParams)
      : null

/** Takes a page out of `{ next, results }`, with the total if there is one. */
const linked = (json: unknown, envelope: unknown): Either.Either<Opened, string> => {
  if (!Predicate.isRecord(envelope)) return Either.left(describe(json))
  const { count, next, results, total_count } = envelope
  const total = count ?? total_count
  if (!Array.isArray(results) || !isLink(next) || !isCount(total)) return Either.left(describe(json))
  const query = queryOf(next)
  return query === null
    ? Either.left('a "next" that is no URL')
    : Either.right({ records: results, total: total ?? undefined, next: query })
}

/** Plans the pages by the `offset` or the `page` in the `next` link of the first page. */
const linkedPlan = ({ next, records: { length: size }, total = 0 }: Opened): Plan | undefined => {
  const pages = Math.ceil(total / size)
  if (next === undefined || size === 0 || pages <= 2) return undefined
  const place = (
    [
      ["offset", size, 0],
      ["page", 1, 1]
    ] as const
  ).find(([name, step, start]) => next[name] === String(start + step))
  if (place === undefined) return undefined
  const [name, step, start] = place
  return {
    pages,
    size,
    query: (index) => ({ ...next, [name]: start + index * step }),
    holds: (page, index) =>
      page.total === total &&
      page.records.length === Math.min(size, total - index * size) &&
      page.next?.[name] === (index === pages - 1 ? undefined : String(start + (index + 1) * step))
  }
}

const sized =
  (name: string) =>
  (pageSize: number | undefined): Query =>
    pageSize === undefined ? {} : { [name]: pageSize }

/**
 * `{ count, next, previous, results }`, the style of most listings. The total may also be called `total_count`.
 *
 * @example
 * client.pages("/api/v1/blueprints", Pages.counted(Blueprint))
 */
export const counted = <A, I>(item: Schema.Schema<A, I>): Pages<A> =>
  make(
    {
      envelope: "{ count, next, results }",
      key: ["results"],
      isComputed: false,
      first: sized("limit"),
      open: (json) => linked(json, json),
      plan: linkedPlan
    },
    item
  )

/** `{ count, next, previous, results }` under a key: `{ device_id, activity: { … } }`. */
export const within = <A, I>(key: string, item: Schema.Schema<A, I>): Pages<A> =>
  make(
    {
      envelope: `{ ${key}: { count, next, results } }`,
      key: [key, "results"],
      isComputed: false,
      first: sized("limit"),
      open: (json) => linked(json, Predicate.isRecord(json) ? json[key] : undefined),
      plan: linkedPlan
    },
    item
  )

/**
 * `{ next, previous, results }` without a total. `size` is the name of the query parameter for the page size, by
 * default `limit`.
 */
export const cursor = <A, I>(item: Schema.Schema<A, I>, options: { readonly size?: string } = {}): Pages<A> =>
  make(
    {
      envelope: "{ next, results }",
      key: ["results"],
      isComputed: false,
      first: sized(options.size ?? "limit"),
      open: (json) => linked(json, json)
    },
    item
  )

/**
 * Returns the query of the next page, for a listing with `limit` and `offset` and no `next`. Returns `undefined` after
 * a page that is not full.
 */
const nextByOffset = (size: number, { before, firstSize, query }: Place): Query | undefined =>
  // The service may send fewer records than `limit`, so a page counts as full if it has as many records as the first
  // one.
  size === 0 || (firstSize !== undefined && size < firstSize) ? undefined : { ...query, offset: before + size }

/**
 * An array without an envelope, requested by `limit` and `offset`. The listing ends with a page that is empty or
 * shorter than the first. `max` is the page size if the caller sets none: 300 by default.
 */
export const array = <A, I>(item: Schema.Schema<A, I>, options: { readonly max?: number } = {}): Pages<A> =>
  make(
    {
      envelope: "an array",
      key: [],
      isComputed: true,
      first: (pageSize = options.max ?? 300) => ({ limit: pageSize, offset: 0 }),
      open: (json, place) =>
        Array.isArray(json)
          ? Either.right({ records: json, total: undefined, next: nextByOffset(json.length, place) })
          : Either.left(describe(json))
    },
    item
  )

/**
 * `{ results }`, requested by `limit` and `offset`, as in the second version of threats. If the page has a `next`, it
 * is followed; if not, the listing ends with a page that is empty or shorter than the first. A `count` or `total_count`
 * is used as the total. `max` is the page size if the caller sets none: 300 by default.
 */
export const offset = <A, I>(item: Schema.Schema<A, I>, options: { readonly max?: number } = {}): Pages<A> =>
  make(
    {
      envelope: "{ results }",
      key: ["results"],
      isComputed: true,
      first: (pageSize = options.max ?? 300) => ({ limit: pageSize, offset: 0 }),
      open: (json, place) => {
        if (!Predicate.isRecord(json)) return Either.left(describe(json))
        if (json["next"] !== undefined) return linked(json, json)
        return Either.map(linked(json, { ...json, next: null }), (opened) => ({
          ...opened,
          next: nextByOffset(opened.records.length, place)
        }))
      }
    },
    item
  )

/**
 * `{ total, page, size, results }`, requested by page number. The listing ends after `total` records or, if `total` is
 * null, with an empty page. `max` is the page size if the caller sets none: 50 by default.
 */
export const numbered = <A, I>(item: Schema.Schema<A, I>, options: { readonly max?: number } = {}): Pages<A> =>
  make(
    {
      envelope: "{ total, page, size, results }",
      key: ["results"],
      isComputed: true,
      first: (pageSize = options.max ?? 50) => ({ page: 1, size: pageSize }),
      open: (json, { before, query }) => {
        if (!Predicate.isRecord(json)) return Either.left(describe(json))
        const { results, total } = json
        if (!Array.isArray(results) || total === undefined || !isCount(total)) return Either.left(describe(json))
        const isEnd = total === null ? results.length === 0 : before + results.length >= total
        return Either.right({
          records: results,
          total: total ?? undefined,
          next: isEnd ? undefined : { ...query, page: Number(query["page"]) + 1 }
        })
      },
      plan: ({ next, records: { length: size }, total = 0 }) => {
        const pages = Math.ceil(total / size)
        return next === undefined || size === 0 || pages <= 2
          ? undefined
          : {
              pages,
              size,
              query: (index) => ({ ...next, page: index + 1 }),
              holds: (page, index) =>
                page.total === total && page.records.length === Math.min(size, total - index * size)
            }
      }
    },
    item
  )

/**
 * `{ offset, limit, total, data, cursor }`, the style of Prism. The listing ends when `cursor` is null or empty. `max`
 * is the page size if the caller sets none: 300 by default.
 */
export const prism = <A, I>(item: Schema.Schema<A, I>, options: { readonly max?: number } = {}): Pages<A> =>
  make(
    {
      envelope: "{ total, data, cursor }",
      key: ["data"],
      isComputed: true,
      first: (pageSize = options.max ?? 300) => ({ limit: pageSize, cursor: "" }),
      open: (json, { query }) => {
        if (!Predicate.isRecord(json)) return Either.left(describe(json))
        const { cursor, data, total } = json
        if (!Array.isArray(data) || !isLink(cursor) || !isCount(total)) return Either.left(describe(json))
        return Either.right({
          records: data,
          total: total ?? undefined,
          next: cursor === null || cursor === "" ? undefined : { ...query, cursor }
        })
      }
    },
    item
  )

/** Whether a value is a page style and not a schema. @internal */
export const isPages = (value: unknown): value is Pages<unknown> =>
  Predicate.isRecord(value) && value["_tag"] === "Pages"
