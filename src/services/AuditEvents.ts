/**
 * The audit log of a tenant: who changed what, and who read a secret.
 *
 * @see `/api/v1/audit/events`
 */
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import { AuditEvent, AuditEventFilters, type AuditPosition } from "../schemas/AuditEvent.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { locatedStream } from "../session/located.js"
import { ApiClient } from "./ApiClient.js"
import { following } from "./following.js"

export declare namespace AuditEvents {
  /** How the log is followed. */
  export interface FollowOptions {
    /** Where to begin: at a time, or after a position. Default: now. */
    readonly from?: Date | AuditPosition | undefined
    /** How often the log is read. Default every 30 seconds. */
    readonly every?: Duration.DurationInput | undefined
    /** How late an event may come into the log and still be given. Default 10 minutes. */
    readonly lateness?: Duration.DurationInput | undefined
  }

  /** An event, and the position of those who have handled it and all before it. */
  export interface Followed {
    readonly event: AuditEvent
    /** Keep it once the event is handled: `follow({ from: position })` goes on after it. */
    readonly position: AuditPosition
  }

  /** What can be read in the log. */
  export interface Service {
    /**
     * Every event, page by page. Reads on demand, in constant memory.
     *
     * @see `GET /api/v1/audit/events`
     */
    readonly stream: (options?: AuditEventFilters & ListOptions) => Stream.Stream<AuditEvent, ApiClientError>
    /** `stream`, collected. */
    readonly list: (options?: AuditEventFilters & ListOptions) => Effect.Effect<PayloadList<AuditEvent>, ApiClientError>
    /**
     * Events as they come, without an end. Each comes once, also after a restart from the `position` of the last one that
     * was handled. Events that come into the log late are given too, if they are not later than `lateness`: so the order
     * is that of their arrival.
     *
     * @example
     * Stream.runForEach(events.follow(), ({ event, position }) => Effect.zipRight(send(event), keep(position)))
     *
     * @see `GET /api/v1/audit/events`
     */
    readonly follow: (options?: FollowOptions) => Stream.Stream<Followed, ApiClientError>
  }
}

/** The operations of `AuditEvents`. */
export const operations = Operation.group("AuditEvents", {
  stream: {
    method: "GET",
    path: "/api/v1/audit/events",
    query: AuditEventFilters,
    pages: Pages.cursor(AuditEvent),
    kind: "read"
  }
})

const make = Effect.map(ApiClient, (client) => {
  const { list, stream } = client.functions(operations)
  return {
    list,
    stream,
    follow: locatedStream((options = {}) =>
      following((start_date) => stream({ start_date, sort_by: "occurred_at" }), options)
    )
  } satisfies AuditEvents.Service
})

/** The audit log of a tenant: `/api/v1/audit/events`. */
export class AuditEvents extends Context.Tag("effect-iru/AuditEvents")<AuditEvents, AuditEvents.Service>() {
  /** Over the session at hand. */
  static readonly layer: Layer.Layer<AuditEvents, never, ApiClient> = Layer.effect(this, make)
}
