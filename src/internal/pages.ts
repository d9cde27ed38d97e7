/**
 * Listings, page by page. The `next` that a page names is not followed as a link: only its query is taken, and applied
 * to the path and the origin that the listing started from.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
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
  readonly priority?: Priority | undefined
}

export const pagesOf = <A, I>(
  get: Get,
  path: string | ApiPath,
  item: Schema.Schema<A, I>,
  options: PagesOptions
): Stream.Stream<Page<A>, ApiClientError> => {
  const { operation, pageSize, prefetch = 1, priority = "bulk" } = options
  if (!isCount(pageSize ?? 1, 1))
    return Stream.fail(invalidArgument(operation, { pageSize: ["must be a whole number above 0"] }))
  if (!isCount(prefetch, 0))
    return Stream.fail(invalidArgument(operation, { prefetch: ["must be a whole number, 0 or more"] }))

  const envelope = Schema.Struct({
    count: Schema.optionalWith(Schema.Finite, { nullable: true }),
    next: Schema.optionalWith(Schema.String, { nullable: true }),
    results: Schema.Array(item)
  })

  return Stream.suspend(() => {
    const seen = new Set<string>()
    let records = 0
    const refuse = (detail: string) =>
      new ApiClientError({
        reason: "Decode",
        operation,
        method: "GET",
        path: typeof path === "string" ? path : path.value,
        detail
      })

    const read = (query: Query) =>
      get(path, envelope, { query, operation, priority }).pipe(
        Effect.mapError((error) => (error.reason === "Decode" ? withPosition(error, records) : error)),
        Effect.flatMap(({ count, next, results }) => {
          records += results.length
          const page: Page<A> = { count: count ?? records, results }
          if (next === undefined || next === "") return Effect.succeed([page, Option.none<Query>()] as const)
          const following = queryOf(next)
          if (following === undefined) return Effect.fail(refuse("next: it is no URL."))
          if (results.length === 0) return Effect.fail(refuse("next: an empty page names another one."))
          const key = new URLSearchParams(following).toString()
          if (seen.has(key)) return Effect.fail(refuse("next: it names a page that was read before."))
          seen.add(key)
          return Effect.succeed([page, Option.some<Query>({ ...options.query, ...following })] as const)
        })
      )

    const onwards = (query: Query): Stream.Stream<Page<A>, ApiClientError> =>
      Stream.paginateChunkEffect(query, (query) =>
        Effect.map(read(query), ([page, next]) => [Chunk.of(page), next] as const)
      ).pipe((pages) => (prefetch > 0 ? Stream.bufferChunks(pages, { capacity: prefetch }) : pages))

    // Reading ahead starts when the second page is asked for: to take the first record costs one request.
    return Stream.unwrap(
      Effect.map(read({ ...options.query, limit: pageSize }), ([page, next]) =>
        Stream.concat(
          Stream.succeed(page),
          Option.match(next, { onNone: () => Stream.empty, onSome: (query) => Stream.suspend(() => onwards(query)) })
        )
      )
    )
  })
}

const isCount = (value: number, least: number): boolean => Number.isInteger(value) && value >= least

const queryOf = (next: string): Record<string, string> | undefined =>
  URL.canParse(next, "http://tenant.invalid")
    ? Object.fromEntries(new URL(next, "http://tenant.invalid").searchParams)
    : undefined

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
