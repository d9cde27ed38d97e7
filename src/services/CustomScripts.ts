/**
 * Custom scripts of the library.
 *
 * @see `/api/v1/library/custom-scripts`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { ListOptions } from "../operation/listing.js"
import * as Answer from "../operation/Answer.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import { whole } from "../session/created.js"
import { located } from "../session/located.js"
import { CreateCustomScript, CustomScript, UpdateCustomScript } from "../schemas/CustomScript.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace CustomScripts {
  /** What can be done with custom scripts. */
  export interface Service {
    /** Every custom script, page by page, in the server's order. Reads on demand, in constant memory. */
    readonly stream: (options?: ListOptions) => Stream.Stream<CustomScript, ApiClientError>
    /** `stream`, collected. */
    readonly list: (options?: ListOptions) => Effect.Effect<PayloadList<CustomScript>, ApiClientError>
    /** One custom script. Fails with `NotFound` where there is none. */
    readonly get: (id: string) => Effect.Effect<CustomScript, ApiClientError>
    /** A new custom script. It runs nowhere until it is assigned to a Blueprint. */
    readonly create: (script: CreateCustomScript) => Effect.Effect<CustomScript, ApiClientError>
    /** Changes the fields that are given, and no other. */
    readonly update: (id: string, changes: UpdateCustomScript) => Effect.Effect<CustomScript, ApiClientError>
    /** Deletes a custom script, from every Blueprint too. */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
  }
}

const root = "/api/v1/library/custom-scripts"

/** The operations of custom scripts. */
export const operations = Operation.group("CustomScripts", {
  stream: { method: "GET", path: root, pages: Pages.counted(CustomScript), kind: "read" },
  get: { method: "GET", path: `${root}/{library_item_id}`, answer: CustomScript, kind: "read" },
  create: { method: "POST", path: root, json: CreateCustomScript, answer: Answer.created(CustomScript), kind: "write" },
  update: {
    method: "PATCH",
    path: `${root}/{library_item_id}`,
    json: UpdateCustomScript,
    answer: CustomScript,
    kind: "fleet"
  },
  delete: { method: "DELETE", path: `${root}/{library_item_id}`, kind: "destructive" }
})

const make = Effect.map(ApiClient, (client) => {
  const functions = client.functions(operations)
  return {
    ...functions,
    create: located(whole(functions.create, functions.get))
  } satisfies CustomScripts.Service
})

/** Custom scripts of the library: `/api/v1/library/custom-scripts`. */
export class CustomScripts extends Context.Tag("effect-iru/CustomScripts")<CustomScripts, CustomScripts.Service>() {
  /** Over the session at hand. */
  static readonly layer: Layer.Layer<CustomScripts, never, ApiClient> = Layer.effect(this, make)
}
