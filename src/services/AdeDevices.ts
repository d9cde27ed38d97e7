/**
 * Devices in Apple Business or School Manager.
 *
 * @see `/api/v1/integrations/apple/ade/devices`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import { AdeDevice, AdeDeviceFilters, UpdateAdeDevice } from "../schemas/AdeDevice.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace AdeDevices {
  /** The functions for these devices, whether they are enrolled or not. */
  export interface Service {
    /**
     * Streams every device, in the server's order. It reads page by page, so memory use is constant.
     *
     * @see `GET /api/v1/integrations/apple/ade/devices`
     */
    readonly stream: (options?: AdeDeviceFilters & ListOptions) => Stream.Stream<AdeDevice, ApiClientError>
    /**
     * Reads `stream` to its end and returns all records.
     */
    readonly list: (options?: AdeDeviceFilters & ListOptions) => Effect.Effect<PayloadList<AdeDevice>, ApiClientError>
    /**
     * Gets one device. Fails with `NotFound` if there is no device with this id.
     *
     * @see `GET /api/v1/integrations/apple/ade/devices/{device_id}`
     */
    readonly get: (id: string) => Effect.Effect<AdeDevice, ApiClientError>
    /**
     * Changes the settings that a device gets when it enrolls.
     *
     * @see `PATCH /api/v1/integrations/apple/ade/devices/{device_id}`
     */
    readonly update: (id: string, changes: UpdateAdeDevice) => Effect.Effect<AdeDevice, ApiClientError>
  }
}

const root = "/api/v1/integrations/apple/ade/devices"

/** The operations of `AdeDevices`. */
export const operations = Operation.group("AdeDevices", {
  stream: { method: "GET", path: root, query: AdeDeviceFilters, pages: Pages.counted(AdeDevice), kind: "read" },
  get: { method: "GET", path: `${root}/{device_id}`, answer: AdeDevice, kind: "read" },
  update: { method: "PATCH", path: `${root}/{device_id}`, json: UpdateAdeDevice, answer: AdeDevice, kind: "write" }
})

const make = Effect.map(ApiClient, (client) => client.functions(operations) satisfies AdeDevices.Service)

/** Devices in Apple Business or School Manager: `/api/v1/integrations/apple/ade/devices`. */
export class AdeDevices extends Context.Tag("effect-iru/AdeDevices")<AdeDevices, AdeDevices.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<AdeDevices, never, ApiClient> = Layer.effect(this, make)
}
