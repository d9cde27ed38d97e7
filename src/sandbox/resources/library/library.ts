/**
 * The five operations that profiles, scripts and apps share.
 */
import * as Effect from "effect/Effect"
import { type Answer, empty, json, noMatch, notFoundPage, type WholeRequest } from "../../gateway/exchange.js"
import { paged } from "../../gateway/paging.js"
import { type Route, route } from "../../gateway/router.js"
import type { Identified } from "../../tenant/collection.js"
import type { Table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"

/** The definition of a library resource. */
export interface LibraryResource<R extends Identified> {
  readonly path: string
  /** The name of the service's model, which its 404 contains. */
  readonly model: string
  readonly table: Table<R>
  readonly render: (record: R) => Effect.Effect<unknown>
  /** Makes the record from a request: a new one, or the changed one if `before` is given. */
  readonly write: (incoming: WholeRequest, before: R | undefined) => Effect.Effect<R, Answer>
  /** Whether the answers to writes have no body. */
  readonly isSilent?: boolean | undefined
}

/** The routes of a library resource. */
export const libraryRoutes = <R extends Identified>(
  tenant: Tenant,
  { isSilent = false, model, path, render, table, write }: LibraryResource<R>
): ReadonlyArray<Route> => {
  const { pageSize } = tenant
  const records = tenant.records(table)
  const find = (id: string): Effect.Effect<R, Answer> =>
    Effect.suspend(() => {
      const record = records.get(id)
      return record === undefined ? Effect.fail(noMatch(model)) : Effect.succeed(record)
    })
  const store = (status: number, incoming: WholeRequest, before: R | undefined): Effect.Effect<Answer, Answer> =>
    Effect.gen(function* () {
      const record = yield* write(incoming, before)
      yield* tenant.save(table, record)
      return isSilent ? empty(status) : json(status, yield* render(record))
    })

  return [
    route("GET", path, ({ url }) => paged(url, { pageSize, byPage: true }, records, render)),
    route("POST", path, (incoming) => store(201, incoming, undefined)),
    route("GET", `${path}/{library_item_id}`, (_, { library_item_id }) =>
      Effect.map(Effect.flatMap(find(library_item_id), render), (body) => json(200, body))
    ),
    route("PATCH", `${path}/{library_item_id}`, (incoming, { library_item_id }) =>
      Effect.flatMap(find(library_item_id), (before) => store(200, incoming, before))
    ),
    route("DELETE", `${path}/{library_item_id}`, (_, { library_item_id }) =>
      Effect.flatMap(tenant.remove(table, library_item_id), (record) =>
        record === undefined ? Effect.fail(isSilent ? empty(404) : notFoundPage) : Effect.succeed(empty(204))
      )
    )
  ]
}
