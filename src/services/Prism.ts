/**
 * Prism: the data that all devices of a fleet report, by category.
 *
 * @see `/api/v1/prism`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { ApiClientError } from "../errors/ApiClientError.js"
import type { PayloadError } from "../errors/PayloadIntegrityError.js"
import { PayloadTransferError } from "../errors/PayloadTransferError.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import {
  PrismActivationLock,
  PrismApp,
  PrismApplicationFirewall,
  type PrismCategory,
  PrismCellular,
  PrismCertificate,
  PrismCount,
  PrismCountOf,
  PrismDesktopAndScreensaver,
  PrismDeviceInformation,
  PrismExport,
  type PrismExportCategory,
  PrismFileVault,
  PrismFilters,
  PrismGatekeeperAndXprotect,
  PrismInstalledProfile,
  PrismKernelExtension,
  PrismLaunchItem,
  PrismLocalUser,
  PrismStartupSettings,
  PrismSystemExtension,
  PrismTransparencyEntry,
  StartPrismExport
} from "../schemas/prism/index.js"
import { composed } from "../session/functions.js"
import { locatedStream } from "../session/located.js"
import { ApiClient } from "./ApiClient.js"
import { InstallerTransfer } from "./InstallerTransfer.js"

export declare namespace Prism {
  /** Which rows to export, and how to wait for the export. */
  export interface ExportOptions extends Omit<StartPrismExport, "category"> {
    /** When to read the status. Default: at once, then after 1, 2, 4, 8, 15, 15 … seconds, 30 minutes in all. */
    readonly polling?: Schedule.Schedule<unknown> | undefined
  }

  /** The functions that read the data of the fleet. */
  export interface Service {
    /**
     * Streams the state of activation lock: one row for each device.
     *
     * @see `GET /api/v1/prism/activation_lock`
     */
    readonly activationLock: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismActivationLock, ApiClientError>
    /**
     * Streams the settings of the firewall: one row for each Mac.
     *
     * @see `GET /api/v1/prism/application_firewall`
     */
    readonly applicationFirewall: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismApplicationFirewall, ApiClientError>
    /**
     * Streams apps: one row for each app of each device.
     *
     * @see `GET /api/v1/prism/apps`
     */
    readonly apps: (options?: PrismFilters & ListOptions) => Stream.Stream<PrismApp, ApiClientError>
    /**
     * Streams data on cellular modems: one row for each device.
     *
     * @see `GET /api/v1/prism/cellular`
     */
    readonly cellular: (options?: PrismFilters & ListOptions) => Stream.Stream<PrismCellular, ApiClientError>
    /**
     * Streams certificates: one row for each certificate of each device.
     *
     * @see `GET /api/v1/prism/certificates`
     */
    readonly certificates: (options?: PrismFilters & ListOptions) => Stream.Stream<PrismCertificate, ApiClientError>
    /**
     * Streams the settings of desktop and screen saver: one row for each Mac.
     *
     * @see `GET /api/v1/prism/desktop_and_screensaver`
     */
    readonly desktopAndScreensaver: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismDesktopAndScreensaver, ApiClientError>
    /**
     * Streams general information on devices: one row for each device.
     *
     * @see `GET /api/v1/prism/device_information`
     */
    readonly deviceInformation: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismDeviceInformation, ApiClientError>
    /**
     * Streams the state of FileVault: one row for each Mac.
     *
     * @see `GET /api/v1/prism/filevault`
     */
    readonly fileVault: (options?: PrismFilters & ListOptions) => Stream.Stream<PrismFileVault, ApiClientError>
    /**
     * Streams the settings of Gatekeeper and XProtect: one row for each Mac.
     *
     * @see `GET /api/v1/prism/gatekeeper_and_xprotect`
     */
    readonly gatekeeperAndXprotect: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismGatekeeperAndXprotect, ApiClientError>
    /**
     * Streams profiles: one row for each profile of each device.
     *
     * @see `GET /api/v1/prism/installed_profiles`
     */
    readonly installedProfiles: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismInstalledProfile, ApiClientError>
    /**
     * Streams kernel extensions: one row for each extension of each Mac.
     *
     * @see `GET /api/v1/prism/kernel_extensions`
     */
    readonly kernelExtensions: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismKernelExtension, ApiClientError>
    /**
     * Streams launch agents and daemons: one row for each item of each Mac.
     *
     * @see `GET /api/v1/prism/launch_agents_and_daemons`
     */
    readonly launchAgentsAndDaemons: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismLaunchItem, ApiClientError>
    /**
     * Streams local users: one row for each user of each Mac.
     *
     * @see `GET /api/v1/prism/local_users`
     */
    readonly localUsers: (options?: PrismFilters & ListOptions) => Stream.Stream<PrismLocalUser, ApiClientError>
    /**
     * Streams the settings of startup security: one row for each Mac.
     *
     * @see `GET /api/v1/prism/startup_settings`
     */
    readonly startupSettings: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismStartupSettings, ApiClientError>
    /**
     * Streams system extensions: one row for each extension of each Mac.
     *
     * @see `GET /api/v1/prism/system_extensions`
     */
    readonly systemExtensions: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismSystemExtension, ApiClientError>
    /**
     * Streams privacy permissions (TCC): one row for each entry of each Mac.
     *
     * @see `GET /api/v1/prism/transparency_database`
     */
    readonly transparencyDatabase: (
      options?: PrismFilters & ListOptions
    ) => Stream.Stream<PrismTransparencyEntry, ApiClientError>
    /**
     * Counts the rows of a category.
     *
     * @see `GET /api/v1/prism/count`
     */
    readonly count: (of: PrismCountOf) => Effect.Effect<PrismCount, ApiClientError>
    /**
     * Starts an export of a category to CSV and returns at once. `export` also waits for the file.
     *
     * @see `POST /api/v1/prism/export`
     */
    readonly startExport: (rows: StartPrismExport) => Effect.Effect<PrismExport, ApiClientError>
    /**
     * Gets the status of an export.
     *
     * @see `GET /api/v1/prism/export/{export_id}`
     */
    readonly getExport: (id: string) => Effect.Effect<PrismExport, ApiClientError>
    /**
     * Exports a category to CSV and waits until the file is ready for `download`. Fails with `BadRequest` and the
     * service's reason if the export fails, and with `Timeout` if the schedule ends before the export.
     *
     * @see `POST /api/v1/prism/export`
     */
    readonly export: (
      category: PrismExportCategory,
      options?: ExportOptions
    ) => Effect.Effect<PrismExport, ApiClientError>
    /**
     * Streams the CSV of a finished export from storage. The API token is not sent. If the address of the file has
     * expired, a new one is requested.
     *
     * @see `GET /api/v1/prism/export/{export_id}`
     */
    readonly download: (job: PrismExport) => Stream.Stream<Uint8Array, ApiClientError | PayloadError>
  }
}

