/**
 * A tenant on this machine. The vendor has no sandbox, so without this one every trial would reach real devices.
 *
 * @example
 * ```ts
 * import * as Effect from "effect/Effect"
 * import { Sandbox } from "effect-iru/sandbox"
 *
 * const program = Effect.gen(function* () {
 *   const { apiToken, tenantUrl } = yield* Sandbox
 *   const response = yield* Effect.promise(() =>
 *     fetch(`${tenantUrl}/api/v1/self-service/categories`, { headers: { authorization: `Bearer ${apiToken}` } })
 *   )
 *   console.log(yield* Effect.promise(() => response.json()))
 * })
 *
 * Effect.runPromise(Effect.provide(program, Sandbox.layer()))
 * ```
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Fault from "./Fault.js"
import { calledOrigin } from "./gateway/called.js"
import type * as exchange from "./gateway/exchange.js"
import type * as faults from "./gateway/faults.js"
import { gzipped } from "./gateway/gzip.js"
import { inProcess } from "./gateway/inProcess.js"
import type * as limits from "./gateway/limits.js"
import { isWildcard, serve } from "./gateway/loopback.js"
import type * as requestLog from "./gateway/requestLog.js"
import { newStore, openStore, type StoreOptions } from "./tenant/store.js"
import type * as resources from "./resources/index.js"
import { files, type SeedCounts, tables, type WebApp } from "./resources/index.js"
import type { SandboxError } from "./SandboxError.js"
import { makeServer, type Server } from "./server.js"

export declare namespace Sandbox {
  /** A running tenant. */
  export interface Service {
    /** The address of its API, without a trailing slash. */
    readonly tenantUrl: string
    /** A token with all permissions. */
    readonly apiToken: string
    /** The address of its storage for installers. It has another origin than the API, as the vendor's has. */
    readonly storageUrl: string
    /** The last 10,000 requests, the oldest first. */
    readonly requests: Effect.Effect<ReadonlyArray<Request>>
    /** The requests from now on. Each comes twice: when it arrives, and with the same `id` when its answer is ready. */
    readonly events: Stream.Stream<Request>
    /** Reads and changes its records. */
    readonly state: State
    /**
     * Adds records like those of a real tenant. Each is built when it is read, so a million of them need no memory. The
     * default counts are those of a small company. The same `seed` (default 1) gives the same records and ids.
     */
    readonly seed: Server["seed"]
    /**
     * Undoes all changes of records and storage since the tenant was seeded. Requests, faults and limits stay as they are.
     */
    readonly reset: Effect.Effect<void>
    /**
     * The lists of the page.
     *
     * @internal
     */
    readonly lists: Server["lists"]
    /**
     * Applies a fault to the next requests that match it, until the scope closes. If several faults match, the first one
     * is applied. Fails with `InvalidFault` if HTTP does not allow the answer of the fault.
     */
    readonly fault: (fault: Fault.Fault) => Effect.Effect<void, SandboxError, Scope.Scope>
    /** The faults that still apply to a coming request. */
    readonly faults: Effect.Effect<ReadonlyArray<ActiveFault>>
    /** The rate limits, and how many requests are left. */
    readonly limits: LimitsInForce
    /** Actions that the API does not have, only the vendor's web app. */
    readonly webApp: WebApp
    /** The bucket behind `storageUrl`, for S3 clients that sign their own requests. */
    readonly bucket: Server["bucket"]
  }

  /** The options of a tenant. */
  export interface Options {
    /** The address to listen on; `0.0.0.0` for all addresses. Default `127.0.0.1`, which only this machine can reach. */
    readonly host?: string | undefined
    /** The port of the API. Default 0: any free port. */
    readonly port?: number | undefined
    /** The port of the storage. Default 0: any free port. */
    readonly storagePort?: number | undefined
    /** A UUID. Default: a new one for each tenant. */
    readonly apiToken?: string | undefined
    /** How long an uploaded installer is processed. Until then, creating an app with it is answered with 503. Default 0. */
    readonly processing?: Duration.DurationInput | undefined
    /** The most records on a page. Default 300, as with the vendor. */
    readonly pageSize?: number | undefined
    /** How long a `file_url` is valid, in whole seconds. Default 15 minutes. */
    readonly fileUrlTtl?: Duration.DurationInput | undefined
    /** How long an upload form is valid. Default 24 hours. */
    readonly uploadTtl?: Duration.DurationInput | undefined
    /** The largest installer, in bytes. Default 5 GiB. */
    readonly largestInstaller?: number | undefined
    /** The names of the Self Service categories. Default Apps, Productivity, Utilities and Security. */
    readonly categories?: ReadonlyArray<string> | undefined
    /** How long each request waits before the sandbox handles it. Default 0. */
    readonly latency?: Duration.DurationInput | undefined
    /**
     * The rate limits: `true` for those of the service (50 requests a second, 10,000 an hour), or numbers of your own.
     * Further requests are answered with Kong's 429. Default `false`: no limit, and no `RateLimit-*` headers.
     */
    readonly limits?: Limits | undefined
    /**
     * A folder for records and installers. A later tenant in the same folder has the same records and token. Each change is
     * on the disk before its request is answered. The folder is created if it does not exist. Default: records are kept in
     * memory, and installers in a temporary folder.
     */
    readonly data?: string | undefined
    /**
     * The first records: a number for the usual counts, or counts for each kind. The same number gives the same records and
     * ids. It is ignored if `data` already holds a tenant.
     */
    readonly seed?: number | Seed | undefined
    /**
     * More routes on the port of the API. If a route returns `undefined`, the tenant handles the request. The requests of
     * these routes are not recorded, no fault applies to them, and no limit counts them.
     */
    readonly routes?: ((sandbox: Service) => (incoming: Incoming) => Effect.Effect<Answer> | undefined) | undefined
  }

  /** The options of a tenant in this process. */
  export interface TestOptions extends Omit<Options, "apiToken" | "data" | "host" | "port" | "routes"> {}

  /** The count of each kind (default 0), and the number from which the records are made (default 1). */
  export interface Seed extends SeedCounts {
    readonly seed?: number
  }

  /** A request to the sandbox, without secrets. */
  export type Request = requestLog.RequestRecord
  /** Reads and changes the records of a tenant. */
  export type State = resources.State
  /** A summary of a tenant. */
  export type Snapshot = resources.Snapshot
  /** A fault, and to how many requests it still applies. */
  export type ActiveFault = faults.ActiveFault
  /** The rate limits: those of the service, others, or none. */
  export type Limits = limits.LimitsOption
  /** The rate limits, and how many requests are left. */
  export type Quota = limits.Quota
  /** Reads and changes the rate limits. */
  export type LimitsInForce = Pick<limits.Limiter, "quota" | "set">
  /** A request as it arrives. */
  export type Incoming = exchange.Incoming
  /** An answer. */
  export type Answer = exchange.Answer
}

