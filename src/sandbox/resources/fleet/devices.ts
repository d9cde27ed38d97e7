/**
 * Devices: the listing, the record, its changes, notes, and secrets.
 */
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { readInput } from "../../gateway/body.js"
import { type Answer, empty, json, type WholeRequest } from "../../gateway/exchange.js"
import { readFields } from "../../gateway/fields.js"
import { arrayPage, wholeArray } from "../../gateway/pageStyles.js"
import { missing } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { filtered, fromArray } from "../../tenant/collection.js"
import { resource } from "../../tenant/resource.js"
import { glance } from "../../tenant/snapshot.js"
import { recordsOf } from "../../tenant/state.js"
import type { Tenant } from "../../tenant/tenant.js"
import { timestamp } from "../../tenant/time.js"
import { blueprintTable } from "../blueprints/table.js"
import { tagTable } from "../tags.js"
import { commands, notes } from "./belongings.js"
import { findDevice } from "./finding.js"
import { atAGlance, devicesPart, path, renderDevice } from "./devicesPart.js"
import { devicesFor } from "./listing.js"
import { watchFleet } from "./kept.js"
import { watchRelations } from "./relations.js"
import {
  type DeviceRecord,
  deviceTable,
  models,
  type NoteRecord,
  noteTable,
  pinOf,
  secretOf,
  userTable
} from "./tables.js"

/** The fields for putting a device. */
export type NewDevice = Partial<DeviceRecord>

const idsOfTags = (tenant: Tenant, names: ReadonlyArray<unknown>) => {
  const all = [...tenant.records(tagTable).values()]
  return names.map((name) => all.find((tag) => tag.name === name)?.id)
}

/**
 * A device with the changes of a request. An unknown Blueprint, user or tag is refused. The vendor does not document
 * this; the messages are assumptions.
 */
const changed = (tenant: Tenant, device: DeviceRecord, incoming: WholeRequest): Effect.Effect<DeviceRecord, Answer> =>
  Effect.gen(function* () {
    const { values } = yield* readInput(incoming, ["json"])
    const { asset_tag, tags, user, ...others } = values
    const fields = readFields({
      ...others,
      ...(asset_tag === null ? {} : { asset_tag }),
      ...(user === null ? {} : { user })
    })
    const blueprintId = fields.text("blueprint_id")
    const blueprint = blueprintId === undefined ? undefined : tenant.records(blueprintTable).get(blueprintId)
    if (blueprintId !== undefined && blueprint === undefined) fields.refuse("blueprint_id", "Blueprint not found.")
    const userId = fields.text("user", { blank: true })
    const owner = [...(userId ? tenant.records(userTable).values() : [])].find(
      (one) => one.id === userId?.toLowerCase() || one.deprecated_user_id === userId
    )
    if (userId && owner === undefined) fields.refuse("user", "User not found.")
    const tag = fields.text("asset_tag", { blank: true })
    const labels = Array.isArray(tags) ? idsOfTags(tenant, tags) : undefined
    if (tags !== undefined && tags !== null && labels === undefined)
      fields.refuse("tags", 'Expected a list of items but got type "str".')
    if (labels?.includes(undefined) === true) fields.refuse("tags", "Tag not found.")
    yield* fields.checked
    return {
      ...device,
      blueprint_id: blueprint?.id ?? device.blueprint_id,
      mdm_enabled: device.mdm_enabled || blueprint !== undefined,
      user: user === null || userId === "" ? null : (owner?.id ?? device.user),
      asset_tag: asset_tag === null ? "" : (tag ?? device.asset_tag),
      tags: tags === null ? [] : (labels?.flatMap((id) => id ?? []) ?? device.tags)
    }
  })

const renderNote = ({ author, content, created_at, id, updated_at }: NoteRecord) => ({
  note_id: id,
  created_at,
  updated_at,
  author,
  content
})

const noteRoutes = (tenant: Tenant) => {
  const find = (deviceId: string, noteId: string): Effect.Effect<NoteRecord, Answer> =>
    Effect.flatMap(findDevice(tenant, deviceId), ({ id }) => {
      const note = tenant.records(noteTable).get(noteId)
      return note?.device_id === id ? Effect.succeed(note) : missing()
    })
  const readContent = (incoming: WholeRequest) =>
    Effect.gen(function* () {
      const { values } = yield* readInput(incoming, ["json"])
      const fields = readFields(values)
      const content = fields.text("content", { required: true }) ?? ""
      yield* fields.checked
      return content
    })
  const all = `${path}/{device_id}/notes` as const
  const one = `${all}/{note_id}` as const
  return [
    route("GET", all, (_, { device_id }) =>
      Effect.flatMap(findDevice(tenant, device_id), ({ id }) =>
        wholeArray(fromArray(notes.of(tenant, id)), (note) => Effect.succeed(renderNote(note)))
      )
    ),
    route("POST", all, (incoming, { device_id }) =>
      Effect.gen(function* () {
        const device = yield* findDevice(tenant, device_id)
        const content = yield* readContent(incoming)
        const now = yield* timestamp
        const note = {
          id: randomUUID(),
          device_id: device.id,
          author: "admin@sandbox.invalid",
          content,
          created_at: now,
          updated_at: now
        }
        yield* tenant.save(noteTable, note)
        return json(201, renderNote(note))
      })
    ),
    route("GET", one, (_, { device_id, note_id }) =>
      Effect.map(find(device_id, note_id), (note) => json(200, renderNote(note)))
    ),
    route("PATCH", one, (incoming, { device_id, note_id }) =>
      Effect.gen(function* () {
        const note = yield* find(device_id, note_id)
        const next = { ...note, content: yield* readContent(incoming), updated_at: yield* timestamp }
        yield* tenant.save(noteTable, next)
        return json(200, renderNote(next))
      })
    ),
    route("DELETE", one, (_, { device_id, note_id }) =>
      Effect.gen(function* () {
        const { id } = yield* find(device_id, note_id)
        yield* tenant.remove(noteTable, id)
        return json(200, { note_id: id, deleted_at: yield* timestamp })
      })
    )
  ]
}

