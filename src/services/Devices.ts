/**
 * Devices: their records and details.
 *
 * @see `/api/v1/devices`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import { Device, DeviceFilters, UpdateDevice } from "../schemas/Device.js"
import { DeviceDetails } from "../schemas/DeviceDetails.js"
import {
  DeviceActivity,
  DeviceApp,
  DeviceCommand,
  DeviceParameter,
  DeviceStatus,
  LibraryItemStatus
} from "../schemas/DeviceRecords.js"
import { nullishOr } from "../schemas/internal.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { ApiClient } from "./ApiClient.js"
import { finder } from "./matching.js"

export declare namespace Devices {
  /** Options for reading the listing, and filters for devices. */
  export interface ListDevicesOptions extends ListOptions, DeviceFilters {}

  /** The functions for devices. */
  export interface Service {
    /**
     * Streams every device, in the server's order. It reads page by page, so memory use is constant.
     *
     * @see `GET /api/v1/devices`
     */
    readonly stream: (options?: ListDevicesOptions) => Stream.Stream<Device, ApiClientError>
    /** Reads `stream` to its end and returns all records. */
    readonly list: (options?: ListDevicesOptions) => Effect.Effect<PayloadList<Device>, ApiClientError>
    /**
     * Finds the device that has this serial number. Pass the whole number; upper and lower case do not matter. Fails
     * with `Conflict` if several records have the serial number; `detail` lists their ids.
     *
     * @see `GET /api/v1/devices`
     */
    readonly find: (by: { readonly serial_number: string }) => Effect.Effect<Option.Option<Device>, ApiClientError>
    /**
     * Gets one device. Fails with `NotFound` if there is no device with this id.
     *
     * @see `GET /api/v1/devices/{device_id}`
     */
    readonly get: (id: string) => Effect.Effect<Device, ApiClientError>
    /**
     * Changes only the fields that you pass. `null` and `[]` clear a field.
     *
     * @see `PATCH /api/v1/devices/{device_id}`
     */
    readonly update: (id: string, changes: UpdateDevice) => Effect.Effect<Device, ApiClientError>
    /**
     * Deletes the record of a device and unenrolls it. **The device is no longer managed.**
     *
     * @see `DELETE /api/v1/devices/{device_id}`
     */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
    /**
     * Gets all details of a device. `family` says whether it is an Apple, a Windows or an Android device.
     *
     * @see `GET /api/v1/devices/{device_id}/details`
     */
    readonly details: (id: string) => Effect.Effect<DeviceDetails, ApiClientError>
    /**
     * Streams the activity of a device.
     *
     * @see `GET /api/v1/devices/{device_id}/activity`
     */
    readonly activity: (id: string, options?: ListOptions) => Stream.Stream<DeviceActivity, ApiClientError>
    /**
     * Lists the apps that are installed on a device.
     *
     * @see `GET /api/v1/devices/{device_id}/apps`
     */
    readonly apps: (id: string) => Effect.Effect<ReadonlyArray<DeviceApp>, ApiClientError>
    /**
     * Streams the MDM commands that were sent to a device.
     *
     * @see `GET /api/v1/devices/{device_id}/commands`
     */
    readonly commands: (id: string, options?: ListOptions) => Stream.Stream<DeviceCommand, ApiClientError>
    /**
     * Lists the library items of a device, each with its status.
     *
     * @see `GET /api/v1/devices/{device_id}/library-items`
     */
    readonly libraryItems: (id: string) => Effect.Effect<ReadonlyArray<LibraryItemStatus>, ApiClientError>
    /**
     * Lists the parameters of a Mac, each with its status.
     *
     * @see `GET /api/v1/devices/{device_id}/parameters`
     */
    readonly parameters: (id: string) => Effect.Effect<ReadonlyArray<DeviceParameter>, ApiClientError>
    /**
     * Gets the library items and the parameters of a device, in one request.
     *
     * @see `GET /api/v1/devices/{device_id}/status`
     */
    readonly status: (id: string) => Effect.Effect<DeviceStatus, ApiClientError>
  }
}

const root = "/api/v1/devices"
const one = `${root}/{device_id}` as const

/** The schema of an answer that has its records under one key. */
const below = <Key extends string, A, I>(key: Key, record: Schema.Schema<A, I>) =>
  Schema.Struct({ [key]: nullishOr(Schema.Array(record), []) }).pipe(Schema.pluck(key))

/** The operations of devices. */
export const operations = Operation.group("Devices", {
  stream: { method: "GET", path: root, query: DeviceFilters, pages: Pages.array(Device), kind: "read" },
  get: { method: "GET", path: one, answer: Device, kind: "read" },
  update: { method: "PATCH", path: one, json: UpdateDevice, answer: Device, kind: "write" },
  delete: { method: "DELETE", path: one, kind: "destructive" },
  details: { method: "GET", path: `${one}/details`, answer: DeviceDetails, kind: "read" },
  activity: { method: "GET", path: `${one}/activity`, pages: Pages.within("activity", DeviceActivity), kind: "read" },
  apps: { method: "GET", path: `${one}/apps`, answer: below("apps", DeviceApp), kind: "read" },
  commands: { method: "GET", path: `${one}/commands`, pages: Pages.within("commands", DeviceCommand), kind: "read" },
  libraryItems: {
    method: "GET",
    path: `${one}/library-items`,
    answer: below("library_items", LibraryItemStatus),
    kind: "read"
  },
  parameters: { method: "GET", path: `${one}/parameters`, answer: below("parameters", DeviceParameter), kind: "read" },
  status: { method: "GET", path: `${one}/status`, answer: DeviceStatus, kind: "read" }
})

/** The largest number of records that the service puts on a page. */
const fullPage = 300

const make = Effect.map(ApiClient, (client) => {
  const { pages } = client.listing(operations.stream)
  const bySerialNumber = finder(
    "Devices.find",
    "serial_number",
    // The answer does not say whether it is the last page. A page that is not full is the last one, so the stream ends.
    (serial_number) =>
      pages({ serial_number, pageSize: fullPage }).pipe(
        Stream.takeUntil(({ results }) => results.length < fullPage),
        Stream.mapConcat(({ results }) => results)
      ),
    (device) => device.serial_number?.toUpperCase(),
    ({ device_id }) => device_id
  )
  return {
    ...client.functions(operations),
    find: ({ serial_number }: { readonly serial_number: string }) => bySerialNumber(serial_number.toUpperCase())
  } satisfies Devices.Service
})

/** Devices: `/api/v1/devices`. */
export class Devices extends Context.Tag("effect-iru/Devices")<Devices, Devices.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<Devices, never, ApiClient> = Layer.effect(this, make)
}
