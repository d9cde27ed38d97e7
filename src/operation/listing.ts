/**
 * Reads the pages of a listing of any page style.
 *
 * A `next` link is not followed: only its query is used. If the first page tells how many records there are, the
 * queries of the other pages can be computed, and several pages are read at once. As soon as a page does not match this
 * plan, the remaining pages are read one by one.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { ApiClientError, FieldErrors } from "../errors/ApiClientError.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import type { Query } from "./body.js"
import type { Opened, Pages, Place, Plan } from "./Pages.js"

/** Options for reading a listing. */
export interface ListOptions {
  /** Records per page. The service may send fewer. By default, the service decides: 300 for most listings. */
  readonly pageSize?: number | undefined
  /**
   * The number of pages that are read ahead in the background, one after another. Default 1. With 0, a page is
   * requested only when it is needed.
   */
  readonly prefetch?: number | undefined
  /**
   * The number of requests at the same time, from the second page on, if the first page tells where the others are.
   * Records keep the server's order. A value above 1 replaces `prefetch`. Default 1 for a stream, which may be stopped
   * early; 32 for a list, which needs all pages.
   */
  readonly concurrency?: number | undefined
}

/** One page of a listing. */
export interface Page<A> {
  /**
   * The number of records in the listing, as the server reports it. If it does not, the number of records up to the end
   * of this page.
   */
  readonly count: number
  readonly results: ReadonlyArray<A>
}

/** Returns the problems of the list options by field. */
export const listOptionProblems = ({ concurrency = 1, pageSize = 1, prefetch = 0 }: ListOptions): FieldErrors => ({
  ...(isCount(pageSize, 1) ? {} : { pageSize: ["must be a whole number above 0"] }),
  ...(isCount(prefetch, 0) ? {} : { prefetch: ["must be a whole number, 0 or more"] }),
  ...(isCount(concurrency, 1) ? {} : { concurrency: ["must be a whole number above 0"] })
})

const isCount = (value: number, least: number): boolean => Number.isInteger(value) && value >= least

interface Reading<A> {
  readonly pages: Pages<A>
  /** The caller's filters. */
  readonly filters: Query
  readonly options: ListOptions
  /** Sends the request of one page and reads its answer. */
  readonly read: (query: Query, place: Place) => Effect.Effect<Opened<A>, ApiClientError>
  readonly refuse: (detail: string) => ApiClientError
}

/** A page that was read. */
interface Step<A> extends Opened<A> {
  /** The number of records up to the end of this page. */
  readonly after: number
}

/** Reads the pages of a listing, as the stream is consumed. */
export const pagesOf = <A>(reading: Reading<A>): Stream.Stream<Page<A>, ApiClientError> =>
  Stream.suspend(() => {
    const { filters, options, pages, refuse } = reading
    const { concurrency = 1, pageSize, prefetch = 1 } = options
    const first = pages.first(pageSize)
    const seen = new Set<string>()
    let firstSize: number | undefined
    let lastRecords: ReadonlyArray<A> | undefined

    const isRepeated = () => refuse("The page is the one before it, again.")

    const read = (query: Query, before: number): Effect.Effect<Step<A>, ApiClientError> =>
      // A `next` link may leave out the page size, so the first query is sent with it.
      Effect.map(reading.read({ ...filters, ...first, ...query }, { query, before, firstSize }), (opened) => ({
        ...opened,
        after: before + opened.records.length
      }))

    /**
     * Returns the query of the next page, if there is one. Fails if the service repeats a page or if the listing does
     * not end.
     */
    const follow = ({ after, next, records, total }: Step<A>): Effect.Effect<Option.Option<Query>, ApiClientError> => {
      const size = records.length
      if (pages.isComputed) {
        if (isSamePage(records, lastRecords)) return Effect.fail(isRepeated())
        lastRecords = records
      }
      if (next === undefined) return Effect.succeedNone
      if (size === 0) return Effect.fail(refuse("next: an empty page names another one."))
      if (goesOn(after, size, total)) {
        return Effect.fail(refuse(`next: there is more after ${after} of ${total} records.`))
      }
      const key = JSON.stringify(next)
      if (!pages.isComputed && seen.has(key)) return Effect.fail(refuse("next: it names a page that was read before."))
      seen.add(key)
      return Effect.succeedSome(next)
    }

    const oneByOne = (last: Step<A>): Stream.Stream<Page<A>, ApiClientError> => {
      const rest = Stream.paginateChunkEffect(last, (last) =>
        Effect.flatMap(
          follow(last),
          Option.match({
            onNone: () => Effect.succeed([Chunk.empty<Page<A>>(), Option.none<Step<A>>()] as const),
            onSome: (query) =>
              Effect.map(read(query, last.after), (step) => [Chunk.of(pageOf(step)), Option.some(step)] as const)
          })
        )
      )
      return prefetch > 0 ? Stream.bufferChunks(rest, { capacity: prefetch }) : rest
    }

    const severalAtOnce = (first: Step<A>, plan: Plan): Stream.Stream<Page<A>, ApiClientError> => {
      let last = first
      seen.add(JSON.stringify(first.next))
      return Stream.range(1, plan.pages - 1).pipe(
        Stream.mapEffect((index) => Effect.either(read(plan.query(index), index * plan.size)), { concurrency }),
        Stream.zipWithIndex,
        Stream.takeUntil(([step, index]) => Either.isLeft(step) || !plan.holds(step.right, index + 1)),
        Stream.mapEffect(([step]) => step),
        Stream.mapEffect((step) => {
          if (pages.isComputed && isSamePage(step.records, last.records)) return Effect.fail(isRepeated())
          lastRecords = last.records
          last = step
          return Effect.succeed(pageOf(step))
        }),
        Stream.concat(Stream.suspend(() => oneByOne(last)))
      )
    }

    // Pages are read ahead only after the second page was requested, so a caller that takes the first record causes
    // only one request.
    return Stream.unwrap(
      Effect.map(read(first, 0), (step) => {
        firstSize = step.records.length
        return Stream.concat(
          Stream.succeed(pageOf(step)),
          Stream.suspend(() => {
            const plan = concurrency > 1 ? pages.plan(step) : undefined
            return plan === undefined ? oneByOne(step) : severalAtOnce(step, plan)
          })
        )
      })
    )
  })

const pageOf = <A>({ after, records, total }: Step<A>): Page<A> => ({ count: total ?? after, results: records })

/**
 * Whether a listing counts as endless, because it has more than twice as many records as its total. It can grow while
 * it is read, but hardly that much. A total that is not larger than the page is ignored.
 */
const goesOn = (after: number, size: number, total: number | undefined): boolean =>
  total !== undefined && total > size && after > 2 * total

const isSamePage = (records: ReadonlyArray<unknown>, before: ReadonlyArray<unknown> | undefined): boolean =>
  before !== undefined &&
  records.length > 0 &&
  records.length === before.length &&
  JSON.stringify(records[0]) === JSON.stringify(before[0]) &&
  JSON.stringify(records) === JSON.stringify(before)

/** Turns pages into a stream of their records. */
export const recordsOf = <A, E>(pages: Stream.Stream<Page<A>, E>): Stream.Stream<A, E> =>
  Stream.mapConcatChunk(pages, (page) => Chunk.unsafeFromArray([...page.results]))

/** Reads all pages and joins them into one list. */
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
