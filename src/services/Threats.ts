/**
 * Threats and behavioral detections of Endpoint Detection and Response.
 *
 * @see `/api/v2/threat`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { BehavioralDetection, LegacyDetection, LegacyThreat, Threat } from "../schemas/Threat.js"
import {
  BehavioralDetectionFilters,
  LegacyDetectionFilters,
  LegacyThreatFilters,
  ThreatFilters
} from "../schemas/ThreatFilters.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace Threats {
  /** The functions that read threats. */
  export interface Service {
    /**
     * Streams the threats that have one of the given statuses. The vendor documents no answer of this operation. The
     * schema is taken from another client, and was not checked against a real answer.
     *
     * @see `GET /api/v2/threat/threat-details`
     */
    readonly stream: (options: ThreatFilters & ListOptions) => Stream.Stream<Threat, ApiClientError>
    /**
     * Reads `stream` to its end and returns all records.
     */
    readonly list: (options: ThreatFilters & ListOptions) => Effect.Effect<PayloadList<Threat>, ApiClientError>
    /**
     * Streams the behavioral detections on a device. The vendor documents no answer of this operation, so the records
     * are returned unchanged.
     *
     * @see `GET /api/v2/threat/behavioral-detections/events`
     */
    readonly behavioralDetections: (
      options: BehavioralDetectionFilters & ListOptions
    ) => Stream.Stream<BehavioralDetection, ApiClientError>
    /**
     * Streams threats from version 1 of the API. The vendor has deprecated it: use `stream`.
     *
     * @see `GET /api/v1/threat-details`
     */
    readonly legacyThreats: (options?: LegacyThreatFilters & ListOptions) => Stream.Stream<LegacyThreat, ApiClientError>
    /**
     * Streams behavioral detections from version 1 of the API. The vendor has deprecated it: use
     * `behavioralDetections`.
     *
     * @see `GET /api/v1/behavioral-detections`
     */
    readonly legacyDetections: (
      options?: LegacyDetectionFilters & ListOptions
    ) => Stream.Stream<LegacyDetection, ApiClientError>
  }
}

const root = "/api/v2/threat"

/** The operations of `Threats`. */
export const operations = Operation.group("Threats", {
  stream: {
    method: "GET",
    path: `${root}/threat-details`,
    query: ThreatFilters,
    pages: Pages.offset(Threat, { max: 1000 }),
    kind: "read"
  },
  behavioralDetections: {
    method: "GET",
    path: `${root}/behavioral-detections/events`,
    query: BehavioralDetectionFilters,
    pages: Pages.offset(BehavioralDetection, { max: 1000 }),
    kind: "read"
  },
  legacyThreats: {
    method: "GET",
    path: "/api/v1/threat-details",
    query: LegacyThreatFilters,
    pages: Pages.counted(LegacyThreat),
    kind: "read"
  },
  legacyDetections: {
    method: "GET",
    path: "/api/v1/behavioral-detections",
    query: LegacyDetectionFilters,
    pages: Pages.counted(LegacyDetection),
    kind: "read"
  }
})

const make = Effect.map(ApiClient, (client) => client.functions(operations) satisfies Threats.Service)

/** Threats and behavioral detections of Endpoint Detection and Response: `/api/v2/threat`. */
export class Threats extends Context.Tag("effect-iru/Threats")<Threats, Threats.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<Threats, never, ApiClient> = Layer.effect(this, make)
}
