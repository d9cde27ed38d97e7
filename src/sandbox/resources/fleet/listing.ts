/**
 * Which devices a listing has, and in which order.
 */
import { filtered, fromArray, type Listing } from "../../tenant/collection.js"
import type { Tenant } from "../../tenant/tenant.js"
import { tagTable } from "../tags.js"
import { type DeviceRecord, deviceTable, userTable } from "./tables.js"

type Fits = (device: DeviceRecord, value: string) => boolean

const contains = (text: string | undefined, part: string): boolean =>
  text !== undefined && text.toLowerCase().includes(part.toLowerCase())

/** What each filter asks of a device. Most ask for a part of a text, in any case; ids and platforms are whole. */
const filtersOf = (tenant: Tenant): Readonly<Record<string, Fits>> => {
  const [users, tags] = [tenant.records(userTable), tenant.records(tagTable)]
  const userOf = ({ user }: DeviceRecord) => (user === null ? undefined : users.get(user))
  const tagNames = ({ tags: ids }: DeviceRecord) => ids.flatMap((id) => tags.get(id)?.name ?? [])
  return {
    asset_tag: ({ asset_tag }, value) => contains(asset_tag, value),
    blueprint_id: ({ blueprint_id }, value) => blueprint_id === value.toLowerCase(),
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
    tag_name: (device, value) => tagNames(device).some((name) => contains(name, value)),
    tag_name_in: (device, value) =>
      value
        .split(",")
        .some((wanted) => tagNames(device).some((name) => name.toLowerCase() === wanted.trim().toLowerCase())),
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

/** Names of keys, each maybe with a `-` for the other direction. What is no key counts for nothing. */
const sorted = (devices: Listing<DeviceRecord>, ordering: string): Listing<DeviceRecord> => {
  const orders = ordering.split(",").flatMap((name) => {
    const key = keys[name.trim().replace(/^-/, "")]
    return key === undefined ? [] : [{ key, sign: name.trim().startsWith("-") ? -1 : 1 }]
  })
  if (orders.length === 0) return devices
  const compare = (one: DeviceRecord, other: DeviceRecord): number => {
    for (const { key, sign } of orders) {
      const [left, right] = [key(one), key(other)]
      if (left !== right) return left < right ? -sign : sign
    }
    return 0
  }
  return fromArray(devices.slice(0, devices.size).toSorted(compare))
}

/** The devices that a query asks for. Without filters and an order, nothing but the page is built. */
export const devicesFor = (tenant: Tenant, query: URLSearchParams): Listing<DeviceRecord> => {
  const records = tenant.records(deviceTable)
  const asked = Object.entries(filtersOf(tenant)).flatMap(([name, fits]) => {
    const value = query.get(name)
    return value === null || value === "" ? [] : [(device: DeviceRecord) => fits(device, value)]
  })
  const found = asked.length === 0 ? records : filtered(records, (device) => asked.every((fits) => fits(device)))
  return sorted(found, query.get("ordering") ?? "")
}
