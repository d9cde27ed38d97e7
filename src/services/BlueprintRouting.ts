/**
 * Blueprint routing. It decides which Blueprint a device gets when it enrolls.
 *
 * @see `/api/v1/blueprint-routing/`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import {
  BlueprintRoutingActivity,
  BlueprintRoutingSettings,
  UpdateBlueprintRouting
} from "../schemas/BlueprintRouting.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace BlueprintRouting {
  /** The functions for Blueprint routing. */
  export interface Service {
    /**
     * Gets the enrollment code, and whether it is active.
     *
     * @see `GET /api/v1/blueprint-routing/`
     */
    readonly get: () => Effect.Effect<BlueprintRoutingSettings, ApiClientError>
    /**
     * Changes the enrollment code, or whether it is active.
     *
     * @see `PATCH /api/v1/blueprint-routing/`
     */
    readonly update: (changes: UpdateBlueprintRouting) => Effect.Effect<BlueprintRoutingSettings, ApiClientError>
    /**
     * Streams the activity of Blueprint routing.
     *
     * @see `GET /api/v1/blueprint-routing/activity`
     */
    readonly activity: (options?: ListOptions) => Stream.Stream<BlueprintRoutingActivity, ApiClientError>
  }
}

const root = "/api/v1/blueprint-routing/"

/** The operations of `BlueprintRouting`. */
export const operations = Operation.group("BlueprintRouting", {
  get: { method: "GET", path: root, answer: BlueprintRoutingSettings, kind: "read" },
  update: {
    method: "PATCH",
    path: root,
    json: UpdateBlueprintRouting,
    answer: BlueprintRoutingSettings,
    kind: "write"
  },
  activity: {
    method: "GET",
    path: `${root}activity`,
    pages: Pages.counted(BlueprintRoutingActivity),
    kind: "read"
  }
})

const make = Effect.map(ApiClient, (client) => client.functions(operations) satisfies BlueprintRouting.Service)

/** Blueprint routing, which decides which Blueprint a device gets when it enrolls: `/api/v1/blueprint-routing/`. */
export class BlueprintRouting extends Context.Tag("effect-iru/BlueprintRouting")<
  BlueprintRouting,
  BlueprintRouting.Service
>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<BlueprintRouting, never, ApiClient> = Layer.effect(this, make)
}
