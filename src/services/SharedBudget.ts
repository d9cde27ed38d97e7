/**
 * A request budget that several machines share. The service counts the requests of a tenant for all machines together,
 * but a session counts only the requests of its own process. If this service is provided, the session also asks it
 * before every request.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { PaceLimits } from "../session/pace.js"

export declare namespace SharedBudget {
  /** A budget of requests that several processes share. */
  export interface Service {
    /**
     * Takes one request from the tenant's budget. Returns `undefined` if the request may be sent, otherwise how long to
     * wait before asking again. Never fails: if the shared budget cannot be reached, only the session's own count
     * applies.
     */
    readonly take: (tenantUrl: string, limits: PaceLimits) => Effect.Effect<Duration.Duration | undefined>
  }
}

/**
 * A request budget that several machines share. Provide it to the layer of the session. `effect-iru/redis` has one.
 *
 * @example
 * Iru.layerConfig().pipe(Layer.provide(RedisBudget.layer({ host: "redis.internal" })))
 */
export class SharedBudget extends Context.Tag("effect-iru/SharedBudget")<SharedBudget, SharedBudget.Service>() {}
