/**
 * A tenant on this machine. The vendor has no sandbox: what is tried out there is tried out on real devices.
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
    /** Where its API is, without a trailing slash. */
    readonly tenantUrl: string
    /** A token that may do everything. */
    readonly apiToken: string
    /** Where installers go to and come from: another origin, as with the vendor. */
    readonly storageUrl: string
    /** The requests so far, in the order in which they came: the last 10,000. */
    readonly requests: Effect.Effect<ReadonlyArray<Request>>
    /** Requests from now on, each twice: as it comes, and again under the same `id` once its answer is ready. */
    readonly events: Stream.Stream<Request>
    /** Its records, to be read and put. */
    readonly state: State
    /**
     * Adds records that look like those of a tenant in use, built when they are asked for: a million need no memory.
     * Without counts the usual ones of a small company. The same `seed` (default 1) gives the same records and ids.
     */
    readonly seed: Server["seed"]
    /**
     * Undoes everything that was done to records and storage: only the seeds are left. Requests, faults and limits stay as
     * they are.
     */
    readonly reset: Effect.Effect<void>
    /**
     * The lists of the page.
     *
     * @internal
     */
    readonly lists: Server["lists"]
    /**
     * Makes the next requests that fit go wrong, until the scope closes. Of several rules that fit, the first counts. Fails
     * with `InvalidFault` if its answer is none that HTTP allows.
     */
    readonly fault: (fault: Fault.Fault) => Effect.Effect<void, SandboxError, Scope.Scope>
    /** The faults that will still hit something. */
    readonly faults: Effect.Effect<ReadonlyArray<ActiveFault>>
    /** How many requests it takes, and how many of them are left. */
    readonly limits: LimitsInForce
    /** What cannot be done through the API, only by hand in the vendor's web app. */
    readonly webApp: WebApp
    /** The bucket behind `storageUrl`, for S3 clients that sign their own forms and addresses. */
    readonly bucket: Server["bucket"]
  }

  /** How a tenant behaves. */
  export interface Options {
    /** The address to listen on; `0.0.0.0` for all of this machine's. Default `127.0.0.1`: nobody but this machine. */
    readonly host?: string | undefined
    /** The port of the API. Default 0: any that is free. */
    readonly port?: number | undefined
    /** The port of the storage. Default 0: any that is free. */
    readonly storagePort?: number | undefined
    /** 8-4-4-4-12 hex digits. Default: a new one for each tenant. */
    readonly apiToken?: string | undefined
    /** How long an app cannot be made of an uploaded installer: the time in which the service answers 503. Default 0. */
    readonly processing?: Duration.DurationInput | undefined
    /** The most records on a page. Default 300, as with the vendor. */
    readonly pageSize?: number | undefined
    /** How long a `file_url` holds, in whole seconds. Default 15 minutes. */
    readonly fileUrlTtl?: Duration.DurationInput | undefined
    /** How long a place for an installer holds. Default 24 hours. */
    readonly uploadTtl?: Duration.DurationInput | undefined
    /** The most bytes that an installer may have. Default 5 GiB. */
    readonly largestInstaller?: number | undefined
    /** The names of the Self Service categories. Default Apps, Productivity, Utilities and Security. */
    readonly categories?: ReadonlyArray<string> | undefined
    /** How long every request lies before anything is done with it. Default: not at all. */
    readonly latency?: Duration.DurationInput | undefined
    /**
     * How many requests are taken: `true` for what the service takes (50 a second, 10,000 an hour), or numbers of your
     * own. Beyond them comes Kong's 429. Default `false`: any number, and no `RateLimit-*` headers.
     */
    readonly limits?: Limits | undefined
    /**
     * A folder that keeps records and installers: the tenant goes on where it stopped, with the same token, and what was
     * answered is never lost. It is made where there is none. Default: memory, and a temporary folder for installers.
     */
    readonly data?: string | undefined
    /**
     * Records to start with: the usual ones, made from a number, or so many of each kind. The same number gives the same
     * records with the same ids. Passed over where `data` already holds a tenant.
     */
    readonly seed?: number | Seed | undefined
    /**
     * Extra routes on the API's port: `undefined` for a request passes it on to the tenant. These requests
     * are not part of the API: they are not recorded, no fault hits them and no limit counts them.
     */
    readonly routes?: ((sandbox: Service) => (incoming: Incoming) => Effect.Effect<Answer> | undefined) | undefined
  }

  /** How a tenant in this process behaves. */
  export interface TestOptions extends Omit<Options, "apiToken" | "data" | "host" | "port" | "routes"> {}

  /** How many records of each kind (default none), and the number that they are made from (default 1). */
  export interface Seed extends SeedCounts {
    readonly seed?: number
  }

  /** A request that the sandbox was sent, without a secret in it. */
  export type Request = requestLog.RequestRecord
  /** The records of a tenant, to be read and put. */
  export type State = resources.State
  /** A tenant at a glance. */
  export type Snapshot = resources.Snapshot
  /** A fault, and how many requests it will still hit. */
  export type ActiveFault = faults.ActiveFault
  /** The limits of the service, others, or none. */
  export type Limits = limits.LimitsOption
  /** The limits, and how much of them is left. */
  export type Quota = limits.Quota
  /** The limits in force, to be read and set. */
  export type LimitsInForce = Pick<limits.Limiter, "quota" | "set">
  /** A request as it arrives. */
  export type Incoming = exchange.Incoming
  /** What is sent back. */
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

