/**
 * Automated Device Enrollment: integrations with Apple, and the devices that are not enrolled yet.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { type Input, readInput } from "../../gateway/body.js"
import { type Answer, content, empty, json, type WholeRequest } from "../../gateway/exchange.js"
import { readFields } from "../../gateway/fields.js"
import { onWebAppHost } from "../../gateway/pageStyles.js"
import { countedPage, paged } from "../../gateway/paging.js"
import { missing } from "../../gateway/refusals.js"
import { route } from "../../gateway/router.js"
import { filtered } from "../../tenant/collection.js"
import { idOfText } from "../../tenant/ids.js"
import { resource } from "../../tenant/resource.js"
import { glance } from "../../tenant/snapshot.js"
import type { Tenant } from "../../tenant/tenant.js"
import { seconds } from "../../tenant/time.js"
import { blueprintTable } from "../blueprints/table.js"
import { userTable } from "../fleet/tables.js"
import {
  type AdeDeviceRecord,
  adeDeviceTable,
  type IntegrationRecord,
  integrationTable,
  publicKey
} from "./adeTables.js"

const path = "/api/v1/integrations/apple/ade"

const day = 86_400_000

const devicesOf = (tenant: Tenant, id: string) =>
  filtered(tenant.records(adeDeviceTable), ({ integration_id }) => integration_id === id)

/** An integration in the form of the API. The fields about the organization are assumptions. */
const showIntegration = (tenant: Tenant, record: IntegrationRecord) =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const blueprint = tenant.records(blueprintTable).get(record.blueprint_id ?? "")
    const found = devicesOf(tenant, record.id)
    const counts: Record<string, number> = {}
    for (const { device_family } of found.slice(0, found.size)) {
      counts[device_family] = (counts[device_family] ?? 0) + 1
    }
    return {
      id: record.id,
      blueprint:
        blueprint === undefined
          ? null
          : { id: blueprint.id, name: blueprint.name, icon: blueprint.icon, color: blueprint.color },
      use_blueprint_routing: record.use_blueprint_routing,
      access_token_expiry: seconds(record.expires),
      server_name: record.server_name,
      server_uuid: idOfText(`server of ${record.id}`),
      admin_id: record.email,
      org_name: "Sandbox",
      org_email: record.email,
      org_phone: record.phone,
      org_address: "1 Sandbox Street",
      org_type: "org",
      stoken_file_name: record.stoken_file_name,
      last_device_sync: null,
      defaults: { email: record.email, phone: record.phone },
      days_left: Math.max(0, Math.floor((record.expires - now) / day)),
      status: "SUCCESS",
      status_reason: null,
      status_received_at: null,
      device_counts: { ...counts, total: found.size }
    }
  })

const showDevice = (tenant: Tenant, record: AdeDeviceRecord) => {
  const { assigned, integration_id, ...device } = record
  const integration = tenant.records(integrationTable).get(integration_id)
  return {
    ...device,
    blueprint: device.blueprint_id,
    user: device.user_id,
    mdm_device: null,
    tags: [],
    dep_account: { id: integration_id, server_name: integration?.server_name ?? "" },
    description: `${device.model} ${device.color}`,
    device_assigned_by: integration?.email ?? "",
    device_assigned_date: assigned,
    profile_assign_time: device.profile_status === "empty" ? null : assigned,
    profile_push_time: device.profile_status === "pushed" ? assigned : null,
    last_assignment_status: "SUCCESS",
    failed_assignment_attempts: 0,
    assignment_status_received_at: assigned
  }
}