const millis = (duration: Duration.DurationInput): number => Duration.toMillis(duration)

const openServer = (
  options: Sandbox.Options,
  storageOrigin: Effect.Effect<string>
): Effect.Effect<{ readonly server: Server; readonly apiToken: string }, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const { apiToken, categories, data, seed } = options
    const storeOptions: StoreOptions = {
      apiToken,
      categories,
      tables,
      seededFile: (seeding, key) => {
        for (const { seeded } of files) {
          const bytes = seeded(seeding, key)
          if (bytes !== undefined) return bytes
        }
        return undefined
      }
    }
    const store = yield* data === undefined ? newStore(storeOptions) : openStore(data, storeOptions)
    const server = yield* makeServer({
      store,
      pageSize: options.pageSize ?? 300,
      processing: millis(options.processing ?? 0),
      uploadTtl: millis(options.uploadTtl ?? "24 hours"),
      fileUrlTtl: millis(options.fileUrlTtl ?? "15 minutes"),
      largestInstaller: options.largestInstaller ?? 5 * 1024 ** 3,
      latency: options.latency === undefined ? undefined : Duration.decode(options.latency),
      limits: options.limits ?? false,
      storageOrigin
    })
    if (seed !== undefined && !store.isOld) {
      yield* typeof seed === "number" ? server.seed(undefined, { seed }) : server.seed(seed, seed)
    }
    return { server, apiToken: store.identity.apiToken }
  })

const serviceOf = (
  server: Server,
  where: Pick<Sandbox.Service, "apiToken" | "storageUrl" | "tenantUrl">
): Sandbox.Service => ({
  ...where,
  requests: server.requests,
  events: server.events,
  state: server.state,
  seed: server.seed,
  reset: server.reset,
  lists: server.lists,
  fault: server.faults.add,
  faults: server.faults.active,
  limits: server.limits,
  webApp: server.webApp,
  bucket: server.bucket
})

/** The address of the storage, with the host name that the caller used for the API. A wildcard address has no name of its own. */
const besideApi = (storageUrl: string): Effect.Effect<string> =>
  Effect.map(FiberRef.get(calledOrigin), (origin) => {
    const { port } = new URL(storageUrl)
    return origin === undefined ? storageUrl : `http://${new URL(origin).hostname}:${port}`
  })

