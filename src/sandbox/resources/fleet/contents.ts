/**
 * The contents of a device: apps, library items and parameters.
 */
import * as Effect from "effect/Effect"
import { json } from "../../gateway/exchange.js"
import { totalHeaders } from "../../gateway/pageStyles.js"
import { route } from "../../gateway/router.js"
import { idOfText } from "../../tenant/ids.js"
import { resource } from "../../tenant/resource.js"
import { hash } from "../../tenant/seedNumbers.js"
import type { Tenant } from "../../tenant/tenant.js"
import { blueprintTable, itemsOf } from "../blueprints/table.js"
import { findItem } from "../library/items.js"
import { renderStatus } from "../library/status.js"
import { appsOf } from "../prism/categories.js"
import { findDevice } from "./finding.js"
import type { DeviceRecord } from "./tables.js"

const path = "/api/v1/devices/{device_id}" as const

/** The service's names of item types. The first three are documented; the fourth is an assumption. */
const types: Readonly<Record<string, string>> = {
  customApps: "custom-app",
  customProfiles: "custom-profile",
  customScripts: "custom-script",
  inHouseApps: "ipa-app"
}

const libraryItemsOf = (tenant: Tenant, device: DeviceRecord) => {
  const blueprint = tenant.records(blueprintTable).get(device.blueprint_id)
  if (blueprint === undefined) return []
  return itemsOf(blueprint).flatMap((id) => {
    const item = findItem(tenant, id)
    return item === undefined
      ? []
      : [
          {
            ...renderStatus(tenant, item, { blueprint, device }),
            item_id: item.id,
            name: item.name,
            type: types[item.kind] ?? item.kind,
            rules_present: false
          }
        ]
  })
}

/** Parameters from the vendor's documentation. Only Macs have them. Their status is derived from the device. */
const parameters = [
  ['Disable the "root" user', "User Accounts & Authentication", "User Accounts"],
  ["Disable Guest account login", "User Accounts & Authentication", "User Accounts"],
  ["Enable Firewall", "System Security", "Firewall"],
  ["Disable Remote Login", "Network & Sharing", "Sharing"]
] as const
const fates = ["PASS", "PASS", "REMEDIATED", "PENDING", "ERROR"] as const

const parametersOf = ({ id, platform }: DeviceRecord) =>
  platform === "Mac"
    ? parameters.map(([name, category, subcategory]) => ({
        status: fates[hash(`${id} ${name}`) % fates.length],
        item_id: idOfText(name),
        name,
        category,
        subcategory
      }))
    : []

/** The apps that Prism also lists for the device, with the keys of its platform. */
const renderApps = (device: DeviceRecord) =>
  appsOf(device).map(({ bundle_id, name, path, version }) => {
    if (device.platform === "Windows") {
      return {
        name,
        display_name: name,
        publisher: "",
        product_code: "",
        version,
        architecture: "x64",
        installed_path: "",
        application_type: "win32"
      }
    }
    return device.platform === "Android"
      ? {
          display_name: name,
          package_name: bundle_id,
          version_name: version,
          application_source: "SYSTEM_APP_FACTORY_VERSION",
          installer_package_name: ""
        }
      : {
          app_id: idOfText(`${device.id} ${String(bundle_id)}`),
          app_name: name,
          bundle_id,
          bundle_size: "104857600",
          app_store_vendable: "",
          device_based_vpp: "",
          source: "",
          process: "",
          signature: "",
          creation_date: "",
          modification_date: "",
          path: path ?? "",
          version
        }
  })

export const deviceContents = resource({
  routes: (tenant) => {
    const about = (render: (device: DeviceRecord) => object) => (deviceId: string) =>
      Effect.map(findDevice(tenant, deviceId), (device) => ({ device_id: device.id, ...render(device) }))
    const libraryItems = about((device) => ({ library_items: libraryItemsOf(tenant, device) }))
    const parameterList = about((device) => ({ parameters: parametersOf(device) }))
    const status = about((device) => ({
      library_items: libraryItemsOf(tenant, device),
      parameters: parametersOf(device)
    }))
    return [
      route("GET", `${path}/apps`, (_, { device_id }) =>
        Effect.map(findDevice(tenant, device_id), (device) => {
          const apps = renderApps(device)
          return json(200, { device_id: device.id, apps }, totalHeaders(apps.length))
        })
      ),
      route("GET", `${path}/library-items`, (_, { device_id }) =>
        Effect.map(libraryItems(device_id), (found) => json(200, found))
      ),
      route("GET", `${path}/parameters`, (_, { device_id }) =>
        Effect.map(parameterList(device_id), (found) => json(200, found))
      ),
      route("GET", `${path}/status`, (_, { device_id }) => Effect.map(status(device_id), (found) => json(200, found)))
    ]
  }
})
