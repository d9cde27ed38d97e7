/**
 * The tenant itself: its records, its endpoints and its storage, behind two functions from a request to an answer. Every
 * door (a socket, an `HttpClient` in the same process) leads to these.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { type BlueprintRecord, blueprintRoutes, type LibraryItem, makeNode, withdraw } from "../api/blueprints.js"
import { type AppRecord, customAppRoutes } from "../api/customApps.js"
import { customProfileRoutes, type ProfileRecord } from "../api/customProfiles.js"
import { customScriptRoutes, type ScriptRecord } from "../api/customScripts.js"
import { makeCategories, selfServiceRoutes } from "../api/selfService.js"
import { makeStorage } from "../storage/Storage.js"
import * as Collection from "./collection.js"
import { type Handler, makeFaults, type Faults } from "./faults.js"
import { makeRequestLog, type RequestLog } from "./requestLog.js"
import { router } from "./router.js"

/** What a tenant is made of. */
export interface TenantOptions {
  readonly apiToken: string
  readonly categories: ReadonlyArray<string>
  readonly pageSize: number
  /** Milliseconds, all three. */
  readonly processing: number
  readonly uploadTtl: number
  readonly fileUrlTtl: number
  /** Bytes. */
  readonly largestInstaller: number
  /** Where installers are kept. */
  readonly folder: string
  /** Where the storage will be reached. */
  readonly storageOrigin: string
}

/** What cannot be done through the API, only by hand in the web app. */
export interface WebApp {
  /** Gives a Blueprint one more assignment node, which makes it one with conditional logic. Nothing when there is no such Blueprint. */
  readonly addAssignmentNode: (blueprintId: string) => Effect.Effect<string | undefined>
  /** Makes a library item one of a type that an assignment node can have only one of. */
  readonly makeExclusive: (libraryItemId: string, type: string) => Effect.Effect<void>
}

/** A tenant. */
export interface Tenant {
  readonly api: Handler
  readonly storage: Handler
  readonly requests: RequestLog["all"]
  readonly fault: Faults["add"]
  readonly webApp: WebApp
}

const logCapacity = 10_000

const withHeaders =
  (headers: Readonly<Record<string, string>>) =>
  (handler: Handler): Handler =>
  (incoming) =>
    Effect.flatMap(handler(incoming), (answer) =>
      Effect.map(Clock.currentTimeMillis, (now) => ({
        ...answer,
        headers: { date: new Date(now).toUTCString(), ...headers, ...answer.headers }
      }))
    )

/** A new tenant without records. */
export const makeTenant = (options: TenantOptions): Tenant => {
  const { apiToken, pageSize } = options
  const profiles = Collection.make<ProfileRecord>()
  const scripts = Collection.make<ScriptRecord>()
  const apps = Collection.make<AppRecord>()
  const blueprints = Collection.make<BlueprintRecord>()
  const exclusiveTypes = new Map<string, string>()
  const categories = makeCategories(options.categories)
  const storage = makeStorage({ ...options, origin: options.storageOrigin })

  const findItem = (id: string): LibraryItem | undefined => {
    const record = profiles.get(id) ?? scripts.get(id) ?? apps.get(id)
    return record === undefined
      ? undefined
      : { id: record.id, name: record.name, exclusiveType: exclusiveTypes.get(record.id) }
  }
  const onDelete = (record: { readonly id: string }) => Effect.sync(() => withdraw(blueprints, record.id))

  const endpoints = router(
    [
      ...customProfileRoutes({ records: profiles, pageSize, onDelete }),
      ...customScriptRoutes({ records: scripts, pageSize, categories, onDelete }),
      ...customAppRoutes({ records: apps, pageSize, categories, storage, processing: options.processing, onDelete }),
      ...blueprintRoutes({ records: blueprints, pageSize, findItem }),
      ...selfServiceRoutes(categories)
    ],
    apiToken
  )

  const faults = makeFaults()
  const log = makeRequestLog(logCapacity)
  const fromGateway = withHeaders({ via: "kong/3.2.2" })
  const fromStorage = withHeaders({})

  return {
    api: fromGateway(
      log.around(
        "api",
        faults.around("api", (incoming) => Effect.merge(endpoints(incoming)))
      )
    ),
    storage: fromStorage(log.around("storage", faults.around("storage", storage.handle))),
    requests: log.all,
    fault: faults.add,
    webApp: {
      addAssignmentNode: (blueprintId) =>
        Effect.sync(() => {
          const record = blueprints.get(blueprintId)
          if (record === undefined) return undefined
          const node = makeNode()
          blueprints.put(record.id, { ...record, nodes: [...record.nodes, node] })
          return node.id
        }),
      makeExclusive: (libraryItemId, type) =>
        Effect.sync(() => {
          exclusiveTypes.set(libraryItemId.toLowerCase(), type)
        })
    }
  }
}
