/**
 * A tenant's requests are counted for all machines together. A session counts what its own process sends; where this
 * service is provided beside it, the session asks it too before every request.
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { PaceLimits } from "../session/pace.js"

export declare namespace SharedBudget {
  /** A budget of requests that several processes share. */
  export interface Service {
    /**
     * Takes one request out of the tenant's budget. Gives `undefined` where there was one, or how long to wait before
     * asking again. Never fails: where the others cannot be asked, the session's own count has to do.
     */
    readonly take: (tenantUrl: string, limits: PaceLimits) => Effect.Effect<Duration.Duration | undefined>
  }
}

/**
 * The budget that several machines share. Provide it to the layer of the session; `effect-iru/redis` has one.
 *
 * @example
 * Iru.layerConfig().pipe(Layer.provide(RedisBudget.layer({ host: "redis.internal" })))
 */
export class SharedBudget extends Context.Tag("effect-iru/SharedBudget")<SharedBudget, SharedBudget.Service>() {}
