/**
 * The tenant itself: its records, its endpoints and its storage, behind two functions from a request to an answer. Every
 * door (a socket, an `HttpClient` in the same process) leads to these.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import { blueprintRoutes, type LibraryItem, makeNode, withdraw } from "../api/blueprints.js"
import { customAppRoutes } from "../api/customApps.js"
import { customProfileRoutes } from "../api/customProfiles.js"
import { customScriptRoutes } from "../api/customScripts.js"
import { inHouseAppRoutes } from "../api/inHouseApps.js"
import { libraryItemRoutes } from "../api/libraryItems.js"
import { selfServiceRoutes } from "../api/selfService.js"
import { makeStorage } from "../storage/Storage.js"
import type { Credentials } from "../storage/sigv4.js"
import { calledOrigin } from "../gateway/called.js"
import { content, type Handler } from "../gateway/exchange.js"
import { type Faults, makeFaults, type Target } from "../gateway/faults.js"
import { changesOf } from "./history.js"
import { type Limiter, type LimitsOption, makeLimiter } from "../gateway/limits.js"
import { makeRequestLog, type RequestLog, type RequestRecord } from "../gateway/requestLog.js"
import { router } from "../gateway/router.js"
import { type SeedCounts, usualCounts } from "./seed.js"
import { findItem } from "./snapshot.js"
import { type LibraryRecord, makeState, type State } from "./state.js"
import type { Store } from "./store.js"

/** What a tenant is made of. */
export interface TenantOptions {
  readonly store: Store
  readonly pageSize: number
  /** Milliseconds, all three. */
  readonly processing: number
  readonly uploadTtl: number
  readonly fileUrlTtl: number
  /** Bytes. */
  readonly largestInstaller: number
  readonly latency: Duration.Duration | undefined
  readonly limits: LimitsOption
  /** Where the caller reaches the storage. */
  readonly storageOrigin: Effect.Effect<string>
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
  readonly events: Stream.Stream<RequestRecord>
  readonly faults: Faults
  readonly limits: Pick<Limiter, "quota" | "set">
  readonly state: State
  readonly seed: (counts?: SeedCounts, options?: { readonly seed?: number }) => Effect.Effect<void>
  readonly webApp: WebApp
  readonly bucket: { readonly name: string; readonly credentials: Credentials }
}

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

/** An answer whatever happens. */
const safe =
  (handler: Handler): Handler =>
  (incoming) =>
    Effect.catchAllCause(handler(incoming), (cause) =>
      Effect.as(Effect.logError("The sandbox failed", cause), content(500, "text/html", "<h1>Server Error (500)</h1>"))
    )

/** The tenant that a store remembers. */
export const makeTenant = (options: TenantOptions): Effect.Effect<Tenant> =>
  Effect.gen(function* () {
    const { latency, pageSize, store } = options
    const { computers, exclusiveTypes, history, identity, kept, records } = store
    const { blueprints, customApps, customProfiles, customScripts, inHouseApps } = records
    const { apiToken, categories, companyId, credentials } = identity
    const isUsed = (key: string): boolean => {
      // No two of the rows that nobody touched share a file.
      for (const { touched } of [customApps, inHouseApps])
        for (const app of touched()) if (app.file_key === key) return true
      return false
    }
    const storage = makeStorage({ ...options, ...store, credentials, isUsed, origin: options.storageOrigin })

    const itemWithType = (id: string): LibraryItem | undefined => {
      const item = findItem(records, id)
      return item === undefined ? undefined : { ...item, exclusiveType: exclusiveTypes.get(item.id) }
    }
    const onWrite = <R extends LibraryRecord>(record: R, before: R | undefined) =>
      before === undefined
        ? history.record(record.id, "library_item_created")
        : history.record(record.id, "library_item_edited", changesOf(before, record))
    const onDelete = ({ id }: LibraryRecord) =>
      Effect.suspend(() => {
        withdraw(blueprints, id)
        return history.record(id, "library_item_deleted")
      })
    const onDeleteApp = (record: LibraryRecord & { readonly file_key: string }) =>
      Effect.zipRight(
        onDelete(record),
        Effect.suspend(() => (isUsed(record.file_key) ? Effect.void : storage.remove(record.file_key)))
      )

    const common = { pageSize, categories, storage, companyId, onWrite, onDelete }
    const limiter = makeLimiter(options.limits)
    const endpoints = router(
      [
        ...customProfileRoutes({ ...common, records: customProfiles }),
        ...customScriptRoutes({ ...common, records: customScripts }),
        ...customAppRoutes({ ...common, records: customApps, onDelete: onDeleteApp }),
        ...inHouseAppRoutes({ ...common, records: inHouseApps, onDelete: onDeleteApp }),
        ...libraryItemRoutes({ ...common, blueprints, computers, history, findItem: (id) => findItem(records, id) }),
        ...blueprintRoutes({
          records: blueprints,
          pageSize,
          findItem: itemWithType,
          devicesOn: (id) => computers.on(id).size,
          onAssignment: (itemId) => history.record(itemId, "library_item_assignment_changed")
        }),
        ...selfServiceRoutes(categories)
      ],
      apiToken,
      limiter.around
    )

    const faults = makeFaults()
    const log = yield* makeRequestLog
    const slow = (handler: Handler): Handler =>
      latency === undefined ? handler : (incoming) => Effect.delay(handler(incoming), latency)
    const keeping =
      (handler: Handler): Handler =>
      (incoming) =>
        Effect.zipLeft(handler(incoming), kept)
    const server = (target: Target, headers: Readonly<Record<string, string>>, handler: Handler): Handler =>
      withHeaders(headers)(log.around(target, safe(slow(faults.around(target, keeping(handler))))))

    return {
      api: server("api", { via: "kong/3.2.2" }, (incoming) =>
        Effect.locally(endpoints(incoming), calledOrigin, incoming.url.origin)
      ),
      storage: server("storage", {}, storage.handle),
      requests: log.all,
      events: log.events,
      faults,
      limits: limiter,
      state: makeState({ ...common, records, onDeleteApp, kept }),
      seed: (counts = usualCounts, { seed = 1 } = {}) =>
        Effect.zipRight(
          Effect.sync(() => store.seed(counts, seed)),
          kept
        ),
      webApp: {
        addAssignmentNode: (blueprintId) =>
          Effect.sync(() => {
            const record = blueprints.get(blueprintId)
            if (record === undefined) return undefined
            const node = makeNode()
            blueprints.put(record.id, { ...record, nodes: [...record.nodes, node] })
            return node.id
          }).pipe(Effect.zipLeft(kept)),
        makeExclusive: (libraryItemId, type) =>
          Effect.sync(() => {
            exclusiveTypes.set(libraryItemId.toLowerCase(), type)
          }).pipe(Effect.zipLeft(kept))
      },
      bucket: { name: storage.bucket, credentials: storage.credentials }
    }
  })
