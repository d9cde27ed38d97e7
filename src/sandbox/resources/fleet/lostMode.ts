/**
 * Lost mode of iPhones and iPads. It starts and ends when its command has completed.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type Answer, json } from "../../gateway/exchange.js"
import { badList } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { resource } from "../../tenant/resource.js"
import { hash } from "../../tenant/seedNumbers.js"
import { table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"
import { microseconds } from "../../tenant/time.js"
import { commands } from "./belongings.js"
import { findDevice } from "./finding.js"
import { type CommandRecord, type DeviceRecord, deviceTable } from "./tables.js"

const LostMode = Schema.Struct({
  /** The id of the device. */
  id: Schema.String,
  enable_status_at: Schema.String,
  lock_screen_message: Schema.String,
  lock_screen_phone_number: Schema.String,
  lock_screen_footnote: Schema.String,
  last_location_at: Schema.String,
  sound_status_at: Schema.String
})

interface LostModeRecord extends Schema.Schema.Type<typeof LostMode> {}

/** The devices that are in lost mode. */
export const lostModeTable = table<LostModeRecord, typeof LostMode.Encoded>({ key: "lostMode", schema: LostMode })

/** Whether a device is in lost mode. */
export const isLost = (tenant: Tenant, { id }: DeviceRecord): boolean =>
  tenant.records(lostModeTable).get(id) !== undefined

/** Fails with a 400 unless the device is in lost mode. */
export const onlyLost = (tenant: Tenant, device: DeviceRecord): Effect.Effect<void, Answer> =>
  isLost(tenant, device) ? Effect.void : badList("Device is not in lost mode.")

const textOf = (value: unknown): string => (typeof value === "string" ? value : "")

/** Applies a completed lost mode command. */
export const lostModeDone = (tenant: Tenant, { command_type, device_id: id, metadata }: CommandRecord, at: number) =>
  Effect.suspend((): Effect.Effect<void> => {
    const time = microseconds(at)
    const found = tenant.records(lostModeTable).get(id)
    switch (command_type) {
      case "EnableLostMode":
        return tenant.save(lostModeTable, {
          id,
          enable_status_at: time,
          lock_screen_message: textOf(metadata["Message"]),
          lock_screen_phone_number: textOf(metadata["PhoneNumber"]),
          lock_screen_footnote: textOf(metadata["Footnote"]),
          last_location_at: "",
          sound_status_at: ""
        })
      case "DisableLostMode":
        return Effect.asVoid(tenant.remove(lostModeTable, id))
      case "PlayLostModeSound":
        return found === undefined ? Effect.void : tenant.save(lostModeTable, { ...found, sound_status_at: time })
      case "DeviceLocation":
        return found === undefined ? Effect.void : tenant.save(lostModeTable, { ...found, last_location_at: time })
      default:
        return Effect.void
    }
  })

const admin = "admin@sandbox.invalid"

/** A location that is derived from the device. */
const locationOf = (id: string) => ({
  latitude: String((hash(`${id} north`) % 160) - 80),
  longitude: String((hash(`${id} east`) % 360) - 180)
})

/** When a command was sent that has not completed yet; `""` if there is none. */
const pendingSince = (tenant: Tenant, deviceId: string, type: string): string => {
  const command = commands
    .of(tenant, deviceId)
    .findLast(({ command_type, status }) => command_type === type && status !== 3)
  return command === undefined ? "" : microseconds(command.requested)
}

/**
 * The status of a command, from the time when it was sent and the time when it last completed. That the service says
 * `PENDING` is an assumption.
 */
const outcome = (pending: string, ended: string): string => (pending ? "PENDING" : ended && "SUCCESS")

const render = (tenant: Tenant, record: LostModeRecord) => {
  const { enable_status_at, id, last_location_at, sound_status_at, ...screen } = record
  const disabling = pendingSince(tenant, id, "DisableLostMode")
  const locating = pendingSince(tenant, id, "DeviceLocation")
  const sounding = pendingSince(tenant, id, "PlayLostModeSound")
  return {
    device_id: id,
    lost_mode: {
      lost_mode_status: "ENABLED",
      enabled_by: admin,
      enable_status_at,
      ...screen,
      disable_status: outcome(disabling, ""),
      disabled_by: disabling && admin,
      disable_status_at: disabling,
      last_location_status: outcome(locating, last_location_at),
      last_location_status_at: locating || last_location_at,
      last_location: last_location_at ? locationOf(id) : { latitude: "", longitude: "" },
      last_location_at,
      sound_status: outcome(sounding, sound_status_at),
      sound_status_at: sounding || sound_status_at
    }
  }
}

const path = "/api/v1/devices/{device_id}/details/lostmode"

/** Lost mode. The message of the answer to a cancellation is an assumption. */
export const lostMode = resource({
  tables: [lostModeTable],
  setup: (tenant) =>
    tenant.on(deviceTable, ({ action, record }) =>
      action === "delete" ? Effect.asVoid(tenant.remove(lostModeTable, record.id)) : Effect.void
    ),
  routes: (tenant) => {
    const find = (deviceId: string) =>
      Effect.flatMap(findDevice(tenant, deviceId), ({ id }) => {
        const record = tenant.records(lostModeTable).get(id)
        return record === undefined ? badList("Device is not in lost mode.") : Effect.succeed(record)
      })
    return [
      route("GET", path, (_, { device_id }) =>
        Effect.map(find(device_id), (record) => json(200, render(tenant, record)))
      ),
      route("DELETE", path, (_, { device_id }) =>
        Effect.gen(function* () {
          const { id } = yield* find(device_id)
          yield* tenant.remove(lostModeTable, id)
          yield* tenant.report(deviceTable, "cancellostmode", yield* findDevice(tenant, id), {})
          return json(200, { message: "Lost mode was canceled." })
        })
      )
    ]
  }
})
