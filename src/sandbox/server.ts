/**
 * A tenant as two functions from a request to an answer: its API and its storage. A socket or an `HttpClient` in the same
 * process calls them.
 */
import * as Clock from "effect/Clock"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import { calledOrigin } from "./gateway/called.js"
import { content, type Handler } from "./gateway/exchange.js"
import { type Faults, makeFaults, type Target } from "./gateway/faults.js"
import { type Limiter, type LimitsOption, makeLimiter } from "./gateway/limits.js"
import { ping } from "./gateway/ping.js"
import { makeRequestLog, type RequestLog, type RequestRecord } from "./gateway/requestLog.js"
import { type Route, router } from "./gateway/router.js"
import {
  files,
  resources,
  type SeedCounts,
  type State,
  stateOf,
  usualCounts,
  type WebApp,
  webAppOf
} from "./resources/index.js"
import { makeStorage } from "./storage/Storage.js"
import type { Credentials } from "./storage/sigv4.js"
import { type Lists, listsOf } from "./page/lists.js"
import type { Store } from "./tenant/store.js"
import { makeTenant, type Tenant } from "./tenant/tenant.js"

/** The options of a server. */
export interface ServerOptions {
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
  /** The address at which the caller reaches the storage. */
  readonly storageOrigin: Effect.Effect<string>
}

/** A running tenant. */
export interface Server {
  readonly api: Handler
  readonly storage: Handler
  readonly requests: RequestLog["all"]
  readonly events: Stream.Stream<RequestRecord>
  readonly faults: Faults
  readonly limits: Pick<Limiter, "quota" | "set">
  readonly state: State
  readonly lists: Lists
  readonly reset: Effect.Effect<void>
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

/** Answers with 500 if the handler fails. */
const safe =
  (handler: Handler): Handler =>
  (incoming) =>
    Effect.catchAllCause(handler(incoming), (cause) =>
      Effect.as(Effect.logError("The sandbox failed", cause), content(500, "text/html", "<h1>Server Error (500)</h1>"))
    )

/** A route whose endpoint runs after everything that is due. */
const settled = ({ settle }: Tenant, route: Route): Route => ({
  ...route,
  endpoint: (incoming, ids) =>
    Effect.zipRight(
      settle,
      Effect.suspend(() => route.endpoint(incoming, ids))
    )
})

/** Serves the tenant of a store. */
export const makeServer = (options: ServerOptions): Effect.Effect<Server> =>
  Effect.gen(function* () {
    const { latency, pageSize, store } = options
    const { durable, folder, identity, kept, memory, own } = store
    const { credentials } = identity
    const storage = makeStorage({
      ...options,
      credentials,
      durable,
      folder,
      kept,
      own,
      objects: memory.objects,
      isUsed: (key) => files.some(({ isUsed }) => isUsed(tenant, key)),
      origin: options.storageOrigin
    })
    const tenant: Tenant = makeTenant({ store, storage, pageSize })
    for (const { setup } of resources) setup?.(tenant)

    const limiter = makeLimiter(options.limits)
    const endpoints = router(
      [ping, ...resources.flatMap(({ routes }) => routes?.(tenant) ?? []).map((route) => settled(tenant, route))],
      identity.apiToken,
      limiter.around
    )

    const faults = makeFaults()
    const log = yield* makeRequestLog
    const slow = (handler: Handler): Handler =>
      latency === undefined ? handler : (incoming) => Effect.delay(handler(incoming), latency)
    const keeping =
      (handler: Handler): Handler =>
      (incoming) =>
        // A read is answered even if the write of another request cannot be stored.
        Effect.zipLeft(handler(incoming), incoming.method === "GET" ? Effect.exit(kept) : kept)
    const server = (target: Target, headers: Readonly<Record<string, string>>, handler: Handler): Handler =>
      withHeaders(headers)(log.around(target, safe(slow(faults.around(target, keeping(handler))))))

    const state = stateOf(tenant)
    return {
      api: server("api", { via: "kong/3.2.2" }, (incoming) =>
        Effect.locally(endpoints(incoming), calledOrigin, incoming.url.origin)
      ),
      storage: server("storage", {}, storage.handle),
      requests: log.all,
      events: log.events,
      faults,
      limits: limiter,
      state,
      lists: listsOf(tenant, state),
      reset: Effect.gen(function* () {
        memory.reset()
        yield* Effect.forEach([...storage.entries()], ([key]) => storage.remove(key), { discard: true })
        yield* kept
      }),
      seed: (counts = usualCounts, { seed = 1 } = {}) =>
        Effect.zipRight(
          Effect.sync(() => memory.seed(counts, seed)),
          kept
        ),
      webApp: webAppOf(tenant),
      bucket: { name: storage.bucket, credentials: storage.credentials }
    }
  })