/** Reads the default settings of an integration. Without routing, a Blueprint and the contact fields are required. */
const readDefaults = (tenant: Tenant, { files, values }: Input, withFile: boolean) =>
  Effect.gen(function* () {
    const fields = readFields(values)
    const use_blueprint_routing = fields.boolean("use_blueprint_routing") ?? false
    const required = !use_blueprint_routing
    const blueprint_id = fields.text("blueprint_id", { required }) ?? null
    const phone = fields.text("phone", { required })
    const email = fields.text("email", { required })
    if (blueprint_id !== null && tenant.records(blueprintTable).get(blueprint_id) === undefined) {
      fields.refuse("blueprint_id", "Blueprint not found.")
    }
    const file = files["file"]
    if (withFile && file === undefined) fields.refuse("file", "No file was submitted.")
    yield* fields.checked
    return { use_blueprint_routing, blueprint_id, phone, email, fileName: file?.filename ?? "" }
  })

/** Stores an uploaded token, as a new integration or as a renewal. It is valid for a year, like Apple's tokens. */
const takeToken = (tenant: Tenant, incoming: WholeRequest, before?: IntegrationRecord): Effect.Effect<Answer, Answer> =>
  Effect.gen(function* () {
    const { fileName, ...given } = yield* readDefaults(tenant, yield* readInput(incoming, ["multipart"]), true)
    const record: IntegrationRecord = {
      id: before?.id ?? randomUUID(),
      blueprint_id: given.blueprint_id,
      use_blueprint_routing: given.use_blueprint_routing,
      email: given.email ?? before?.email ?? "",
      phone: given.phone ?? before?.phone ?? "",
      // Apple's file name contains the name of the server: `Head office_Token_2025-06-15T00-06-08Z_smime.p7m`.
      server_name: fileName.replace(/(_Token_.*)?(\.p7m)?$/, ""),
      stoken_file_name: fileName,
      expires: (yield* Clock.currentTimeMillis) + 365 * day
    }
    yield* tenant.save(integrationTable, record)
    return json(200, yield* showIntegration(tenant, record))
  })

const contains = (text: string, part: string) => text.toLowerCase().includes(part.toLowerCase())

const filters: Readonly<Record<string, (device: AdeDeviceRecord, value: string) => boolean>> = {
  blueprint_id: ({ blueprint_id }, value) => contains(blueprint_id ?? "", value),
  user_id: ({ user_id }, value) => user_id === value,
  dep_account: ({ integration_id }, value) => integration_id === value.toLowerCase(),
  device_family: ({ device_family }, value) => device_family === value,
  model: ({ model }, value) => contains(model, value),
  os: ({ os }, value) => os === value,
  profile_status: ({ profile_status }, value) => profile_status === value,
  serial_number: ({ serial_number }, value) => contains(serial_number, value)
}

/** A page of the devices that match a query. Its `next` has the web app's host. */
const devicePage = (tenant: Tenant, url: URL, only: (device: AdeDeviceRecord) => boolean) => {
  const asked = Object.entries(filters).flatMap(([name, fits]) => {
    const value = url.searchParams.get(name) ?? ""
    return value === "" ? [] : [(device: AdeDeviceRecord) => fits(device, value)]
  })
  const found = filtered(
    tenant.records(adeDeviceTable),
    (device) => only(device) && asked.every((fits) => fits(device))
  )
  const lead = (address: unknown) => (typeof address === "string" ? onWebAppHost(address) : null)
  return Effect.map(
    countedPage(url, { pageSize: tenant.pageSize, byPage: true }, found, (device) =>
      Effect.succeed(showDevice(tenant, device))
    ),
    (page) => json(200, { ...page, next: lead(page["next"]), previous: lead(page["previous"]) })
  )
}

