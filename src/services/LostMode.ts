/**
 * Lost mode of iPhones and iPads.
 *
 * @see `/api/v1/devices/{device_id}/details/lostmode`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { ApiClientError } from "../errors/ApiClientError.js"
import * as Operation from "../operation/Operation.js"
import { LostModeDetails, LostModeMessage } from "../schemas/LostMode.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace LostMode {
  /** The functions for a lost device. */
  export interface Service {
    /**
     * Gets the state of lost mode on a device. Fails with `BadRequest` if the device is not in lost mode.
     *
     * @see `GET /api/v1/devices/{device_id}/details/lostmode`
     */
    readonly get: (deviceId: string) => Effect.Effect<LostModeDetails, ApiClientError>
    /**
     * Puts a device into lost mode. Its screen is locked and shows the message.
     *
     * @see `POST /api/v1/devices/{device_id}/action/enablelostmode`
     */
    readonly enable: (deviceId: string, message?: LostModeMessage) => Effect.Effect<void, ApiClientError>
    /**
     * Takes a device out of lost mode.
     *
     * @see `POST /api/v1/devices/{device_id}/action/disablelostmode`
     */
    readonly disable: (deviceId: string) => Effect.Effect<void, ApiClientError>
    /**
     * Cancels lost mode on a device on which it failed.
     *
     * @see `DELETE /api/v1/devices/{device_id}/details/lostmode`
     */
    readonly cancel: (deviceId: string) => Effect.Effect<void, ApiClientError>
    /**
     * Makes a device in lost mode play a sound.
     *
     * @see `POST /api/v1/devices/{device_id}/action/playlostmodesound`
     */
    readonly playSound: (deviceId: string) => Effect.Effect<void, ApiClientError>
    /**
     * Asks a device in lost mode for its location. After the device has answered, `get` returns the location.
     *
     * @see `POST /api/v1/devices/{device_id}/action/updatelocation`
     */
    readonly updateLocation: (deviceId: string) => Effect.Effect<void, ApiClientError>
  }
}

const details = "/api/v1/devices/{device_id}/details/lostmode"
const action = "/api/v1/devices/{device_id}/action"
const state = Schema.Struct({ lost_mode: LostModeDetails }).pipe(Schema.pluck("lost_mode"))

/** The operations of `LostMode`. */
export const operations = Operation.group("LostMode", {
  get: { method: "GET", path: details, answer: state, kind: "read" },
  enable: { method: "POST", path: `${action}/enablelostmode`, json: LostModeMessage, kind: "device" },
  disable: { method: "POST", path: `${action}/disablelostmode`, kind: "device" },
  cancel: { method: "DELETE", path: details, kind: "device" },
  playSound: { method: "POST", path: `${action}/playlostmodesound`, kind: "device" },
  updateLocation: { method: "POST", path: `${action}/updatelocation`, kind: "device" }
})

const make = Effect.map(ApiClient, (client) => client.functions(operations) satisfies LostMode.Service)

/** Lost mode of iPhones and iPads: `/api/v1/devices/{device_id}/details/lostmode`. */
export class LostMode extends Context.Tag("effect-iru/LostMode")<LostMode, LostMode.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<LostMode, never, ApiClient> = Layer.effect(this, make)
}
