/**
 * Listings, page by page. The `next` that a page names is not followed as a link: only its query is taken, and applied
 * to the path and the origin that the listing started from. Where the first page tells how many records there are, the
 * places of the others are known, and several are read at once; as soon as one is not what was expected, they are read
 * one after the other again.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import { nullish } from "../schemas/internal.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { invalidArgument } from "./arguments.js"
import type { Priority } from "./pace.js"
import type { ApiPath } from "./path.js"
import type { Query } from "./request.js"

/** One page of a listing. */
export interface Page<A> {
  /** How many the server says there are in all. */
  readonly count: number
  readonly results: ReadonlyArray<A>
}

type Get = <A, I>(
  path: string | ApiPath,
  schema: Schema.Schema<A, I>,
  options: { readonly query: Query; readonly operation: string; readonly priority?: Priority | undefined }
) => Effect.Effect<A, ApiClientError>

interface PagesOptions {
  readonly operation: string
  readonly query?: Query | undefined
  readonly pageSize?: number | undefined
  readonly prefetch?: number | undefined
  readonly concurrency?: number | undefined
  readonly priority?: Priority | undefined
}

export const pagesOf = <A, I>(
  get: Get,
  path: string | ApiPath,
  item: Schema.Schema<A, I>,
  options: PagesOptions
): Stream.Stream<Page<A>, ApiClientError> => {
  const { concurrency = 1, operation, pageSize, prefetch = 1, priority = "bulk" } = options
  if (!isCount(pageSize ?? 1, 1))
    return Stream.fail(invalidArgument(operation, { pageSize: ["must be a whole number above 0"] }))
  if (!isCount(prefetch, 0))
    return Stream.fail(invalidArgument(operation, { prefetch: ["must be a whole number, 0 or more"] }))
  if (!isCount(concurrency, 1))
    return Stream.fail(invalidArgument(operation, { concurrency: ["must be a whole number above 0"] }))

  const envelope = Schema.Struct({
    count: nullish(Schema.Finite),
    next: nullish(Schema.String),
    results: Schema.Array(item)
  })
  const refuse = (detail: string) =>
    new ApiClientError({
      reason: "Decode",
      operation,
      method: "GET",
      path: typeof path === "string" ? path : path.value,
      detail
    })

  /** Reads one page, before which there are so many records. */
  const read = (query: Query, before: number): Effect.Effect<PageRead<A>, ApiClientError> =>
    get(path, envelope, { query, operation, priority }).pipe(
      Effect.mapError((error) => (error.reason === "Decode" ? withPosition(error, before) : error)),
      Effect.flatMap(({ count, next, results }) => {
        const after = before + results.length
        const query = next === undefined || next === "" ? undefined : queryOf(next)
        return query === null
          ? Effect.fail(refuse("next: it is no URL."))
          : Effect.succeed({
              page: { count: count ?? after, results },
              place: { count: count ?? after, size: results.length, after, next: query }
            })
      })
    )

  return Stream.suspend(() => {
    const seen = new Set<string>()

    /** The query of the page that follows, if it leads on. */
    const follow = (place: Place): Effect.Effect<Option.Option<Query>, ApiClientError> => {
      const { after, count, next, size } = place
      if (next === undefined) return Effect.succeedNone
      if (size === 0) return Effect.fail(refuse("next: an empty page names another one."))
      if (goesOn(place)) return Effect.fail(refuse(`next: there is more after ${after} of ${count} records.`))
      const key = new URLSearchParams(next).toString()
      if (seen.has(key)) return Effect.fail(refuse("next: it names a page that was read before."))
      seen.add(key)
      return Effect.succeedSome({ ...options.query, ...next })
    }

    const oneByOne = (last: Place): Stream.Stream<Page<A>, ApiClientError> => {
      const pages = Stream.paginateChunkEffect(last, (last) =>
        Effect.flatMap(
          follow(last),
          Option.match({
            onNone: () => Effect.succeed([Chunk.empty<Page<A>>(), Option.none<Place>()] as const),
            onSome: (query) =>
              Effect.map(read(query, last.after), ({ page, place }) => [Chunk.of(page), Option.some(place)] as const)
          })
        )
      )
      return prefetch > 0 ? Stream.bufferChunks(pages, { capacity: prefetch }) : pages
    }

    const severalAtOnce = (first: Place, plan: Plan): Stream.Stream<Page<A>, ApiClientError> => {
      let last = first
      seen.add(new URLSearchParams(first.next).toString())
      return Stream.range(1, plan.pages - 1).pipe(
        Stream.mapEffect(
          (index) => Effect.either(read({ ...options.query, ...plan.query(index) }, index * plan.size)),
          { concurrency }
        ),
        Stream.zipWithIndex,
        Stream.takeUntil(([read, index]) => Either.isLeft(read) || !plan.holds(read.right.place, index + 1)),
        Stream.mapEffect(([read]) => read),
        Stream.map(({ page, place }) => {
          last = place
          return page
        }),
        Stream.concat(Stream.suspend(() => oneByOne(last)))
      )
    }

    // Reading ahead starts when the second page is asked for: to take the first record costs one request.
    return Stream.unwrap(
      Effect.map(read({ ...options.query, limit: pageSize }, 0), ({ page, place }) =>
        Stream.concat(
          Stream.succeed(page),
          Stream.suspend(() => {
            const plan = concurrency > 1 ? planOf(place) : undefined
            return plan === undefined ? oneByOne(place) : severalAtOnce(place, plan)
          })
        )
      )
    )
  })
}

