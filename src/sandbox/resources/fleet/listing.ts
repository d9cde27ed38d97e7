/**
 * Filters and sorts the listing of devices.
 */
import { filtered, type Listing } from "../../tenant/collection.js"
import type { Tenant } from "../../tenant/tenant.js"
import { tagTable } from "../tags.js"
import { keptUntil } from "./kept.js"
import { type DeviceRecord, deviceTable, userTable } from "./tables.js"

type Fits = (device: DeviceRecord, value: string) => boolean

const contains = (text: string | undefined, part: string): boolean =>
  text !== undefined && text.toLowerCase().includes(part.toLowerCase())

/**
 * The filters of the listing. Most of them match a part of a text and ignore case. Ids and platforms must match
 * completely; names of tags also in upper and lower case.
 */
const filtersOf = (tenant: Tenant): Readonly<Record<string, Fits>> => {
  const [users, tags] = [tenant.records(userTable), tenant.records(tagTable)]
  const userOf = ({ user }: DeviceRecord) => (user === null ? undefined : users.get(user))
  const tagNames = ({ tags: ids }: DeviceRecord) => ids.flatMap((id) => tags.get(id)?.name ?? [])
  return {
    asset_tag: ({ asset_tag }, value) => contains(asset_tag, value),
    blueprint_id: ({ blueprint_id }, value) => contains(blueprint_id, value),
    device_id: ({ id }, value) => id === value.toLowerCase(),
    device_name: ({ device_name }, value) => contains(device_name, value),
    filevault_enabled: ({ filevault_enabled, platform }, value) =>
      platform === "Mac" && filevault_enabled === (value.toLowerCase() === "true"),
    mac_address: ({ mac_address }, value) => contains(mac_address, value),
    model: ({ model }, value) => contains(model, value),
    os_version: ({ os_version }, value) => contains(os_version, value),
    platform: ({ platform }, value) => platform.toLowerCase() === value.toLowerCase(),
    serial_number: ({ serial_number }, value) => contains(serial_number, value),
    tag_id: ({ tags }, value) => tags.includes(value.toLowerCase()),
    tag_id_in: ({ tags }, value) => value.split(",").some((id) => tags.includes(id.trim().toLowerCase())),
    tag_name: (device, value) => tagNames(device).includes(value),
    tag_name_in: (device, value) => value.split(",").some((wanted) => tagNames(device).includes(wanted.trim())),
    user: (device, value) => contains(userOf(device)?.name, value) || contains(userOf(device)?.email, value),
    user_email: (device, value) => contains(userOf(device)?.email, value),
    user_email_exact: (device, value) => userOf(device)?.email.toLowerCase() === value.toLowerCase(),
    user_id: (device, value) => device.user === value.toLowerCase(),
    user_name: (device, value) => contains(userOf(device)?.name, value)
  }
}

const keys: Readonly<Record<string, (device: DeviceRecord) => string>> = {
  asset_tag: ({ asset_tag }) => asset_tag,
  blueprint_id: ({ blueprint_id }) => blueprint_id,
  device_id: ({ id }) => id,
  device_name: ({ device_name }) => device_name,
  last_check_in: ({ last_check_in }) => last_check_in,
  model: ({ model }) => model,
  os_version: ({ os_version }) => os_version,
  platform: ({ platform }) => platform,
  serial_number: ({ serial_number }) => serial_number,
  user: ({ user }) => user ?? ""
}

type Compare = (one: DeviceRecord, other: DeviceRecord) => number

/** Compares devices by a list of keys. A `-` before a key reverses its order. Unknown keys are ignored. */
const compareBy = (ordering: string): Compare | undefined => {
  const orders = ordering.split(",").flatMap((name) => {
    const key = keys[name.trim().replace(/^-/, "")]
    return key === undefined ? [] : [{ key, sign: name.trim().startsWith("-") ? -1 : 1 }]
  })
  if (orders.length === 0) return undefined
  return (one, other) => {
    for (const { key, sign } of orders) {
      const [left, right] = [key(one), key(other)]
      if (left !== right) return left < right ? -sign : sign
    }
    return 0
  }
}

const chosen = keptUntil<ReadonlyArray<string>>("values")

/** The devices that match a query. Without filters and order, only the devices of the page are built. */
export const devicesFor = (tenant: Tenant, query: URLSearchParams): Listing<DeviceRecord> => {
  const records = tenant.records(deviceTable)
  const asked = Object.entries(filtersOf(tenant)).flatMap(([name, fits]) => {
    const value = query.get(name) ?? ""
    return value === "" ? [] : [{ name, value, fits: (device: DeviceRecord) => fits(device, value) }]
  })
  const ordering = query.get("ordering") ?? ""
  const compare = compareBy(ordering)
  if (asked.length === 0 && compare === undefined) return records
  const key = JSON.stringify([ordering, ...asked.map(({ name, value }) => [name, value])])
  const ids = chosen(tenant, key, () => {
    const found = filtered(records, (device) => asked.every(({ fits }) => fits(device)))
    const all = found.slice(0, found.size)
    return (compare === undefined ? all : all.toSorted(compare)).map(({ id }) => id)
  })
  return {
    size: ids.length,
    slice: (offset, limit) => ids.slice(offset, offset + limit).flatMap((id) => records.get(id) ?? [])
  }
}
