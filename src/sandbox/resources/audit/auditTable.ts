/**
 * Stores the events of the audit log.
 */
import * as Schema from "effect/Schema"
import { randomBytes } from "node:crypto"
import type { Rows } from "../../tenant/collection.js"
import { idOfText } from "../../tenant/ids.js"
import type { Seeding } from "../../tenant/seeding.js"
import { mix } from "../../tenant/seedNumbers.js"
import { table } from "../../tenant/table.js"
import { utcTime } from "../../tenant/time.js"
import { deviceTable, userTable } from "../fleet/tables.js"

const Event = Schema.Struct({
  id: Schema.String,
  action: Schema.String,
  occurred_at: Schema.String,
  actor_id: Schema.String,
  actor_type: Schema.String,
  target_id: Schema.String,
  target_type: Schema.String,
  target_component: Schema.String,
  new_state: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  metadata: Schema.Record({ key: Schema.String, value: Schema.Unknown })
})

/** A stored event. */
export interface AuditRecord extends Schema.Schema.Type<typeof Event> {}

const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

/** A number in a fixed number of digits of the alphabet. */
const digits = (value: number, count: number): string =>
  Array.from({ length: count }, (_, place) => alphabet[Math.floor(value / 32 ** (count - 1 - place)) % 32]).join("")

/** An id that sorts by time: ten digits for the time and sixteen random ones. */
export const ulid = (millis: number): string =>
  digits(millis, 10) + Array.from(randomBytes(16), (byte) => alphabet[byte % 32]).join("")

/** The maximum number of seeded events: the log of a fleet only contains its latest events. */
const most = 2000

/** Two events for each seeded device: its enrollment, and a later change. */
const rowsOf = (seeding: Seeding): Rows<AuditRecord> => {
  const devices = deviceTable.rows(seeding)
  const users = userTable.rows(seeding)
  const key = seeding.key("auditEvents")
  const wanted = seeding.count("auditEvents", (count) => Math.min(2 * count, most))
  const size = devices.size === 0 ? 0 : wanted
  const at = (index: number): AuditRecord => {
    const device = devices.at(Math.floor(index / 2) % devices.size)
    const isNew = index % 2 === 0
    const occurred_at = isNew ? device.first_enrollment.replace(" ", "T").replace("+00:00", "Z") : device.last_check_in
    const { asset_tag, blueprint_id, device_name } = device
    return {
      // The last five digits are the index.
      id: `${digits(utcTime(occurred_at), 10)}${digits(mix(key, index), 11)}${digits(index, 5)}`,
      action: isNew ? "create" : "update",
      occurred_at,
      actor_id: users.size === 0 ? idOfText("actor of a seed") : users.idAt(mix(key, index, 1) % users.size),
      actor_type: "user",
      target_id: device.id,
      target_type: "device",
      target_component: "",
      new_state: { device_name, blueprint_id, asset_tag },
      metadata: {}
    }
  }
  return {
    size,
    at,
    idAt: (index) => at(index).id,
    indexOf: (id) => {
      const digitsOfPlace = Array.from(id.slice(-5).toUpperCase(), (digit) => alphabet.indexOf(digit))
      const index = digitsOfPlace.reduce((place, digit) => 32 * place + digit, 0)
      return index >= 0 && index < size && at(index).id === id.toUpperCase() ? index : undefined
    }
  }
}

/** The events of a tenant, the oldest first: seeded events, then all others. */
export const auditTable = table<AuditRecord, typeof Event.Encoded>({ key: "auditEvents", schema: Event, seed: rowsOf })
