/**
 * What profiles, scripts and apps have in common: the five operations on a library item.
 */
import * as Effect from "effect/Effect"
import type { Collection } from "../tenant/collection.js"
import { type Answer, empty, type WholeRequest, json, noMatch, notFoundPage } from "../gateway/exchange.js"
import { paged } from "../gateway/paging.js"
import type { Route } from "../gateway/router.js"

/** A resource of the library. */
export interface LibraryResource<R extends { readonly id: string }> {
  readonly path: string
  /** The name of the service's own model, as it stands in its 404. */
  readonly model: string
  readonly pageSize: number
  readonly records: Collection<R>
  readonly render: (record: R) => Effect.Effect<unknown>
  /** Makes the record that a request asks for: a new one, or another in place of `before`. */
  readonly write: (incoming: WholeRequest, before: R | undefined) => Effect.Effect<R, Answer>
  /** Hears of every record that was written, and of what it was before. */
  readonly onWrite: (record: R, before: R | undefined) => Effect.Effect<void>
  readonly onDelete: (record: R) => Effect.Effect<void>
  /** Whether the answers to what changes a record have no body. */
  readonly isSilent?: boolean | undefined
}

/** The routes of a library resource. */
export const libraryRoutes = <R extends { readonly id: string }>(
  resource: LibraryResource<R>
): ReadonlyArray<Route> => {
  const { isSilent = false, model, onDelete, onWrite, pageSize, path, records, render, write } = resource
  const find = (id: string): Effect.Effect<R, Answer> =>
    Effect.suspend(() => {
      const record = records.get(id)
      return record === undefined ? Effect.fail(noMatch(model)) : Effect.succeed(record)
    })
  const store = (status: number, incoming: WholeRequest, before: R | undefined): Effect.Effect<Answer, Answer> =>
    Effect.gen(function* () {
      const record = yield* write(incoming, before)
      records.put(record.id, record)
      yield* onWrite(record, before)
      return isSilent ? empty(status) : json(status, yield* render(record))
    })

  return [
    { method: "GET", path, endpoint: ({ url }) => paged(url, { pageSize, byPage: true }, records, render) },
    {
      method: "POST",
      path,
      endpoint: (incoming) => store(201, incoming, undefined)
    },
    {
      method: "GET",
      path: `${path}/:id`,
      endpoint: (_, id) => Effect.map(Effect.flatMap(find(id), render), (body) => json(200, body))
    },
    {
      method: "PATCH",
      path: `${path}/:id`,
      endpoint: (incoming, id) => Effect.flatMap(find(id), (before) => store(200, incoming, before))
    },
    {
      method: "DELETE",
      path: `${path}/:id`,
      endpoint: (_, id) =>
        find(id).pipe(
          Effect.mapError(() => (isSilent ? empty(404) : notFoundPage)),
          Effect.tap((record) => {
            records.remove(record.id)
            return onDelete(record)
          }),
          Effect.as(empty(204))
        )
    }
  ]
}