/** The storage under the name by which its caller calls the API: who listens everywhere has no name of its own. */
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

/** Where the tenant of `layerTest` is: an address that only its own `HttpClient` knows. */
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

/** A tenant on this machine: the endpoints, the rules and the storage of the service. */
export class Sandbox extends Context.Tag("effect-iru/Sandbox")<Sandbox, Sandbox.Service>() {
  /**
   * A tenant over HTTP that lives as long as the scope. It starts empty, keeps its records in memory and installers in a
   * temporary folder, and reads the time from Effect's clock.
   */
  static readonly serve = (options: Sandbox.Options = {}): Effect.Effect<Sandbox.Service, SandboxError, Scope.Scope> =>
    overHttp(options)

  /** `serve` as a layer. */
  static readonly layer = (options: Sandbox.Options = {}): Layer.Layer<Sandbox, SandboxError> =>
    Layer.scoped(this, overHttp(options))

  /** `tenantUrl` and `apiToken` of the tenant of `layerTest`, for the client's options, and a pace that never waits. */
  static readonly inTests = inTests

  /**
   * A tenant in this process, without a socket, and the `HttpClient` that leads to it and to its storage, and nowhere
   * else. Each layer that is built has a state of its own.
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

  /** The requests so far, in order. */
  static readonly requests: Effect.Effect<ReadonlyArray<Sandbox.Request>, never, Sandbox> = Effect.flatMap(
    this,
    (sandbox) => sandbox.requests
  )

  /** Its records, to be read and put. */
  static readonly state: Effect.Effect<Sandbox.State, never, Sandbox> = Effect.map(this, (sandbox) => sandbox.state)

  /** Adds records that look like those of a tenant in use: so many of each kind, made from a number. */
  static readonly seed = (
    counts?: SeedCounts,
    options?: { readonly seed?: number }
  ): Effect.Effect<void, never, Sandbox> => Effect.flatMap(this, (sandbox) => sandbox.seed(counts, options))

  /** Undoes everything that was done to records and storage: only the seeds are left. */
  static readonly reset: Effect.Effect<void, never, Sandbox> = Effect.flatMap(this, (sandbox) => sandbox.reset)

  /** How many requests it takes, and how many of them are left; to be set too. */
  static readonly limits: Effect.Effect<Sandbox.LimitsInForce, never, Sandbox> = Effect.map(
    this,
    (sandbox) => sandbox.limits
  )

  /** Makes the next requests that fit go wrong, until the scope closes. Fails with `InvalidFault`. */
  static readonly fault = (fault: Fault.Fault): Effect.Effect<void, SandboxError, Sandbox | Scope.Scope> =>
    Effect.flatMap(this, (sandbox) => sandbox.fault(fault))
}