/**
 * A listing can grow while it is read, but hardly to twice its size: it has no end. A count that is no larger than its
 * own page says nothing about the whole.
 */
const goesOn = ({ after, count, size }: Place): boolean => count > size && after > 2 * count

interface PageRead<A> {
  readonly page: Page<A>
  readonly place: Place
}

/** What a page says about the listing. It is what is kept of it until the next one comes. */
interface Place {
  readonly count: number
  /** Records on the page. */
  readonly size: number
  /** Records up to the end of it. */
  readonly after: number
  /** The query of the `next` that it names. */
  readonly next: Readonly<Record<string, string>> | undefined
}

interface Plan {
  readonly pages: number
  /** Records a page. */
  readonly size: number
  /** The query of a page, counted from 0. */
  readonly query: (index: number) => Query
  /** Whether a page is what it was to be, so that the ones after it stand where they should. */
  readonly holds: (place: Place, index: number) => boolean
}

/** Where all the pages are, if the first one tells: by `offset`, or by the number of the `page`. */
const planOf = ({ count, next, size }: Place): Plan | undefined => {
  const pages = Math.ceil(count / size)
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
    holds: (place, index) =>
      place.count === count &&
      place.size === Math.min(size, count - index * size) &&
      place.next?.[name] === (index === pages - 1 ? undefined : String(start + (index + 1) * step))
  }
}

const isCount = (value: number, least: number): boolean => Number.isInteger(value) && value >= least

const queryOf = (next: string): Record<string, string> | null =>
  URL.canParse(next, "http://tenant.invalid")
    ? Object.fromEntries(new URL(next, "http://tenant.invalid").searchParams)
    : null

/** A record is named by its place in the whole listing, counted from 1, beside its place on the page. */
const withPosition = (error: ApiClientError, before: number): ApiClientError => {
  const index = /^results\[(\d+)\]/.exec(error.detail ?? "")?.[1]
  return index === undefined
    ? error
    : new ApiClientError({ ...error, detail: `record ${before + Number(index) + 1} of the listing, ${error.detail}` })
}

/** The records of all pages. */
export const recordsOf = <A, E>(pages: Stream.Stream<Page<A>, E>): Stream.Stream<A, E> =>
  Stream.mapConcatChunk(pages, (page) => Chunk.unsafeFromArray([...page.results]))

/** All pages joined. */
export const collectPages = <A, E>(pages: Stream.Stream<Page<A>, E>): Effect.Effect<PayloadList<A>, E> =>
  Effect.map(Stream.runCollect(pages), (pages) => {
    const all = Chunk.toReadonlyArray(pages)
    return {
      count: all.at(-1)?.count ?? 0,
      next: null,
      previous: null,
      results: all.flatMap((page) => page.results)
    }
  })
