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
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { randomUUID } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { defaultCategories } from "./api/selfService.js"
import type * as faults from "./internal/faults.js"
import { serve } from "./internal/loopback.js"
import type * as requestLog from "./internal/requestLog.js"
import { makeTenant, type Tenant, type WebApp } from "./internal/tenant.js"
import { SandboxError } from "./SandboxError.js"

export declare namespace Sandbox {
  /** A running tenant. */
  export interface Service {
    /** Where its API is: `http://127.0.0.1:<port>`, without a trailing slash. */
    readonly tenantUrl: string
    /** A token that may do everything. */
    readonly apiToken: string
    /** Where installers go to and come from: another origin, as with the vendor. */
    readonly storageUrl: string
    /** The requests so far, in the order in which they came: the last 10,000. */
    readonly requests: Effect.Effect<ReadonlyArray<Request>>
    /** Makes the next requests that fit go wrong, until the scope closes. Of several rules that fit, the first counts. */
    readonly fault: (fault: Fault) => Effect.Effect<void, never, Scope.Scope>
    /** What cannot be done through the API, only by hand in the vendor's web app. */
    readonly webApp: WebApp
  }

  /** How a tenant behaves. */
  export interface Options {
    /** The port of the API. Default 0: any that is free. */
    readonly port?: number | undefined
    /** Default: a new one for each tenant. */
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
  }

  /** A request that the sandbox was sent, without a secret in it. */
  export type Request = requestLog.RequestRecord

  /** What goes wrong, and for which requests. */
  export type Fault = faults.Fault
}

/** A folder that is there until the scope closes. */
const temporaryFolder: Effect.Effect<string, SandboxError, Scope.Scope> = Effect.acquireRelease(
  Effect.tryPromise({
    try: () => mkdtemp(join(tmpdir(), "effect-iru-sandbox-")),
    catch: (cause) =>
      new SandboxError({ reason: "Folder", detail: `Cannot make a folder for installers in ${tmpdir()}`, cause })
  }),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
)

const millis = (duration: Duration.DurationInput): number => Duration.toMillis(duration)

const make = (options: Sandbox.Options): Effect.Effect<Sandbox.Service, SandboxError, Scope.Scope> =>
  Effect.gen(function* () {
    const apiToken = options.apiToken ?? randomUUID()
    const folder = yield* temporaryFolder
    const ready = yield* Deferred.make<Tenant>()
    const storageUrl = yield* serve(0, (incoming) =>
      Effect.flatMap(Deferred.await(ready), (tenant) => tenant.storage(incoming))
    )
    const tenant = makeTenant({
      apiToken,
      categories: options.categories ?? defaultCategories,
      pageSize: options.pageSize ?? 300,
      processing: millis(options.processing ?? 0),
      uploadTtl: millis(options.uploadTtl ?? "24 hours"),
      fileUrlTtl: millis(options.fileUrlTtl ?? "15 minutes"),
      largestInstaller: options.largestInstaller ?? 5 * 1024 ** 3,
      folder,
      storageOrigin: storageUrl
    })
    yield* Deferred.succeed(ready, tenant)
    const tenantUrl = yield* serve(options.port ?? 0, tenant.api)
    const { fault, requests, webApp } = tenant
    return { tenantUrl, apiToken, storageUrl, requests, fault, webApp }
  })

/** A tenant on this machine: the endpoints, the rules and the storage of the service, over HTTP on the loopback address. */
export class Sandbox extends Context.Tag("effect-iru/Sandbox")<Sandbox, Sandbox.Service>() {
  /**
   * A tenant that lives as long as the scope. It starts empty, keeps its records in memory and installers in a temporary
   * folder, and reads the time from Effect's clock.
   */
  static readonly layer = (options: Sandbox.Options = {}): Layer.Layer<Sandbox, SandboxError> =>
    Layer.scoped(this, make(options))

  /** The requests so far, in order. */
  static readonly requests: Effect.Effect<ReadonlyArray<Sandbox.Request>, never, Sandbox> = Effect.flatMap(
    this,
    (sandbox) => sandbox.requests
  )

  /** Makes the next requests that fit go wrong, until the scope closes. */
  static readonly fault = (fault: Sandbox.Fault): Effect.Effect<void, never, Sandbox | Scope.Scope> =>
    Effect.flatMap(this, (sandbox) => sandbox.fault(fault))
}
