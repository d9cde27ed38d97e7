/**
 * All services of one tenant as one layer, which share one session. The layer needs a platform (`Platform`): on Node,
 * use `Iru` of `effect-iru/node`, which includes it.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { withNeeds } from "../session/guard.js"
import { ApiClient } from "./ApiClient.js"
import { ApiConfig, unwrapOptions } from "./ApiConfig.js"
import { AdeDevices } from "./AdeDevices.js"
import { AdeIntegrations } from "./AdeIntegrations.js"
import { AuditEvents } from "./AuditEvents.js"
import { BlueprintRouting } from "./BlueprintRouting.js"
import { Blueprints } from "./Blueprints.js"
import { CustomApps } from "./CustomApps.js"
import { CustomProfiles } from "./CustomProfiles.js"
import { CustomScripts } from "./CustomScripts.js"
import { DeviceActions } from "./DeviceActions.js"
import { DeviceNotes } from "./DeviceNotes.js"
import { DeviceSecrets } from "./DeviceSecrets.js"
import { Devices } from "./Devices.js"
import { InHouseApps } from "./InHouseApps.js"
import { LibraryItems } from "./LibraryItems.js"
import { LostMode } from "./LostMode.js"
import { Prism } from "./Prism.js"
import { SelfServiceCategories } from "./SelfServiceCategories.js"
import { Settings } from "./Settings.js"
import { Tags } from "./Tags.js"
import { Threats } from "./Threats.js"
import { Users } from "./Users.js"
import { Vulnerabilities } from "./Vulnerabilities.js"
import type { InstallerTransfer } from "./InstallerTransfer.js"

/** All services of a tenant. */
export type Services =
  | ApiClient
  | AdeDevices
  | AdeIntegrations
  | AuditEvents
  | BlueprintRouting
  | Blueprints
  | CustomApps
  | CustomProfiles
  | CustomScripts
  | DeviceActions
  | DeviceNotes
  | DeviceSecrets
  | Devices
  | InHouseApps
  | LibraryItems
  | LostMode
  | Prism
  | SelfServiceCategories
  | Settings
  | Tags
  | Threats
  | Users
  | Vulnerabilities

/** The services that a platform provides: HTTP, files, and transfers of installers. */
export type Platform = HttpClient.HttpClient | FileSystem.FileSystem | InstallerTransfer

/** The tenant, its token, and the options of the session. */
export interface Options<out R = never> extends ApiConfig.Options, ApiClient.Options<R> {}

/**
 * The options, each read from `Config`. Tenant and token have default variables; other options that you leave out have
 * their default values.
 */
export type FromConfig = Config.Config.Wrap<Partial<Options>>

/** All services of one tenant. `R` stands for the services that its guard needs. */
export const layer = <R = never>(options: Options<R>): Layer.Layer<Services, ConfigError.ConfigError, Platform | R> =>
  Layer.unwrapEffect(
    Effect.map(withNeeds<R, Options<R>>(options), (options) => session(ApiConfig.layer(options), options))
  )

/**
 * All services of one tenant, with options from `Config`. Default: the tenant from `IRU_TENANT_URL` and the token from
 * `IRU_API_TOKEN`.
 *
 * @example
 * IruServices.layerConfig({ tenantUrl: Config.string("PROD_URL"), apiToken: Config.redacted("PROD_TOKEN") })
 */
export const layerConfig = (config: FromConfig = {}): Layer.Layer<Services, ConfigError.ConfigError, Platform> =>
  Layer.unwrapEffect(
    Effect.map(unwrapOptions<Options>(config), (options) => session(ApiConfig.layerConfig(config), options))
  )

/**
 * Makes a new layer on each call, so that two tenants in one program never share a session. (Effect builds the same
 * layer value only once.)
 */
const session = (
  config: Layer.Layer<ApiConfig, ConfigError.ConfigError>,
  options: ApiClient.Options
): Layer.Layer<Services, ConfigError.ConfigError, Platform> =>
  Layer.mergeAll(
    AdeDevices.layer,
    AdeIntegrations.layer,
    AuditEvents.layer,
    BlueprintRouting.layer,
    Blueprints.layer,
    CustomApps.layer,
    CustomProfiles.layer,
    CustomScripts.layer,
    DeviceActions.layer,
    DeviceNotes.layer,
    DeviceSecrets.layer,
    Devices.layer,
    InHouseApps.layer,
    LibraryItems.layer,
    LostMode.layer,
    Prism.layer,
    SelfServiceCategories.layer,
    Settings.layer,
    Tags.layer,
    Threats.layer,
    Users.layer,
    Vulnerabilities.layer
  ).pipe(Layer.fresh, Layer.provideMerge(ApiClient.layer(options)), Layer.provide(config))
