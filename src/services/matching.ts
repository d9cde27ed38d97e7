/**
 * Finds the one record that matches a name or another text.
 */
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import { invalidArgument } from "../operation/arguments.js"
import { composed } from "../session/functions.js"

/**
 * The matching record, or `None`. If several match, fails with `Conflict` and lists them all, so that a person can
 * choose.
 */
export const atMostOne = <A>(
  operation: string,
  what: string,
  matches: ReadonlyArray<A>,
  describe: (record: A) => string
): Effect.Effect<Option.Option<A>, ApiClientError> =>
  matches.length > 1
    ? Effect.fail(
        new ApiClientError({
          reason: "Conflict",
          operation,
          detail: `${matches.length} records match ${what}: ${matches.map(describe).join(", ")}. Use the id of one of them.`
        })
      )
    : Effect.succeed(Option.fromNullable(matches[0]))

/**
 * Finds the record that has a name, or `None`. Reads the whole listing, because names are not unique and not every
 * listing can be filtered.
 */
export const named = <A extends { readonly id: string; readonly name: string }>(
  operation: string,
  records: Stream.Stream<A, ApiClientError>,
  name: string
): Effect.Effect<Option.Option<A>, ApiClientError> =>
  records.pipe(
    Stream.filter((record) => normalized(record.name) === normalized(name)),
    Stream.runCollect,
    Effect.flatMap((matches) => atMostOne(operation, `name "${name}"`, Chunk.toReadonlyArray(matches), ({ id }) => id))
  )

/** A name in the form in which names are compared: without white space around it, and in Unicode form NFC. */
export const normalized = (text: string): string => text.normalize("NFC").trim()

/**
 * Makes a function that finds one record by a text. `search` reads a listing filtered by the text, and `textOf` returns
 * the text of a record. The function fails with `InvalidArgument` if the text is empty, and with `Conflict` if several
 * records have the text.
 */
export const finder = <A>(
  operation: string,
  field: string,
  search: (text: string) => Stream.Stream<A, ApiClientError>,
  textOf: (record: A) => string | null | undefined,
  describe: (record: A) => string
): ((text: string) => Effect.Effect<Option.Option<A>, ApiClientError>) =>
  composed(operation, (text) => {
    const wanted = normalized(text)
    return wanted === ""
      ? Effect.fail(invalidArgument(operation, { [field]: ["is empty"] }))
      : Effect.flatMap(
          Stream.runCollect(Stream.filter(search(wanted), (record) => normalized(textOf(record) ?? "") === wanted)),
          (matches) => atMostOne(operation, `${field} "${wanted}"`, Chunk.toReadonlyArray(matches), describe)
        )
  })
