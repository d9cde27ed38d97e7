/**
 * Stores users, devices, commands and notes.
 */
import * as Schema from "effect/Schema"
import { named, pick, datesOf } from "../../tenant/seeding.js"
import { type Draw, hash, hex, mix, rowsOf } from "../../tenant/seedNumbers.js"
import { familyNames, givenNames, people } from "../../tenant/seedWords.js"
import { table } from "../../tenant/table.js"
import { microseconds } from "../../tenant/time.js"
import { blueprintTable } from "../blueprints/table.js"
import { tagTable } from "../tags.js"

const User = Schema.Struct({
  id: Schema.String,
  email: Schema.String,
  name: Schema.String,
  active: Schema.Boolean,
  archived: Schema.Boolean,
  department: Schema.NullOr(Schema.String),
  job_title: Schema.NullOr(Schema.String),
  deprecated_user_id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String
})

/** A stored user. */
export interface UserRecord extends Schema.Schema.Type<typeof User> {}

/** The users of a tenant. A seed has three users for every four devices. */
export const userTable = table<UserRecord, typeof User.Encoded>({
  key: "users",
  schema: User,
  seed: (seeding) =>
    rowsOf(
      seeding.count("users", (devices) => Math.ceil((devices * 3) / 4)),
      seeding.key("users"),
      (index, id, draw) => {
        const given = pick(givenNames, draw)
        const family = pick(familyNames, draw)
        const { created_at, updated_at } = datesOf(draw)
        return {
          id,
          name: `${given} ${family}`,
          email: `${given}.${family}${index + 1}@sandbox.invalid`.toLowerCase(),
          active: true,
          archived: draw(20) === 0,
          department: pick(people, draw),
          job_title: null,
          deprecated_user_id: String(10_000 + index),
          created_at,
          updated_at
        }
      }
    )
})

/** The service's names of the platforms. */
export const platforms = ["Mac", "iPhone", "iPad", "AppleTV", "Windows", "Android"] as const
/** One of the platforms. */
export type Platform = (typeof platforms)[number]

/** A model and the version of its operating system, by platform. */
export const models: Readonly<Record<Platform, readonly [string, string]>> = {
  Mac: ["MacBook Air (M2, 2022)", "15.3.1"],
  iPhone: ["iPhone 15", "18.3.1"],
  iPad: ["iPad Air (5th generation)", "18.3.1"],
  AppleTV: ["Apple TV 4K (3rd generation)", "18.3"],
  Windows: ["Surface Laptop 6", "10.0.26100"],
  Android: ["Pixel 8", "15"]
}

const Device = Schema.Struct({
  id: Schema.String,
  device_name: Schema.String,
  model: Schema.String,
  serial_number: Schema.String,
  platform: Schema.Literal(...platforms),
  os_version: Schema.String,
  last_check_in: Schema.String,
  /** The id of the assigned user. */
  user: Schema.NullOr(Schema.String),
  asset_tag: Schema.String,
  blueprint_id: Schema.String,
  /** Whether the service manages the device. It does not if the device's Blueprint was deleted. */
  mdm_enabled: Schema.Boolean,
  agent_version: Schema.String,
  first_enrollment: Schema.String,
  last_enrollment: Schema.String,
  mac_address: Schema.String,
  filevault_enabled: Schema.Boolean,
  /** The ids of the device's tags. */
  tags: Schema.Array(Schema.String)
})

/** A stored device. */
export interface DeviceRecord extends Schema.Schema.Type<typeof Device> {}

/** The platforms of twenty seeded devices. Most are Macs. */
const mixOfPlatforms: ReadonlyArray<Platform> = [
  ...Array.from({ length: 12 }, () => "Mac" as const),
  "iPhone",
  "iPhone",
  "iPhone",
  "iPad",
  "iPad",
  "Windows",
  "Android",
  "AppleTV"
]

/** A time as the service writes it for enrollments: `2021-03-29 21:46:13.552931+00:00`. */
export const enrollment = (millis: number): string => microseconds(millis).replace("T", " ").replace("Z", "+00:00")