export const ade = resource({
  tables: [integrationTable, adeDeviceTable],
  routes: (tenant) => {
    const find = (id: string) =>
      Effect.suspend(() => {
        const record = tenant.records(integrationTable).get(id)
        return record === undefined ? missing() : Effect.succeed(record)
      })
    const findDevice = (id: string) =>
      Effect.suspend(() => {
        const record = tenant.records(adeDeviceTable).get(id)
        return record === undefined ? missing() : Effect.succeed(record)
      })
    const show = (record: IntegrationRecord) => Effect.map(showIntegration(tenant, record), (shown) => json(200, shown))

    return [
      route("GET", `${path}/public_key/`, () => Effect.succeed(content(200, "application/x-x509-ca-cert", publicKey))),
      route("POST", `${path}/`, (incoming) => takeToken(tenant, incoming)),
      route("GET", path, ({ url }) =>
        paged(url, { pageSize: tenant.pageSize, byPage: false }, tenant.records(integrationTable), (record) =>
          showIntegration(tenant, record)
        )
      ),
      route("GET", `${path}/devices`, ({ url }) => devicePage(tenant, url, () => true)),
      route("GET", `${path}/devices/{device_id}`, (_, { device_id }) =>
        Effect.map(findDevice(device_id), (device) => json(200, showDevice(tenant, device)))
      ),
      route("PATCH", `${path}/devices/{device_id}`, (incoming, { device_id }) =>
        Effect.gen(function* () {
          const before = yield* findDevice(device_id)
          const { values } = yield* readInput(incoming, ["json"])
          const { user_id: user, ...rest } = values
          const fields = readFields(user === null ? rest : values)
          const blueprint_id = fields.text("blueprint_id") ?? before.blueprint_id
          const user_id = user === null ? null : (fields.text("user_id") ?? before.user_id)
          const asset_tag = fields.text("asset_tag", { blank: true }) ?? before.asset_tag
          const use_blueprint_routing = fields.boolean("use_blueprint_routing") ?? before.use_blueprint_routing
          if (blueprint_id !== null && tenant.records(blueprintTable).get(blueprint_id) === undefined) {
            fields.refuse("blueprint_id", "Blueprint not found.")
          }
          if (user_id !== null && tenant.records(userTable).get(user_id) === undefined) {
            fields.refuse("user_id", "User not found.")
          }
          yield* fields.checked
          const device = { ...before, blueprint_id, user_id, asset_tag, use_blueprint_routing }
          yield* tenant.save(adeDeviceTable, device)
          return json(200, showDevice(tenant, device))
        })
      ),
      route("GET", `${path}/{ade_token_id}`, (_, { ade_token_id }) => Effect.flatMap(find(ade_token_id), show)),
      route("PATCH", `${path}/{ade_token_id}`, (incoming, { ade_token_id }) =>
        Effect.gen(function* () {
          const before = yield* find(ade_token_id)
          const given = yield* readDefaults(tenant, yield* readInput(incoming, ["json"]), false)
          const record = {
            ...before,
            use_blueprint_routing: given.use_blueprint_routing,
            blueprint_id: given.blueprint_id,
            email: given.email ?? before.email,
            phone: given.phone ?? before.phone
          }
          yield* tenant.save(integrationTable, record)
          return yield* show(record)
        })
      ),
      route("DELETE", `${path}/{ade_token_id}`, (_, { ade_token_id }) =>
        Effect.gen(function* () {
          const { id } = yield* find(ade_token_id)
          const found = devicesOf(tenant, id)
          for (const device of found.slice(0, found.size)) yield* tenant.remove(adeDeviceTable, device.id)
          yield* tenant.remove(integrationTable, id)
          return empty(204)
        })
      ),
      route("POST", `${path}/{ade_token_id}/renew`, (incoming, { ade_token_id }) =>
        Effect.flatMap(find(ade_token_id), (before) => takeToken(tenant, incoming, before))
      ),
      route("GET", `${path}/{ade_token_id}/devices`, ({ url }, { ade_token_id }) =>
        Effect.flatMap(find(ade_token_id), ({ id }) =>
          devicePage(tenant, url, ({ integration_id }) => integration_id === id)
        )
      )
    ]
  },
  snapshot: (tenant, limit) =>
    Effect.sync(() => ({
      adeIntegrations: glance(tenant.records(integrationTable), limit, (integration) => integration),
      adeDevices: glance(tenant.records(adeDeviceTable), limit, (device) => device)
    }))
})
