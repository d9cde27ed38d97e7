/**
 * Operations as functions: arguments are checked and encoded, the call is sent, pages are read.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import * as Answer from "../operation/Answer.js"
import { invalidArgument } from "../operation/arguments.js"
import { collectPages, type ListOptions, type Page, pagesOf, recordsOf } from "../operation/listing.js"
import type { Any, Functions, Listing, Operation } from "../operation/Operation.js"
import type { Pages } from "../operation/Pages.js"
import type { Outgoing, Send } from "./calls.js"
import { located, locatedStream } from "./located.js"
import { observeComposition } from "./telemetry.js"

/** The function of an operation. */
export const callOf =
  (send: Send) =>
  <Arguments extends ReadonlyArray<unknown>, A>(
    operation: Operation<Arguments, A>
  ): ((...args: Arguments) => Effect.Effect<A, ApiClientError>) => {
    const { encode, ids: names, kind, method, name, read, template } = operation
    return located((...args) =>
      Effect.suspend(() => {
        const encoded = encode(...args)
        return Either.isLeft(encoded)
          ? Effect.fail(invalidArgument(name, encoded.left))
          : send({ operation: name, method, template, kind, ids: { names, values: args }, ...encoded.right }, read)
      })
    )
  }

/** A listing as a stream of records, and as a list of all of them. */
export interface ListingFunctions<in Arguments extends ReadonlyArray<unknown>, out A> {
  /** Every record, page by page, in the server's order. Reads on demand, in constant memory. */
  readonly stream: (...args: Arguments) => Stream.Stream<A, ApiClientError>
  /** `stream`, collected. */
  readonly list: (...args: Arguments) => Effect.Effect<PayloadList<A>, ApiClientError>
  /** The pages, on demand, for callers that may stop after one. */
  readonly pages: (...args: Arguments) => Stream.Stream<Page<A>, ApiClientError>
}

/** The functions of a listing. The list of `Tags.stream` is called `Tags.list`. */
export const listingOf =
  (send: Send) =>
  <Arguments extends ReadonlyArray<unknown>, A>(listing: Listing<Arguments, A>): ListingFunctions<Arguments, A> => {
    const { encode, ids: names, kind, method, name, pages, template } = listing
    const read = (operation: string, concurrency: number, args: Arguments): Stream.Stream<Page<A>, ApiClientError> =>
      Stream.suspend(() => {
        const encoded = encode(...args)
        if (Either.isLeft(encoded)) return Stream.fail(invalidArgument(operation, encoded.left))
        const { options, path, query } = encoded.right
        return readPages(
          send,
          pages,
          { operation, method, template, kind, ids: { names, values: args }, path, query },
          {
            ...options,
            concurrency: options.concurrency ?? concurrency
          }
        )
      })
    return {
      stream: locatedStream((...args) => recordsOf(read(name, 1, args))),
      pages: locatedStream((...args) => read(name, 1, args)),
      list: located((...args) => collectPages(read(name.replace(/\.stream$/, ".list"), 32, args)))
    }
  }

/** The pages of a listing. Each is one call. */
export const readPages = <A>(
  send: Send,
  pages: Pages<A>,
  outgoing: Outgoing,
  options: ListOptions
): Stream.Stream<Page<A>, ApiClientError> =>
  pagesOf({
    pages,
    filters: outgoing.query ?? {},
    options,
    read: (query, place) =>
      send({ priority: "bulk", ...outgoing, query }, (response) =>
        Either.flatMap(Answer.readJson(response), (json) => pages.read(json, place))
      ),
    refuse: (detail) => {
      const { method, operation, path } = outgoing
      return new ApiClientError({ reason: "Decode", operation, method, path, detail })
    }
  })

/** A function for each operation of a group. A listing `stream` brings `list` with it. */
export const functionsOf =
  (send: Send) =>
  <Group extends { readonly [verb: string]: Any }>(group: Group): Functions<Group> => {
    const [call, listing] = [callOf(send), listingOf(send)]
    return Object.fromEntries(
      Object.entries(group).flatMap(([verb, operation]): ReadonlyArray<readonly [string, unknown]> => {
        if (operation._tag === "Operation") return [[verb, call(operation)]]
        const { list, stream } = listing(operation)
        return verb === "stream"
          ? [
              [verb, stream],
              ["list", list]
            ]
          : [[verb, stream]]
      })
    ) as Functions<Group>
  }

/**
 * The function of an operation that makes several calls. It has a span of its own, above theirs, and its failures name
 * the line that called it.
 */
export const composed = <Arguments extends ReadonlyArray<unknown>, A, E, R>(
  name: string,
  run: (...args: Arguments) => Effect.Effect<A, E, R>
): ((...args: Arguments) => Effect.Effect<A, E, R>) => located((...args) => observeComposition(name, run(...args)))