const serial = (index: number, key: number): string =>
  `${pick(["C02", "FVF", "GXL", "H4T"], (below) => mix(key, index) % below)}${hex(mix(key, index, 7), 4)}${hex(index, 5)}`.toUpperCase()

const someTags = (ids: { readonly size: number; readonly idAt: (index: number) => string }, draw: Draw) =>
  ids.size === 0 || draw(4) > 0 ? [] : [ids.idAt(draw(ids.size))]

/** The devices of a tenant. Seeded devices are distributed over the Blueprints of their seed. */
export const deviceTable = table<DeviceRecord, typeof Device.Encoded>({
  key: "devices",
  schema: Device,
  seed: (seeding) => {
    const blueprints = blueprintTable.rows(seeding)
    const owners = userTable.rows(seeding)
    const labels = tagTable.rows(seeding)
    const key = seeding.key("devices")
    return rowsOf(blueprints.size === 0 ? 0 : seeding.count("devices"), key, (index, id, draw) => {
      const platform = mixOfPlatforms[draw(mixOfPlatforms.length)] ?? "Mac"
      const [model, os_version] = models[platform]
      const { created } = datesOf(draw)
      const group = named(people, index % blueprints.size)
      return {
        id,
        device_name: `${group} ${platform} ${Math.floor(index / blueprints.size) + 1}`,
        model,
        serial_number: serial(index, key),
        platform,
        os_version,
        last_check_in: microseconds(created + draw(400) * 86_400_000),
        user: owners.size === 0 || draw(10) === 0 ? null : owners.idAt(index % owners.size),
        asset_tag: draw(3) === 0 ? `A-${10_000 + index}` : "",
        blueprint_id: blueprints.idAt(index % blueprints.size),
        mdm_enabled: true,
        agent_version: platform === "Mac" ? "4.7.5 (5132)" : "",
        first_enrollment: enrollment(created),
        last_enrollment: enrollment(created),
        mac_address: (hex(mix(key, index, 3), 6).match(/../g) ?? []).reduce(
          (all, pair) => `${all}:${pair}`,
          "3c:06:30"
        ),
        filevault_enabled: platform === "Mac" && draw(10) > 0,
        tags: someTags(labels, draw)
      }
    })
  }
})

const Command = Schema.Struct({
  id: Schema.String,
  device_id: Schema.String,
  command_type: Schema.String,
  metadata: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  /** 1: pending. 2: in progress. 3: completed. */
  status: Schema.Literal(1, 2, 3),
  /** In milliseconds since 1970. */
  requested: Schema.Number,
  /** When the status changes next; `undefined` if it is completed. */
  due: Schema.optional(Schema.Number),
  completed: Schema.optional(Schema.Number)
})

/** A command that was sent to a device. */
export interface CommandRecord extends Schema.Schema.Type<typeof Command> {}

/** The commands of all devices. */
export const commandTable = table<CommandRecord, typeof Command.Encoded>({ key: "commands", schema: Command })

const Note = Schema.Struct({
  id: Schema.String,
  device_id: Schema.String,
  author: Schema.String,
  content: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String
})

/** A note on a device. */
export interface NoteRecord extends Schema.Schema.Type<typeof Note> {}

/** The notes of all devices. */
export const noteTable = table<NoteRecord, typeof Note.Encoded>({ key: "notes", schema: Note })

/** Digits and letters that are derived from a device, for its secrets. */
export const secretOf = (device: { readonly id: string }, what: string, length: number): string => {
  const key = hash(`${what} ${device.id}`)
  return Array.from({ length }, (_, place) => "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"[mix(key, place) % 32]).join("")
}

/** A PIN with this many digits that is derived from a device. */
export const pinOf = (device: { readonly id: string }, digits: number): string =>
  Array.from({ length: digits }, (_, place) => mix(hash(`pin ${device.id}`), place) % 10).join("")
