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
  /** Options for following the log. */
  export interface FollowOptions {
    /** Where to start: at a time, or after a position. Default: now. */
    readonly from?: Date | AuditPosition | undefined
    /** How often the log is read. Default every 30 seconds. */
    readonly every?: Duration.DurationInput | undefined
    /** How late an event may appear in the log and still be returned. Default 10 minutes. */
    readonly lateness?: Duration.DurationInput | undefined
  }

  /** An event, and the position after it. */
  export interface Followed {
    readonly event: AuditEvent
    /** Save it after you have handled the event: `follow({ from: position })` continues after this event. */
    readonly position: AuditPosition
  }

  /** The functions that read the log. */
  export interface Service {
    /**
     * Streams every event. It reads page by page, so memory use is constant.
     *
     * @see `GET /api/v1/audit/events`
     */
    readonly stream: (options?: AuditEventFilters & ListOptions) => Stream.Stream<AuditEvent, ApiClientError>
    /** Reads `stream` to its end and returns all records. */
    readonly list: (options?: AuditEventFilters & ListOptions) => Effect.Effect<PayloadList<AuditEvent>, ApiClientError>
    /**
     * Streams events as they appear in the log, and never ends. Each event is returned once, also if you restart
     * from the `position` of the last event that you handled. An event that appears late in the log is also returned,
     * if its delay is at most `lateness`. So events come in the order in which they appear in the log.
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
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<AuditEvents, never, ApiClient> = Layer.effect(this, make)
}
