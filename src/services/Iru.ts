/**
 * Every resource of one tenant, over one session, as one layer.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as ConfigError from "effect/ConfigError"
import * as Layer from "effect/Layer"
import { ApiClient } from "./ApiClient.js"
import { ApiConfig } from "./ApiConfig.js"
import { Blueprints } from "./Blueprints.js"
import { CustomApps } from "./CustomApps.js"
import { CustomProfiles } from "./CustomProfiles.js"
import { CustomScripts } from "./CustomScripts.js"
import type { InstallerTransfer } from "./InstallerTransfer.js"
import { SelfServiceCategories } from "./SelfServiceCategories.js"

/** Everything that a tenant offers. */
export type Services = ApiClient | Blueprints | CustomApps | CustomProfiles | CustomScripts | SelfServiceCategories

/** What a platform provides: HTTP, files, and transfers of installers. */
export type Platform = HttpClient.HttpClient | FileSystem.FileSystem | InstallerTransfer

/** The tenant, its token, and how the session behaves. */
export interface Options extends ApiConfig.Options, ApiClient.Options {}

/** How the session behaves, where tenant and token come from `Config`. */
export interface ConfigOptions extends ApiConfig.LoopbackOption, ApiClient.Options {}

/** One tenant. On Node, `effect-iru/node` has the same with everything provided. */
export const layer = (options: Options): Layer.Layer<Services, ConfigError.ConfigError, Platform> =>
  session(ApiConfig.layer(options), options)

/** One tenant, from `IRU_TENANT_URL` and `IRU_API_TOKEN`. On Node, `effect-iru/node` has it with everything provided. */
export const layerConfig = (options?: ConfigOptions): Layer.Layer<Services, ConfigError.ConfigError, Platform> =>
  session(ApiConfig.layerConfig(options), options)

/** Layers are shared by reference. Each call makes its own, so two tenants in one program never share a session. */
const session = (
  config: Layer.Layer<ApiConfig, ConfigError.ConfigError>,
  options: ApiClient.Options | undefined
): Layer.Layer<Services, ConfigError.ConfigError, Platform> =>
  Layer.mergeAll(
    Layer.fresh(Blueprints.layer),
    Layer.fresh(CustomApps.layer),
    Layer.fresh(CustomProfiles.layer),
    Layer.fresh(CustomScripts.layer),
    Layer.fresh(SelfServiceCategories.layer)
  ).pipe(Layer.provideMerge(ApiClient.layer(options)), Layer.provide(config))
