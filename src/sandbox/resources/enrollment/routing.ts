/**
 * Blueprint routing: its enrollment code for devices without a chosen Blueprint, and its activity.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { isRecord, readInput } from "../../gateway/body.js"
import { json } from "../../gateway/exchange.js"
import { readFields } from "../../gateway/fields.js"
import { paged } from "../../gateway/paging.js"
import { badFields } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { filtered, fromArray } from "../../tenant/collection.js"
import { hash, mix } from "../../tenant/seedNumbers.js"
import { resource } from "../../tenant/resource.js"
import { table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"
import { timestamp } from "../../tenant/time.js"

const path = "/api/v1/blueprint-routing/"

const Routing = Schema.Struct({ id: Schema.String, code: Schema.String, is_active: Schema.Boolean })

interface RoutingRecord extends Schema.Schema.Type<typeof Routing> {}

/** One record with the routing settings. It exists after the first change. */
export const routingTable = table<RoutingRecord, typeof Routing.Encoded>({ key: "blueprintRouting", schema: Routing })

const Activity = Schema.Struct({
  id: Schema.String,
  activity_time: Schema.String,
  activity_type: Schema.String,
  details: Schema.Record({ key: Schema.String, value: Schema.Unknown })
})

interface ActivityRecord extends Schema.Schema.Type<typeof Activity> {}

/** The activity of Blueprint routing, the oldest first. */
export const routingActivityTable = table<ActivityRecord, typeof Activity.Encoded>({
  key: "routingActivity",
  schema: Activity
})

/** The current settings. Without changes, routing is off and has a code that is derived from the tenant. */
const current = (tenant: Tenant): RoutingRecord =>
  tenant.records(routingTable).get("routing") ?? {
    id: "routing",
    code: String(100_000 + (mix(hash(tenant.identity.companyId)) % 900_000)),
    is_active: false
  }

const show = ({ code, is_active }: RoutingRecord) => json(200, { enrollment_code: { code, is_active } })

export const blueprintRouting = resource({
  tables: [routingTable, routingActivityTable],
  routes: (tenant) => [
    route("GET", path, () => Effect.sync(() => show(current(tenant)))),
    route("PATCH", path, (incoming) =>
      Effect.gen(function* () {
        const { values } = yield* readInput(incoming, ["json"])
        const given = values["enrollment_code"]
        if (!isRecord(given)) return yield* badFields({ enrollment_code: ["This field is required."] })
        const before = current(tenant)
        const fields = readFields(given)
        const code = fields.text("code") ?? before.code
        const is_active = fields.boolean("is_active") ?? before.is_active
        yield* fields.checkedWithin("enrollment_code")
        const activities = tenant.records(routingActivityTable)
        const activity_time = yield* timestamp
        // The vendor does not document the type of this activity. The name is an assumption.
        activities.put({
          id: String(activities.size + 1),
          activity_time,
          activity_type: "enrollment_code_updated",
          details: {
            ...(code === before.code ? {} : { code: { new: code, old: before.code } }),
            ...(is_active === before.is_active ? {} : { is_active: { new: is_active, old: before.is_active } })
          }
        })
        const routing = { ...before, code, is_active }
        yield* tenant.save(routingTable, routing)
        return show(routing)
      })
    ),
    route("GET", `${path}activity`, ({ url }) => {
      const type = url.searchParams.get("activity_type") ?? ""
      const found = filtered(
        tenant.records(routingActivityTable),
        ({ activity_type }) => type === "" || activity_type === type
      )
      const newestFirst = fromArray(found.slice(0, found.size).toReversed())
      return paged(url, { pageSize: tenant.pageSize, byPage: false }, newestFirst, (activity) =>
        Effect.succeed({ ...activity, id: Number(activity.id), user: null, device_id: null })
      )
    })
  ]
})
