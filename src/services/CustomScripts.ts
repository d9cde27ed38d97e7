/**
 * Custom scripts of the library.
 *
 * @see `/api/v1/library/custom-scripts`
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import { checkChanges, checkFields } from "../operation/arguments.js"
import type { ListOptions } from "../operation/listing.js"
import * as Answer from "../operation/Answer.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import { whole } from "../session/created.js"
import { composed } from "../session/functions.js"
import { located } from "../session/located.js"
import {
  CreateCustomScript,
  CustomScript,
  CustomScriptBody,
  CustomScriptChanges,
  UpdateCustomScript
} from "../schemas/CustomScript.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { scriptRules } from "../schemas/rules.js"
import { ApiClient } from "./ApiClient.js"
import { changedFields } from "./comparing.js"
import { named } from "./matching.js"
import { type ScriptOptions, scriptReader } from "./scriptText.js"

export declare namespace CustomScripts {
  /** How scripts are sent. */
  export interface Options extends ScriptOptions {}

  /** What publishing did, and the script as it is now. */
  export interface Published {
    /** `unchanged`: the tenant had it just like that, and nothing was sent. */
    readonly status: "created" | "updated" | "unchanged"
    readonly script: CustomScript
  }

  /** What can be done with custom scripts. */
  export interface Service {
    /**
     * Every custom script, page by page, in the server's order. Reads on demand, in constant memory.
     *
     * @see `GET /api/v1/library/custom-scripts`
     */
    readonly stream: (options?: ListOptions) => Stream.Stream<CustomScript, ApiClientError>
    /** `stream`, collected. */
    readonly list: (options?: ListOptions) => Effect.Effect<PayloadList<CustomScript>, ApiClientError>
    /**
     * One custom script. Fails with `NotFound` where there is none.
     *
     * @see `GET /api/v1/library/custom-scripts/{library_item_id}`
     */
    readonly get: (id: string) => Effect.Effect<CustomScript, ApiClientError>
    /**
     * A new custom script. It runs nowhere until it is assigned to a Blueprint. A script that surely cannot run is
     * `InvalidArgument`: a byte order mark before `#!`, a CR at the end of that line (`normalize: true` mends both), a
     * NUL, bytes that are not UTF-8.
     *
     * @example
     * scripts.create({ name: "Inventory", execution_frequency: "every_day", script: { path: "inventory.zsh" } })
     *
     * @see `POST /api/v1/library/custom-scripts`
     */
    readonly create: (script: CreateCustomScript, options?: Options) => Effect.Effect<CustomScript, ApiClientError>
    /**
     * Changes the fields that are given, and no other. A text that does not change is not refused, as `create` would.
     *
     * @see `PATCH /api/v1/library/custom-scripts/{library_item_id}`
     */
    readonly update: (
      id: string,
      changes: UpdateCustomScript,
      options?: Options
    ) => Effect.Effect<CustomScript, ApiClientError>
    /**
     * Creates the script, or updates the one that has this name where it differs. White space at the end of a script
     * is ignored. Fields that you leave out stay as they are.
     *
     * Everything is checked before anything is sent. Fails with `Conflict` if several scripts have the name: `detail`
     * has their ids.
     *
     * @see `GET`, `POST`, `PATCH /api/v1/library/custom-scripts`
     */
    readonly publish: (script: CreateCustomScript, options?: Options) => Effect.Effect<Published, ApiClientError>
    /**
     * Deletes a custom script, from every Blueprint too.
     *
     * @see `DELETE /api/v1/library/custom-scripts/{library_item_id}`
     */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
  }
}

const root = "/api/v1/library/custom-scripts"

/** The operations of custom scripts. */
export const operations = Operation.group("CustomScripts", {
  stream: { method: "GET", path: root, pages: Pages.counted(CustomScript), kind: "read" },
  get: { method: "GET", path: `${root}/{library_item_id}`, answer: CustomScript, kind: "read" },
  create: { method: "POST", path: root, json: CustomScriptBody, answer: Answer.created(CustomScript), kind: "write" },
  update: {
    method: "PATCH",
    path: `${root}/{library_item_id}`,
    json: CustomScriptChanges,
    answer: CustomScript,
    kind: "fleet"
  },
  delete: { method: "DELETE", path: `${root}/{library_item_id}`, kind: "destructive" }
})

const texts = ["script", "remediation_script"] as const

const make = Effect.gen(function* () {
  const client = yield* ApiClient
  const readScripts = scriptReader(yield* Effect.serviceOption(FileSystem.FileSystem))
  const { create, update, ...functions } = client.functions(operations)
  const checkCreate = checkFields(operations.create.name, CreateCustomScript)
  const checkUpdate = checkChanges(operations.update.name, UpdateCustomScript)
  const checkPublish = checkFields("CustomScripts.publish", CreateCustomScript)
  const createWhole = whole(create, functions.get)

  return {
    ...functions,
    create: located((script, options = {}) =>
      checkCreate(script).pipe(
        Effect.flatMap((fields) => readScripts(operations.create.name, texts, fields, options)),
        Effect.flatMap(createWhole)
      )
    ),
    update: located((id, changes, options = {}) =>
      checkUpdate(changes).pipe(
        Effect.flatMap((fields) => readScripts(operations.update.name, texts, fields, options, functions.get(id))),
        Effect.flatMap((fields) => update(id, fields))
      )
    ),
    publish: composed("CustomScripts.publish", (script, options = {}) =>
      Effect.gen(function* (): Effect.fn.Return<CustomScripts.Published, ApiClientError> {
        const operation = "CustomScripts.publish"
        const given = yield* checkPublish(script)
        const found = Option.getOrUndefined(yield* named(operation, functions.stream(), given.name))
        const fields = yield* readScripts(operation, texts, given, options, Effect.succeed(found ?? {}))
        if (found === undefined) return { status: "created", script: yield* createWhole(fields) }
        const { name: _name, ...wanted } = fields
        const changes = changedFields(wanted, found, scriptRules("publish"))
        return Object.keys(changes).length === 0
          ? { status: "unchanged", script: found }
          : { status: "updated", script: yield* update(found.id, changes) }
      })
    )
  } satisfies CustomScripts.Service
})

/** Custom scripts of the library: `/api/v1/library/custom-scripts`. */
export class CustomScripts extends Context.Tag("effect-iru/CustomScripts")<CustomScripts, CustomScripts.Service>() {
  /** Over the session at hand. */
  static readonly layer: Layer.Layer<CustomScripts, never, ApiClient> = Layer.effect(this, make)
}
