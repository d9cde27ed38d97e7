/**
 * Finds the records of a command by id or by name.
 */
import { ApiClient, type ApiClientError } from "effect-iru"
import * as operations from "effect-iru/operations"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"

/** A record that was found. */
export interface Found {
  readonly id: string
  /** Its name for people: a serial number, a name, an e-mail address. */
  readonly name: string
}

const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i.test(text)

const same = (one: string | null | undefined, text: string): boolean =>
  (one ?? "").trim().toLowerCase() === text.trim().toLowerCase()

type Search = (text: string) => Effect.Effect<ReadonlyArray<Found>, ApiClientError, ApiClient>

const all = <A>(
  records: Effect.Effect<Stream.Stream<A, ApiClientError>, never, ApiClient>,
  fits: (record: A) => boolean,
  found: (record: A) => Found
): Effect.Effect<ReadonlyArray<Found>, ApiClientError, ApiClient> =>
  Effect.map(Stream.runCollect(Stream.filter(Stream.unwrap(records), fits)), (records) =>
    Chunk.toReadonlyArray(records).map(found)
  )

const named =
  <A extends { readonly id: string; readonly name: string }>(
    records: Effect.Effect<Stream.Stream<A, ApiClientError>, never, ApiClient>
  ): Search =>
  (text) =>
    all(
      records,
      ({ name }) => same(name, text),
      ({ id, name }) => ({ id, name })
    )

const client = <A>(use: (client: ApiClient.Service) => A): Effect.Effect<A, never, ApiClient> =>
  Effect.map(ApiClient, use)

/** Finds a device by its serial number, else by its name. */
const device: Search = (text) =>
  Effect.gen(function* () {
    const devices = yield* client((client) => client.listing(operations.Devices.stream))
    const found = ({
      device_id: id,
      device_name,
      serial_number
    }: {
      device_id: string
      device_name: string
      serial_number: string | null
    }) => ({
      id,
      name: serial_number ?? device_name
    })
    const bySerial = yield* all(
      Effect.succeed(devices.stream({ serial_number: text })),
      ({ serial_number }) => same(serial_number, text),
      found
    )
    if (bySerial.length > 0) return bySerial
    return yield* all(
      Effect.succeed(devices.stream({ device_name: text })),
      ({ device_name }) => same(device_name, text),
      found
    )
  })

const searches: Readonly<Record<string, Search>> = {
  AdeDevices: (text) =>
    all(
      client((client) => client.listing(operations.AdeDevices.stream).stream({ serial_number: text })),
      ({ serial_number }) => same(serial_number, text),
      ({ id, serial_number }) => ({ id, name: serial_number ?? id })
    ),
  CustomApps: named(client((client) => client.listing(operations.CustomApps.stream).stream())),
  CustomProfiles: named(client((client) => client.listing(operations.CustomProfiles.stream).stream())),
  CustomScripts: named(client((client) => client.listing(operations.CustomScripts.stream).stream())),
  InHouseApps: named(client((client) => client.listing(operations.InHouseApps.stream).stream())),
  blueprint_id: named(client((client) => client.listing(operations.Blueprints.stream).stream())),
  tag_id: named(client((client) => client.listing(operations.Tags.stream).stream())),
  user_id: (text) =>
    all(
      client((client) => client.listing(operations.Users.stream).stream({ email: text })),
      ({ email }) => same(email, text),
      ({ email, id }) => ({ id, name: email ?? id })
    ),
  ade_token_id: (text) =>
    all(
      client((client) => client.listing(operations.AdeIntegrations.stream).stream()),
      ({ server_name }) => same(server_name, text),
      ({ id, server_name }) => ({ id, name: server_name ?? id })
    ),
  self_service_category_id: (text) =>
    Effect.map(
      Effect.flatMap(ApiClient, (client) => client.call(operations.SelfServiceCategories.list)()),
      (categories) => categories.filter(({ name }) => same(name, text))
    ),
  device_id: device
}

/** Describes what can be typed in place of an id, for the help. */
export const describeId = (service: string, id: string): string => {
  if (service === "AdeDevices") return "The serial number or the id of the device"
  switch (id) {
    case "device_id":
      return "The serial number, the name or the id of the device"
    case "user_id":
      return "The e-mail address or the id of the user"
    case "blueprint_id":
      return "The name or the id of the Blueprint"
    case "tag_id":
      return "The name or the id of the tag"
    case "ade_token_id":
      return "The server's name or the id of the integration"
    case "cve_id":
      return "The id of the vulnerability, such as CVE-2024-3094"
    case "library_item_id":
      return service in searches ? "The name or the id of the item" : "The id of the library item"
    case "self_service_category_id":
      return "The name or the id of the category"
    default:
      return `The id: ${id}`
  }
}

/** Finds the one record with an id or a name. If several have the name, it fails and lists them. */
export const lookUp = (
  service: string,
  id: string,
  text: string
): Effect.Effect<Found, ApiClientError | Problem, ApiClient> =>
  Effect.gen(function* () {
    const search = searches[service] ?? searches[id]
    if (search === undefined || isUuid(text)) return { id: text, name: text }
    const found = yield* search(text)
    const [first, second] = found
    if (first === undefined) {
      return yield* new Problem({
        message: `The tenant has no record "${text}". Give ${describeId(service, id).replace(/^The/, "the")}.`,
        code: exitCodes.notFound
      })
    }
    if (second !== undefined) {
      const ids = found.map(({ id }) => id)
      const shown = ids.length > 5 ? `${ids.slice(0, 5).join(", ")} and ${ids.length - 5} more` : ids.join(", ")
      return yield* new Problem({
        message: `${found.length} records have the name "${text}". Give the id of one: ${shown}`,
        code: exitCodes.usage
      })
    }
    return first
  })

/** Fields that take an id, with the type of the record, so that a name can be given instead. */
const namedFields: Readonly<Record<string, string>> = {
  blueprint_id: "blueprint_id",
  self_service_category_id: "self_service_category_id",
  user_id: "user_id"
}

/** Replaces names by ids in the fields. `more` are additional fields of one operation. */
export const withIds = <Fields extends Readonly<Record<string, unknown>>>(
  fields: Fields,
  more: Readonly<Record<string, string>> = {}
): Effect.Effect<Fields, ApiClientError | Problem, ApiClient> =>
  Effect.gen(function* () {
    const ids: Record<string, string> = {}
    for (const [field, id] of Object.entries({ ...namedFields, ...more })) {
      const text = fields[field]
      if (typeof text === "string" && text !== "") ids[field] = (yield* lookUp("", id, text)).id
    }
    return { ...fields, ...ids }
  })
