/**
 * How devices are shown: by the API, in the snapshot, and on the page.
 */
import * as Effect from "effect/Effect"
import { minutes, pageRows } from "../../tenant/pageWords.js"
import type { PagePart } from "../../tenant/resource.js"
import type { Tenant } from "../../tenant/tenant.js"
import { microseconds } from "../../tenant/time.js"
import { blueprintTable } from "../blueprints/table.js"
import { tagTable } from "../tags.js"
import { commands, notes } from "./belongings.js"
import { isLost } from "./lostMode.js"
import { type DeviceRecord, deviceTable, models, userTable } from "./tables.js"

/** Where the API serves devices. */
export const path = "/api/v1/devices"

/** A device as the service shows it. */
export const renderDevice = (tenant: Tenant, device: DeviceRecord) => {
  const { id, mac_address: _mac, filevault_enabled: _fileVault, tags, user, ...shown } = device
  const owner = user === null ? undefined : tenant.records(userTable).get(user)
  return {
    device_id: id,
    ...shown,
    user:
      owner === undefined ? "" : { email: owner.email, name: owner.name, id: owner.id, is_archived: owner.archived },
    blueprint_name: tenant.records(blueprintTable).get(device.blueprint_id)?.name ?? "",
    agent_installed: device.agent_version !== "",
    is_missing: false,
    is_removed: false,
    lost_mode_status: isLost(tenant, device) ? "ENABLED" : "",
    tags: tags.flatMap((tag) => tenant.records(tagTable).get(tag)?.name ?? [])
  }
}

/** A device in a few words. */
export const atAGlance = (tenant: Tenant, device: DeviceRecord) => {
  const { blueprint_name, device_id, device_name, last_check_in, platform, user } = renderDevice(tenant, device)
  return {
    id: device_id,
    name: device_name,
    platform,
    user: typeof user === "string" ? null : user.name,
    blueprint: blueprint_name,
    last_check_in
  }
}

/** What the numbers of the API mean. */
const statuses = { 1: "pending", 2: "running", 3: "completed" } as const

/** Devices on the page. */
export const devicesPart: PagePart = {
  id: "devices",
  place: "fleet",
  title: "Devices",
  noun: "devices",
  path,
  rows: (tenant) =>
    Effect.sync(() =>
      pageRows(tenant.records(deviceTable), (device) => {
        const { blueprint, id, last_check_in, name, platform, user } = atAGlance(tenant, device)
        return {
          id,
          name,
          facts: [platform, user ?? "no user", blueprint === "" ? "no Blueprint" : blueprint, minutes(last_check_in)]
        }
      })
    ),
  open: (tenant, id) => {
    const device = tenant.records(deviceTable).get(id)
    return device && renderDevice(tenant, device)
  },
  belongings: (tenant, id) => [
    {
      title: "Commands",
      rows: commands.of(tenant, id).map(({ command_type, id, requested, status }) => ({
        id,
        name: command_type,
        facts: [statuses[status], minutes(microseconds(requested))]
      }))
    },
    {
      title: "Notes",
      rows: notes.of(tenant, id).map(({ author, content, created_at, id }) => ({
        id,
        name: content,
        facts: [author, minutes(created_at)]
      }))
    }
  ],
  form: {
    title: "New device",
    fields: [
      { name: "device_name", label: "Name" },
      { name: "platform", label: "Platform", options: Object.keys(models) }
    ]
  }
}
