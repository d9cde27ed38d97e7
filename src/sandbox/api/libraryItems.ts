/**
 * What there is to know of a library item of any kind: what was done to it, and how it fares on each device.
 */
import * as Effect from "effect/Effect"
import { idOfText } from "../tenant/ids.js"
import { type Collection, fromArray } from "../tenant/collection.js"
import { type Answer, noMatch } from "../gateway/exchange.js"
import type { Activity, History } from "../tenant/history.js"
import type { Computer, Computers } from "../tenant/memory.js"
import { paged } from "../gateway/paging.js"
import type { Route } from "../gateway/router.js"
import { drawFrom, hash } from "../tenant/seedNumbers.js"
import { seconds } from "../tenant/time.js"
import type { ItemAtAGlance } from "../tenant/snapshot.js"
import { type BlueprintRecord, itemsOf } from "./blueprints.js"

const path = "/api/v1/library/library-items"

interface Status {
  readonly blueprint: BlueprintRecord
  readonly computer: Computer
}

const fates = ["PASS", "PASS", "PASS", "PASS", "PASS", "PASS", "PASS", "PENDING", "ERROR", "INCOMPATIBLE"] as const
const profileWords = { PASS: "success", PENDING: "pending", ERROR: "failed", INCOMPATIBLE: "failed" } as const

/** The routes of `/api/v1/library/library-items`. */
export const libraryItemRoutes = (options: {
  readonly blueprints: Collection<BlueprintRecord>
  readonly computers: Computers
  readonly history: History
  readonly findItem: (id: string) => ItemAtAGlance | undefined
  readonly pageSize: number
  readonly companyId: string
}): ReadonlyArray<Route> => {
  const { blueprints, computers, findItem, history } = options
  const paging = { pageSize: options.pageSize, byPage: false }
  /** Whoever has the token acts for the one who made it. */
  const actor = { user_id: idOfText(`Administrator of ${options.companyId}`), user_email: "admin@sandbox.invalid" }

  const activity = (url: URL, given: string): Effect.Effect<Answer, Answer> => {
    const id = given.toLowerCase()
    const all = history.of(id)
    // What was deleted is spoken of still.
    if (all.length === 0 && findItem(id) === undefined) return Effect.fail(noMatch("LibraryItem"))
    const query = url.searchParams
    const wanted = (name: string, value: string) => !query.has(name) || query.get(name)?.toLowerCase() === value
    const isActor = wanted("user_id", actor.user_id) && wanted("user_email", actor.user_email)
    const found = all.filter((activity) => isActor && wanted("activity_type", activity.activity_type))
    return paged(url, paging, fromArray(found), ({ activity_time, activity_type, details, id }: Activity) =>
      Effect.succeed({ id, activity_time, activity_type, ...actor, details })
    )
  }

  /** The devices that have the item, Blueprint by Blueprint. */
  const statuses = (itemId: string): Pick<Collection<Status>, "size" | "slice"> => {
    const parts = [...blueprints.values()]
      .filter((blueprint) => itemsOf(blueprint).includes(itemId))
      .map((blueprint) => ({ blueprint, rows: computers.on(blueprint.id) }))
    return {
      size: parts.reduce((sum, { rows }) => sum + rows.size, 0),
      slice: (offset, limit) => {
        const page: Array<Status> = []
        let skipped = 0
        for (const { blueprint, rows } of parts) {
          for (let index = Math.max(0, offset - skipped); index < rows.size && page.length < limit; index++) {
            page.push({ blueprint, computer: rows.at(index) })
          }
          skipped += rows.size
        }
        return page
      }
    }
  }

  const statusOf = (itemId: string, computerId: string): Pick<Collection<Status>, "size" | "slice"> => {
    const found = computers.find(computerId)
    const blueprint = found === undefined ? undefined : blueprints.get(found.blueprintId)
    const has = found !== undefined && blueprint !== undefined && itemsOf(blueprint).includes(itemId)
    return fromArray(has ? [{ blueprint, computer: found.computer }] : [])
  }

  /** No device is real: one from the beginning was done with what it had then, and waits for ever for what came later. */
  const render = (item: ItemAtAGlance, { blueprint, computer }: Status) => {
    const draw = drawFrom(hash(item.id), hash(computer.id))
    const rowId = 1 + draw(2_000_000_000)
    const fate = computers.hadBefore(blueprint.id, item.id) ? (fates[draw(fates.length)] ?? "PENDING") : "PENDING"
    const isReported = fate === "PASS" || fate === "ERROR"
    return {
      id: rowId,
      blueprint: { id: blueprint.id, name: blueprint.name },
      computer: { id: computer.id, name: computer.name },
      status: item.kind === "customProfiles" ? profileWords[fate] : fate,
      reported_at: isReported ? seconds(firstReport + draw(31_536_000) * 1000) : null,
      log: isReported && item.kind !== "customProfiles" ? logOf(item.name, fate === "PASS" ? 0 : 1) : null,
      last_audit_run: null,
      last_audit_log: null,
      control_log: null,
      control_reported_at: null
    }
  }

  const status = (url: URL, given: string): Effect.Effect<Answer, Answer> => {
    const item = findItem(given)
    if (item === undefined) return Effect.fail(noMatch("LibraryItem"))
    const computerId = url.searchParams.get("computer_id")
    const found = computerId === null ? statuses(item.id) : statusOf(item.id, computerId)
    return paged(url, paging, found, (row) => Effect.succeed(render(item, row)))
  }

  return [
    {
      method: "GET",
      path: `${path}/:id/activity`,
      endpoint: ({ url }, id) => Effect.suspend(() => activity(url, id))
    },
    { method: "GET", path: `${path}/:id/status`, endpoint: ({ url }, id) => Effect.suspend(() => status(url, id)) }
  ]
}

const firstReport = Date.UTC(2025, 0, 6, 8)

const logOf = (name: string, exitCode: number): string =>
  `Executing ${name}...\nExit code: ${exitCode}\nScript results:\n${exitCode === 0 ? "OK" : "Failed"}`
