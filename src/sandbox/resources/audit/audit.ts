/**
 * The audit log: an event for every write, every read of a secret and every action.
 */
import * as Effect from "effect/Effect"
import { type Answer } from "../../gateway/exchange.js"
import { cursorPage } from "../../gateway/pageStyles.js"
import { badFields } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { filtered, fromArray } from "../../tenant/collection.js"
import { idOfText } from "../../tenant/ids.js"
import { pageRows, words } from "../../tenant/pageWords.js"
import { resource } from "../../tenant/resource.js"
import { glance } from "../../tenant/snapshot.js"
import type { Change } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"
import { timestamp } from "../../tenant/time.js"
import { userTable } from "../fleet/tables.js"
import { auditTable, ulid } from "./auditTable.js"

/**
 * The log holds at most `most` events. When it is full, the oldest `batch` are removed together, since each removal
 * sorts the log again.
 */
const [most, batch] = [10_000, 1000]

/** The target type of an event, by table. The vendor documents `blueprint`; the other names are assumptions. */
const targets: Readonly<Record<string, string>> = {
  adeDevices: "ade_device",
  adeIntegrations: "ade_integration",
  blueprints: "blueprint",
  blueprintRouting: "blueprint_routing",
  customApps: "custom_app",
  customProfiles: "custom_profile",
  customScripts: "custom_script",
  devices: "device",
  inHouseApps: "in_house_app",
  notes: "device_note",
  tags: "tag",
  users: "user"
}

/**
 * The fields of a record that events show. All other fields, such as scripts, profiles and codes, may contain secrets.
 */
const shown = ["name", "device_name", "email", "active", "type", "blueprint_id", "asset_tag"]

/** The details that events show. Others may contain secrets, such as a message or a password. */
const told = ["secret"]

const only = (value: object, keys: ReadonlyArray<string>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(value).filter(([key, field]) => keys.includes(key) && field !== undefined))

/** The name of a target, if the event shows it. */
const nameIn = ({ device_name, name }: Readonly<Record<string, unknown>>): string | undefined =>
  [name, device_name].find((value) => typeof value === "string")

/** Adds an event for a change. Tables without a target type are internal and have no events. */
const note = (tenant: Tenant, { action, details, record, table: key }: Change): Effect.Effect<void> =>
  Effect.gen(function* () {
    const target = targets[key]
    if (target === undefined) return
    const events = tenant.records(auditTable)
    if (events.size >= most) for (const { id } of events.slice(0, batch)) events.remove(id)
    const occurred_at = yield* timestamp
    events.put({
      id: ulid(Date.parse(occurred_at)),
      action,
      occurred_at,
      // The vendor does not document how a caller with a token is named. Here it is a user that is derived from the
      // tenant.
      actor_id: idOfText(`actor ${tenant.identity.companyId}`),
      actor_type: "user",
      target_id: record.id,
      target_type: target,
      target_component: "",
      new_state: action === "create" || action === "update" ? only(record, shown) : {},
      metadata: only(details, told)
    })
  })

const day = 86_400_000

/** A time in a query, in milliseconds. For a day without a time, it is the first or the last moment of the day. */
const readTime = (query: URLSearchParams, name: string, end: boolean): Effect.Effect<number | undefined, Answer> => {
  const text = query.get(name) ?? ""
  if (text === "") return Effect.succeed(undefined)
  const millis = Date.parse(text)
  if (Number.isNaN(millis)) return badFields({ [name]: ["Enter a valid date/time."] })
  return Effect.succeed(end && /^\d{4}-\d\d-\d\d$/.test(text) ? millis + day - 1 : millis)
}

const sortKeys = ["occurred_at", "id"] as const

export const audit = resource({
  tables: [auditTable],
  setup: (tenant) => tenant.onAny((change) => note(tenant, change)),
  routes: (tenant) => [
    route("GET", "/api/v1/audit/events", ({ url }) =>
      Effect.gen(function* () {
        const query = url.searchParams
        const from = (yield* readTime(query, "start_date", false)) ?? -Infinity
        const to = (yield* readTime(query, "end_date", true)) ?? Infinity
        const order = query.get("sort_by") || "occurred_at"
        const key = sortKeys.find((name) => name === order.replace(/^-/, ""))
        if (key === undefined) return yield* badFields({ sort_by: [`"${order}" is not a valid choice.`] })
        const found = filtered(tenant.records(auditTable), ({ occurred_at }) => {
          const at = Date.parse(occurred_at)
          return at >= from && at <= to
        })
        const sorted = found
          .slice(0, found.size)
          .toSorted((one, other) => (one[key] < other[key] ? -1 : one[key] > other[key] ? 1 : 0))
        const listing = fromArray(order.startsWith("-") ? sorted.toReversed() : sorted)
        return yield* cursorPage(url, { size: "limit", most: 500 }, listing, Effect.succeed)
      })
    )
  ],
  snapshot: (tenant, limit) =>
    Effect.sync(() => ({ auditEvents: glance(tenant.records(auditTable), limit, (event) => event) })),
  page: [
    {
      id: "auditEvents",
      place: "audit",
      title: "Audit events",
      noun: "events",
      path: "/api/v1/audit/events",
      rows: (tenant) =>
        Effect.sync(() =>
          pageRows(
            tenant.records(auditTable),
            ({ action, actor_id, id, new_state, occurred_at, target_id, target_type }) => ({
              id,
              name: `${words(action)} ${words(target_type)}`,
              facts: [
                nameIn(new_state) ?? target_id,
                tenant.records(userTable).get(actor_id)?.name ?? "the API token",
                occurred_at.slice(0, 19).replace("T", " ")
              ]
            })
          )
        ),
      open: (tenant, id) => tenant.records(auditTable).get(id)
    }
  ]
})
