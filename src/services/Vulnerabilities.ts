/**
 * Vulnerabilities of the software on devices.
 *
 * @see `/api/v1/vulnerability-management`
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
import {
  Vulnerability,
  VulnerabilityDetails,
  VulnerabilityDetection,
  VulnerabilityDetectionFilters,
  VulnerabilityFilters,
  VulnerableDevice,
  VulnerableDeviceFilters,
  VulnerableSoftware,
  VulnerableSoftwareFilters
} from "../schemas/Vulnerability.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace Vulnerabilities {
  /** The functions that read vulnerabilities. */
  export interface Service {
    /**
     * Streams every vulnerability of the fleet, one for each CVE, in the server's order. It reads page by page, so
     * memory use is constant.
     *
     * @see `GET /api/v1/vulnerability-management/vulnerabilities`
     */
    readonly stream: (options?: VulnerabilityFilters & ListOptions) => Stream.Stream<Vulnerability, ApiClientError>
    /**
     * Reads `stream` to its end and returns all records.
     */
    readonly list: (
      options?: VulnerabilityFilters & ListOptions
    ) => Effect.Effect<PayloadList<Vulnerability>, ApiClientError>
    /**
     * Gets one vulnerability, by its CVE id (`"CVE-2024-24795"`).
     *
     * @see `GET /api/v1/vulnerability-management/vulnerabilities/{cve_id}`
     */
    readonly get: (cveId: string) => Effect.Effect<VulnerabilityDetails, ApiClientError>
    /**
     * Streams the devices that have a vulnerability.
     *
     * @see `GET /api/v1/vulnerability-management/vulnerabilities/{cve_id}/devices`
     */
    readonly devices: (
      cveId: string,
      options?: VulnerableDeviceFilters & ListOptions
    ) => Stream.Stream<VulnerableDevice, ApiClientError>
    /**
     * Streams the software that has a vulnerability.
     *
     * @see `GET /api/v1/vulnerability-management/vulnerabilities/{cve_id}/software`
     */
    readonly software: (
      cveId: string,
      options?: VulnerableSoftwareFilters & ListOptions
    ) => Stream.Stream<VulnerableSoftware, ApiClientError>
    /**
     * Streams every vulnerability of every device.
     *
     * @see `GET /api/v1/vulnerability-management/detections`
     */
    readonly detections: (
      options?: VulnerabilityDetectionFilters & ListOptions
    ) => Stream.Stream<VulnerabilityDetection, ApiClientError>
  }
}

const root = "/api/v1/vulnerability-management"
const one = `${root}/vulnerabilities/{cve_id}` as const

/** The operations of `Vulnerabilities`. */
export const operations = Operation.group("Vulnerabilities", {
  stream: {
    method: "GET",
    path: `${root}/vulnerabilities`,
    query: VulnerabilityFilters,
    pages: Pages.numbered(Vulnerability),
    kind: "read"
  },
  get: { method: "GET", path: one, answer: VulnerabilityDetails, kind: "read" },
  devices: {
    method: "GET",
    path: `${one}/devices`,
    query: VulnerableDeviceFilters,
    pages: Pages.numbered(VulnerableDevice),
    kind: "read"
  },
  software: {
    method: "GET",
    path: `${one}/software`,
    query: VulnerableSoftwareFilters,
    pages: Pages.numbered(VulnerableSoftware),
    kind: "read"
  },
  detections: {
    method: "GET",
    path: `${root}/detections`,
    query: VulnerabilityDetectionFilters,
    pages: Pages.cursor(VulnerabilityDetection, { size: "size" }),
    kind: "read"
  }
})

const make = Effect.map(ApiClient, (client) => client.functions(operations) satisfies Vulnerabilities.Service)

/** Vulnerabilities of the software on devices: `/api/v1/vulnerability-management`. */
export class Vulnerabilities extends Context.Tag("effect-iru/Vulnerabilities")<
  Vulnerabilities,
  Vulnerabilities.Service
>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<Vulnerabilities, never, ApiClient> = Layer.effect(this, make)
}
