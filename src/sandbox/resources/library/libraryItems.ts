/**
 * Routes for library items of any kind: their activity, and their status on each device.
 */
import * as Effect from "effect/Effect"
import { type Answer, noMatch } from "../../gateway/exchange.js"
import { paged } from "../../gateway/paging.js"
import { type Route, route } from "../../gateway/router.js"
import { fromArray, type Listing } from "../../tenant/collection.js"
import { idOfText } from "../../tenant/ids.js"
import { resource } from "../../tenant/resource.js"
import type { Tenant } from "../../tenant/tenant.js"
import { devicesOn } from "../fleet/relations.js"
import { deviceTable } from "../fleet/tables.js"
import { blueprintTable, itemsOf } from "../blueprints/table.js"
import { type Activity, activityOf, activityTable, changesOf, recordActivity } from "./activity.js"
import { exclusiveTable } from "./exclusive.js"
import { findItem, isLibrary } from "./items.js"
import { renderStatus, type Status } from "./status.js"

const path = "/api/v1/library/library-items"

const routes = (tenant: Tenant): ReadonlyArray<Route> => {
  const paging = { pageSize: tenant.pageSize, byPage: false }
  /** The administrator who created the token counts as the user who acts. */
  const actor = {
    user_id: idOfText(`Administrator of ${tenant.identity.companyId}`),
    user_email: "admin@sandbox.invalid"
  }

  const activity = (url: URL, given: string): Effect.Effect<Answer, Answer> => {
    const id = given.toLowerCase()
    const all = activityOf(tenant, id)
    // A deleted item still has its activity.
    if (all.length === 0 && findItem(tenant, id) === undefined) return Effect.fail(noMatch("LibraryItem"))
    const query = url.searchParams
    const wanted = (name: string, value: string) => !query.has(name) || query.get(name)?.toLowerCase() === value
    const isActor = wanted("user_id", actor.user_id) && wanted("user_email", actor.user_email)
    const found = all.filter((activity) => isActor && wanted("activity_type", activity.activity_type))
    return paged(url, paging, fromArray(found), ({ activity_time, activity_type, details, id }: Activity) =>
      Effect.succeed({ id: Number(id), activity_time, activity_type, ...actor, details })
    )
  }

  /** The status of the item on each device that has it, grouped by Blueprint. */
  const statuses = (itemId: string): Listing<Status> => {
    const parts = [...tenant.records(blueprintTable).values()]
      .filter((blueprint) => itemsOf(blueprint).includes(itemId))
      .map((blueprint) => ({ blueprint, rows: devicesOn(tenant, blueprint.id) }))
    return {
      size: parts.reduce((sum, { rows }) => sum + rows.size, 0),
      slice: (offset, limit) => {
        const page: Array<Status> = []
        let skipped = 0
        for (const { blueprint, rows } of parts) {
          for (const device of rows.slice(Math.max(0, offset - skipped), limit - page.length)) {
            page.push({ blueprint, device })
          }
          skipped += rows.size
        }
        return page
      }
    }
  }

  const statusOf = (itemId: string, computerId: string): Listing<Status> => {
    const device = tenant.records(deviceTable).get(computerId)
    const blueprint = device === undefined ? undefined : tenant.records(blueprintTable).get(device.blueprint_id)
    const has = device !== undefined && blueprint !== undefined && itemsOf(blueprint).includes(itemId)
    return fromArray(has ? [{ blueprint, device }] : [])
  }

  const status = (url: URL, given: string): Effect.Effect<Answer, Answer> => {
    const item = findItem(tenant, given)
    if (item === undefined) return Effect.fail(noMatch("LibraryItem"))
    const computerId = url.searchParams.get("computer_id")
    const found = computerId === null ? statuses(item.id) : statusOf(item.id, computerId)
    return paged(url, paging, found, (row) => Effect.succeed(renderStatus(tenant, item, row)))
  }

  return [
    route("GET", `${path}/{library_item_id}/activity`, ({ url }, { library_item_id }) =>
      Effect.suspend(() => activity(url, library_item_id))
    ),
    route("GET", `${path}/{library_item_id}/status`, ({ url }, { library_item_id }) =>
      Effect.suspend(() => status(url, library_item_id))
    )
  ]
}

export const libraryItems = resource({
  tables: [activityTable, exclusiveTable],
  setup: (tenant) =>
    tenant.onAny(({ action, before, record, table }) => {
      if (!isLibrary(table)) return Effect.void
      switch (action) {
        case "create":
          return recordActivity(tenant, record.id, "library_item_created")
        case "update":
          return recordActivity(tenant, record.id, "library_item_edited", changesOf(before ?? {}, record))
        case "delete":
          return recordActivity(tenant, record.id, "library_item_deleted")
        default:
          return Effect.void
      }
    }),
  routes,
  webApp: (tenant) => ({
    /** Makes a library item exclusive: an assignment node can have only one item of this type. */
    makeExclusive: (libraryItemId: string, type: string): Effect.Effect<void> =>
      Effect.sync(() => tenant.records(exclusiveTable).put({ id: libraryItemId.toLowerCase(), type })).pipe(
        Effect.zipLeft(tenant.kept)
      )
  })
})