/** The routes of secrets. Each read is reported to listeners. Windows and Android devices have no such secrets. */
const secretRoutes = (tenant: Tenant) => {
  const secrets = {
    bypasscode: (device: DeviceRecord) => ({
      user_based_albc: secretOf(device, "user bypass", 26),
      device_based_albc: secretOf(device, "device bypass", 26)
    }),
    filevaultkey: (device: DeviceRecord) => ({
      key: device.filevault_enabled ? (secretOf(device, "filevault", 24).match(/.{4}/g) ?? []).join("-") : ""
    }),
    unlockpin: (device: DeviceRecord) => ({ pin: pinOf(device, 6) }),
    recoverypassword: (device: DeviceRecord) => ({ recovery_password: secretOf(device, "recovery", 16) })
  }
  return Object.entries(secrets).map(([name, secret]) =>
    route("GET", `${path}/{device_id}/secrets/${name}` as const, (_, { device_id }) =>
      Effect.gen(function* () {
        const device = yield* findDevice(tenant, device_id)
        if (device.platform === "Windows" || device.platform === "Android") return yield* missing()
        yield* tenant.report(deviceTable, "view_secret", device, { secret: name })
        return json(200, secret(device))
      })
    )
  )
}

/** Changes all devices that match. */
const changeAll = (
  tenant: Tenant,
  fits: (device: DeviceRecord) => boolean,
  change: (device: DeviceRecord) => DeviceRecord
): Effect.Effect<void> => {
  const found = filtered(tenant.records(deviceTable), fits)
  return Effect.forEach(found.slice(0, found.size), (device) => tenant.save(deviceTable, change(device)), {
    discard: true
  })
}

export const devices = resource({
  tables: [deviceTable, noteTable],
  counts: { devices: 120 },
  setup: (tenant) => {
    watchFleet(tenant)
    watchRelations(tenant)
    notes.watch(tenant)
    tenant.on(deviceTable, ({ action, record }) =>
      action === "delete"
        ? Effect.zipRight(commands.forget(tenant, record.id), notes.forget(tenant, record.id))
        : Effect.void
    )
    // If a Blueprint is deleted, its devices are no longer managed.
    tenant.on(blueprintTable, ({ action, record: { id } }) =>
      action === "delete"
        ? changeAll(
            tenant,
            ({ blueprint_id }) => blueprint_id === id,
            (device) => ({ ...device, blueprint_id: "", mdm_enabled: false })
          )
        : Effect.void
    )
    tenant.on(tagTable, ({ action, record: { id } }) =>
      action === "delete"
        ? changeAll(
            tenant,
            ({ tags }) => tags.includes(id),
            (device) => ({ ...device, tags: device.tags.filter((tag) => tag !== id) })
          )
        : Effect.void
    )
  },
  routes: (tenant) => [
    route("GET", path, ({ url }) =>
      arrayPage(url, tenant.pageSize, devicesFor(tenant, url.searchParams), (device) =>
        Effect.succeed(renderDevice(tenant, device))
      )
    ),
    route("GET", `${path}/{device_id}`, (_, { device_id }) =>
      Effect.map(findDevice(tenant, device_id), (device) => json(200, renderDevice(tenant, device)))
    ),
    route("PATCH", `${path}/{device_id}`, (incoming, { device_id }) =>
      Effect.gen(function* () {
        const device = yield* changed(tenant, yield* findDevice(tenant, device_id), incoming)
        yield* tenant.save(deviceTable, device)
        return json(200, renderDevice(tenant, device))
      })
    ),
    route("DELETE", `${path}/{device_id}`, (_, { device_id }) =>
      Effect.gen(function* () {
        yield* tenant.remove(deviceTable, (yield* findDevice(tenant, device_id)).id)
        return empty(204)
      })
    ),
    ...noteRoutes(tenant),
    ...secretRoutes(tenant)
  ],
  state: (tenant) => ({
    devices: recordsOf(tenant, deviceTable, (given: NewDevice, before, id, now) => {
      const platform = given.platform ?? before?.platform ?? "Mac"
      const [model, os_version] = models[platform]
      const time = now.replace("T", " ").replace("Z", "+00:00")
      return Effect.succeed({
        device_name: `${platform} ${id.slice(0, 4)}`,
        model,
        os_version,
        serial_number: secretOf({ id }, "serial", 12),
        last_check_in: now,
        user: null,
        asset_tag: "",
        blueprint_id: tenant.records(blueprintTable).slice(0, 1)[0]?.id ?? "",
        mdm_enabled: true,
        agent_version: platform === "Mac" ? "4.7.5 (5132)" : "",
        first_enrollment: time,
        last_enrollment: time,
        mac_address: "3c:06:30:00:00:01",
        filevault_enabled: platform === "Mac",
        tags: [],
        ...before,
        ...given,
        platform,
        id
      })
    })
  }),
  snapshot: (tenant, limit) =>
    Effect.sync(() => ({
      devices: glance(tenant.records(deviceTable), limit, (device) => atAGlance(tenant, device)),
      notes: glance(tenant.records(noteTable), limit, (note) => note)
    })),
  page: [devicesPart]
})