const root = "/api/v1/prism"

const category = <const Name extends PrismCategory, A, I>(name: Name, row: Schema.Schema<A, I>) =>
  ({ method: "GET", path: `${root}/${name}`, query: PrismFilters, pages: Pages.prism(row), kind: "read" }) as const

/** The operations of `Prism`. */
export const operations = Operation.group("Prism", {
  activationLock: category("activation_lock", PrismActivationLock),
  applicationFirewall: category("application_firewall", PrismApplicationFirewall),
  apps: category("apps", PrismApp),
  cellular: category("cellular", PrismCellular),
  certificates: category("certificates", PrismCertificate),
  desktopAndScreensaver: category("desktop_and_screensaver", PrismDesktopAndScreensaver),
  deviceInformation: category("device_information", PrismDeviceInformation),
  fileVault: category("filevault", PrismFileVault),
  gatekeeperAndXprotect: category("gatekeeper_and_xprotect", PrismGatekeeperAndXprotect),
  installedProfiles: category("installed_profiles", PrismInstalledProfile),
  kernelExtensions: category("kernel_extensions", PrismKernelExtension),
  launchAgentsAndDaemons: category("launch_agents_and_daemons", PrismLaunchItem),
  localUsers: category("local_users", PrismLocalUser),
  startupSettings: category("startup_settings", PrismStartupSettings),
  systemExtensions: category("system_extensions", PrismSystemExtension),
  transparencyDatabase: category("transparency_database", PrismTransparencyEntry),
  count: { method: "GET", path: `${root}/count`, query: PrismCountOf, answer: PrismCount, kind: "read" },
  startExport: { method: "POST", path: `${root}/export`, json: StartPrismExport, answer: PrismExport, kind: "read" },
  getExport: { method: "GET", path: `${root}/export/{export_id}`, answer: PrismExport, kind: "read" }
})

/** An export that has an `error_msg` has failed, even if its status is still `pending`. */
const isUnderWay = ({ error_msg, status }: PrismExport): boolean => status === "pending" && error_msg === null

/** 1, 2, 4, 8, 15, 15 … seconds, 30 minutes in all. */
const defaultPolling: Schedule.Schedule<unknown> = Schedule.exponential("1 second").pipe(
  Schedule.union(Schedule.spaced("15 seconds")),
  Schedule.upTo("30 minutes")
)

const make = Effect.gen(function* () {
  const client = yield* ApiClient
  const transfer = yield* InstallerTransfer
  const { getExport, startExport, ...functions } = client.functions(operations)
  const operation = "Prism.export"

  const finished = (job: PrismExport): Effect.Effect<PrismExport, ApiClientError> => {
    if (job.status === "success") return Effect.succeed(job)
    const detail = job.error_msg ?? `The export has the status "${job.status}".`
    return Effect.fail(
      isUnderWay(job)
        ? new ApiClientError({ reason: "Timeout", operation, detail: `Export ${job.id} is still pending.` })
        : new ApiClientError({ reason: "BadRequest", operation, detail })
    )
  }

  return {
    ...functions,
    getExport,
    startExport,
    export: composed(operation, (category, { polling = defaultPolling, ...rows } = {}) =>
      Effect.flatMap(startExport({ ...rows, category }), (job) =>
        Effect.repeat(getExport(job.id), {
          while: isUnderWay,
          schedule: Schedule.zipRight(polling, Schedule.identity<PrismExport>())
        })
      ).pipe(Effect.flatMap(finished))
    ),
    download: locatedStream(({ category, id, signed_url }) => {
      const name = `${category}.csv`
      const missing = new PayloadTransferError({
        reason: "Source",
        direction: "download",
        name,
        detail: `export ${id} has no file`
      })
      let next = signed_url
      return transfer.stream(
        Effect.suspend(() => {
          const given = next
          next = undefined
          return given === undefined ? Effect.map(getExport(id), ({ signed_url }) => signed_url) : Effect.succeed(given)
        }).pipe(Effect.flatMap((url) => (url === undefined ? Effect.fail(missing) : Effect.succeed({ url, name }))))
      )
    })
  } satisfies Prism.Service
})

/** Prism: the data that all devices of a fleet report, by category: `/api/v1/prism`. */
export class Prism extends Context.Tag("effect-iru/Prism")<Prism, Prism.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<Prism, never, ApiClient | InstallerTransfer> = Layer.effect(this, make)
}
