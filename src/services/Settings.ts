/**
 * Settings of a tenant.
 *
 * @see `/api/v1/settings`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ApiClientError } from "../errors/ApiClientError.js"
import * as Operation from "../operation/Operation.js"
import { Licensing } from "../schemas/Licensing.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace Settings {
  /** The functions that read settings. */
  export interface Service {
    /**
     * Gets the number of devices that the tenant has, and the number that its license allows.
     *
     * @see `GET /api/v1/settings/licensing`
     */
    readonly licensing: () => Effect.Effect<Licensing, ApiClientError>
  }
}

/** The operations of `Settings`. */
export const operations = Operation.group("Settings", {
  licensing: { method: "GET", path: "/api/v1/settings/licensing", answer: Licensing, kind: "read" }
})

const make = Effect.map(ApiClient, (client) => client.functions(operations) satisfies Settings.Service)

/** Settings of a tenant: `/api/v1/settings`. */
export class Settings extends Context.Tag("effect-iru/Settings")<Settings, Settings.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<Settings, never, ApiClient> = Layer.effect(this, make)
}