const overHttp = (options: Sandbox.Options): Effect.Effect<Sandbox.Service, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const host = options.host ?? "127.0.0.1"
    const ready = yield* Deferred.make<{ readonly server: Server; readonly service: Sandbox.Service }>()
    const storageUrl = yield* serve({ host, port: options.storagePort ?? 0 }, (incoming) =>
      Effect.flatMap(Deferred.await(ready), ({ server }) => server.storage(incoming))
    )
    const { apiToken, server } = yield* openServer(
      options,
      isWildcard(host) ? besideApi(storageUrl) : Effect.succeed(storageUrl)
    )
    const answer = yield* Effect.cached(
      Effect.map(Deferred.await(ready), ({ service }) => {
        const extra = options.routes?.(service)
        return gzipped((incoming) => extra?.(incoming) ?? server.api(incoming))
      })
    )
    const tenantUrl = yield* serve({ host, port: options.port ?? 0 }, (incoming) =>
      Effect.flatMap(answer, (handle) => handle(incoming))
    )
    const service = serviceOf(server, { tenantUrl, apiToken, storageUrl })
    yield* Deferred.succeed(ready, { server, service })
    return service
  })

/** The address of the tenant of `layerTest`. Only its own `HttpClient` can reach it. */
const inTests = {
  tenantUrl: "https://effect-iru-sandbox.api.kandji.io",
  apiToken: "5a4db0c5-0000-4000-8000-000000000000",
  // Under a test clock, the 51st request of a second would never be sent.
  pace: { perSecond: 1_000_000, perHour: 1_000_000 }
} as const
const storageInTests = "https://storage.effect-iru-sandbox.invalid"

const inThisProcess = (
  options: Sandbox.TestOptions
): Effect.Effect<Context.Context<Sandbox | HttpClient.HttpClient>, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const { server } = yield* openServer({ ...options, apiToken: inTests.apiToken }, Effect.succeed(storageInTests))
    const client = yield* inProcess(
      new Map([
        [inTests.tenantUrl, server.api],
        [storageInTests, server.storage]
      ])
    )
    return Context.make(Sandbox, serviceOf(server, { ...inTests, storageUrl: storageInTests })).pipe(
      Context.add(HttpClient.HttpClient, client)
    )
  })

/** A tenant on this machine, with the endpoints, the rules and the storage of the service. */
export class Sandbox extends Context.Tag("effect-iru/Sandbox")<Sandbox, Sandbox.Service>() {
  /**
   * A tenant over HTTP until the scope closes. By default it is empty, and keeps its records in memory and its installers
   * in a temporary folder. It reads the time from Effect's clock.
   */
  static readonly serve = (options: Sandbox.Options = {}): Effect.Effect<Sandbox.Service, SandboxError, Scope.Scope> =>
    overHttp(options)

  /** `serve` as a layer. */
  static readonly layer = (options: Sandbox.Options = {}): Layer.Layer<Sandbox, SandboxError> =>
    Layer.scoped(this, overHttp(options))

  /** Options of the client for the tenant of `layerTest`: its `tenantUrl` and `apiToken`, and a pace that never waits. */
  static readonly inTests = inTests

  /**
   * A tenant in this process, without a socket. The layer also provides an `HttpClient` that reaches this tenant and its
   * storage, and nothing else. Each time the layer is built, there is a new tenant.
   *
   * @example
   * ```ts
   * const Test = Iru.layerHttpClient(Sandbox.inTests).pipe(Layer.provideMerge(Sandbox.layerTest()))
   *
   * effect("creates the script", () => Effect.provide(test, Test))
   * ```
   */
  static readonly layerTest = (
    options: Sandbox.TestOptions = {}
  ): Layer.Layer<Sandbox | HttpClient.HttpClient, SandboxError> => Layer.scopedContext(inThisProcess(options))

  /** The last 10,000 requests, the oldest first. */
  static readonly requests: Effect.Effect<ReadonlyArray<Sandbox.Request>, never, Sandbox> = Effect.flatMap(
    this,
    (sandbox) => sandbox.requests
  )

  /** Reads and changes its records. */
  static readonly state: Effect.Effect<Sandbox.State, never, Sandbox> = Effect.map(this, (sandbox) => sandbox.state)

  /** Adds records like those of a real tenant: the given count of each kind, made from a number. */
  static readonly seed = (
    counts?: SeedCounts,
    options?: { readonly seed?: number }
  ): Effect.Effect<void, never, Sandbox> => Effect.flatMap(this, (sandbox) => sandbox.seed(counts, options))

  /** Undoes all changes of records and storage since the tenant was seeded. */
  static readonly reset: Effect.Effect<void, never, Sandbox> = Effect.flatMap(this, (sandbox) => sandbox.reset)

  /** Reads and changes the rate limits. */
  static readonly limits: Effect.Effect<Sandbox.LimitsInForce, never, Sandbox> = Effect.map(
    this,
    (sandbox) => sandbox.limits
  )

  /** Applies a fault to the next requests that match it, until the scope closes. Fails with `InvalidFault`. */
  static readonly fault = (fault: Fault.Fault): Effect.Effect<void, SandboxError, Sandbox | Scope.Scope> =>
    Effect.flatMap(this, (sandbox) => sandbox.fault(fault))
}
