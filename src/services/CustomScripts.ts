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
  /** Options for sending scripts. */
  export interface Options extends ScriptOptions {}

  /** The result of `publish`, and the script as it is now. */
  export interface Published {
    /** `unchanged`: the tenant already had it in this state, so only reads were sent. */
    readonly status: "created" | "updated" | "unchanged"
    readonly script: CustomScript
  }

  /** The functions for custom scripts. */
  export interface Service {
    /**
     * Streams every custom script, in the server's order. It reads page by page, so memory use is constant.
     *
     * @see `GET /api/v1/library/custom-scripts`
     */
    readonly stream: (options?: ListOptions) => Stream.Stream<CustomScript, ApiClientError>
    /** Reads `stream` to its end and returns all records. */
    readonly list: (options?: ListOptions) => Effect.Effect<PayloadList<CustomScript>, ApiClientError>
    /**
     * Gets one custom script. Fails with `NotFound` if there is no custom script with this id.
     *
     * @see `GET /api/v1/library/custom-scripts/{library_item_id}`
     */
    readonly get: (id: string) => Effect.Effect<CustomScript, ApiClientError>
    /**
     * Creates a custom script. No device runs it until you assign it to a Blueprint. Fails with `InvalidArgument` if
     * the script certainly cannot run: if it has a byte order mark before `#!`, a CR at the end of the `#!` line
     * (`normalize: true` corrects these two), a NUL character, or bytes that are not UTF-8.
     *
     * @example
     * scripts.create({ name: "Inventory", execution_frequency: "every_day", script: { path: "inventory.zsh" } })
     *
     * @see `POST /api/v1/library/custom-scripts`
     */
    readonly create: (script: CreateCustomScript, options?: Options) => Effect.Effect<CustomScript, ApiClientError>
    /**
     * Changes only the fields that you pass. A script that `create` would refuse is accepted here if it does not
     * change.
     *
     * @see `PATCH /api/v1/library/custom-scripts/{library_item_id}`
     */
    readonly update: (
      id: string,
      changes: UpdateCustomScript,
      options?: Options
    ) => Effect.Effect<CustomScript, ApiClientError>
    /**
     * Creates the script. If a script with this name exists, updates its fields that differ. The comparison
     * ignores white space at the end of a script. Fields that you leave out stay as they are.
     *
     * All arguments are checked before anything is sent. Fails with `Conflict` if several scripts have the name;
     * `detail` lists their ids.
     *
     * @see `GET`, `POST`, `PATCH /api/v1/library/custom-scripts`
     */
    readonly publish: (script: CreateCustomScript, options?: Options) => Effect.Effect<Published, ApiClientError>
    /**
     * Deletes a custom script, and removes it from every Blueprint.
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
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<CustomScripts, never, ApiClient> = Layer.effect(this, make)
}
