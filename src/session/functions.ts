/**
 * Turns operations into functions, which check and encode the arguments, send the calls and read the answers.
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

/** Makes the function of an operation. */
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

/** The functions of a listing: they return its records as a stream, as a list, or in pages. */
export interface ListingFunctions<in Arguments extends ReadonlyArray<unknown>, out A> {
  /** All records, in the server's order. Pages are requested as the stream is consumed, so memory use is constant. */
  readonly stream: (...args: Arguments) => Stream.Stream<A, ApiClientError>
  /** All records of `stream` in one list. */
  readonly list: (...args: Arguments) => Effect.Effect<PayloadList<A>, ApiClientError>
  /** The pages as a stream, for callers that may stop after the first one. */
  readonly pages: (...args: Arguments) => Stream.Stream<Page<A>, ApiClientError>
}

/** Makes the functions of a listing. Errors and spans call the list of `Tags.stream` `Tags.list`. */
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

/** Reads the pages of a listing, with one call for each page. */
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

/** Makes a function for each operation of a group, and a function `list` for the listing `stream`. */
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
 * Makes the function of an operation that makes several calls. The operation has a span of its own, the parent of their
 * spans, and its failures name the line that called the function.
 */
export const composed = <Arguments extends ReadonlyArray<unknown>, A, E, R>(
  name: string,
  run: (...args: Arguments) => Effect.Effect<A, E, R>
): ((...args: Arguments) => Effect.Effect<A, E, R>) => located((...args) => observeComposition(name, run(...args)))
