/**
 * Stores the data of Automated Device Enrollment: integrations, and the devices that Apple assigned to them.
 */
import * as Schema from "effect/Schema"
import { pick } from "../../tenant/seeding.js"
import { mix, hex, rowsOf } from "../../tenant/seedNumbers.js"
import { table } from "../../tenant/table.js"
import { seconds } from "../../tenant/time.js"
import { blueprintTable } from "../blueprints/table.js"

const Integration = Schema.Struct({
  id: Schema.String,
  blueprint_id: Schema.NullOr(Schema.String),
  use_blueprint_routing: Schema.Boolean,
  server_name: Schema.String,
  stoken_file_name: Schema.String,
  email: Schema.String,
  phone: Schema.String,
  /** When Apple's token expires, in milliseconds since 1970. */
  expires: Schema.Number
})

/** A stored integration. The token itself is not stored, since the sandbox cannot use it. */
export interface IntegrationRecord extends Schema.Schema.Type<typeof Integration> {}

/** The integrations of a tenant. A seed with devices has one. */
export const integrationTable = table<IntegrationRecord, typeof Integration.Encoded>({
  key: "adeIntegrations",
  schema: Integration,
  seed: (seeding) => {
    const blueprints = blueprintTable.rows(seeding)
    return rowsOf(
      blueprints.size === 0 ? 0 : seeding.count("adeIntegrations", () => 1),
      seeding.key("adeIntegrations"),
      (index, id) => ({
        id,
        blueprint_id: blueprints.idAt(index % blueprints.size),
        use_blueprint_routing: false,
        server_name: `sandbox ${index + 1}`,
        stoken_file_name: `sandbox ${index + 1}_Token_smime.p7m`,
        email: "admin@sandbox.invalid",
        phone: "5550100",
        expires: Date.UTC(2030, 0, 1)
      })
    )
  }
})

type Family = readonly [family: string, model: string, os: string]

/** The device families: family, a model, and Apple's name of the operating system. */
const families: readonly [Family, ...ReadonlyArray<Family>] = [
  ["Mac", "MacBook Air", "OSX"],
  ["iPhone", "iPhone 15", "iOS"],
  ["iPad", "iPad Air (5th generation)", "iPadOS"],
  ["AppleTV", "Apple TV 4K", "tvOS"]
]

const AdeDevice = Schema.Struct({
  id: Schema.String,
  integration_id: Schema.String,
  blueprint_id: Schema.NullOr(Schema.String),
  use_blueprint_routing: Schema.Boolean,
  user_id: Schema.NullOr(Schema.String),
  asset_tag: Schema.NullOr(Schema.String),
  color: Schema.String,
  device_family: Schema.String,
  model: Schema.String,
  os: Schema.String,
  profile_status: Schema.String,
  serial_number: Schema.String,
  /** When Apple assigned it, in the service's format. */
  assigned: Schema.String
})

/** A device that Apple has assigned to an integration and that is not enrolled yet. */
export interface AdeDeviceRecord extends Schema.Schema.Type<typeof AdeDevice> {}

/** The devices that are not enrolled yet. A seed has one for every twenty enrolled devices. */
export const adeDeviceTable = table<AdeDeviceRecord, typeof AdeDevice.Encoded>({
  key: "adeDevices",
  schema: AdeDevice,
  seed: (seeding) => {
    const integrations = integrationTable.rows(seeding)
    const key = seeding.key("adeDevices")
    const size = seeding.count("adeDevices", (devices) => Math.ceil(devices / 20))
    return rowsOf(integrations.size === 0 ? 0 : size, key, (index, id, draw) => {
      const integration = integrations.at(index % integrations.size)
      const [device_family, model, os] = pick(families, draw)
      return {
        id,
        integration_id: integration.id,
        blueprint_id: integration.blueprint_id,
        use_blueprint_routing: false,
        user_id: null,
        asset_tag: null,
        color: pick(["SILVER", "GOLD", "SPACE GRAY"], draw),
        device_family,
        model,
        os,
        profile_status: pick(["assigned", "pushed", "empty"], draw),
        serial_number: `ADE${hex(mix(key, index), 4)}${hex(index, 5)}`.toUpperCase(),
        assigned: seconds(Date.UTC(2025, 0, 1 + draw(300), 9))
      }
    })
  }
})

/**
 * The certificate with which Apple encrypts a token. Its private key does not exist, so the sandbox cannot read a
 * token.
 */
export const publicKey = `-----BEGIN CERTIFICATE-----
MIIBgzCCASmgAwIBAgIUGdNioYM1e1ZtN6T2GD+t7qUbKnswCgYIKoZIzj0EAwIw
FjEUMBIGA1UEAwwLU0FOREJPWC1ERVAwIBcNMjYxMTI3MDg0MTAyWhgPMjEyNjEx
MDMwODQxMDJaMBYxFDASBgNVBAMMC1NBTkRCT1gtREVQMFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEw/6vVH8EAMaE36pL0gZILYgEI5cmdGivjFzn6gbLXTn0nNwG
MyAB+BSKCD9yd7Ph39tul3YXcNxvMqRfNsrMJaNTMFEwHQYDVR0OBBYEFG79uNva
bHURsstEA6sRJQC3tP7+MB8GA1UdIwQYMBaAFG79uNvabHURsstEA6sRJQC3tP7+
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIgRJq20oqU98RNNaZ2
7sWHLAwwy7VZBd3nW8gtY55w40YCIQCwomZl6vQfdhxY5w6e7S62tGEcQ/Ku1mS1
dDpZju2dpg==
-----END CERTIFICATE-----
`
