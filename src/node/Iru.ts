/**
 * Layers with the services of one tenant, for Node.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import type * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ApiClient } from "../services/ApiClient.js"
import { withNeeds } from "../session/guard.js"
import { unwrapOptions } from "../services/ApiConfig.js"
import type { InstallerTransfer } from "../services/InstallerTransfer.js"
import * as Core from "../services/IruServices.js"
import { connections } from "./connections.js"
import * as NodeInstallerTransfer from "./NodeInstallerTransfer.js"
import type * as NodeTransport from "./NodeTransport.js"
import { type Proxies, readProxies } from "./proxies.js"

/** The options for transfers of installers. */
export interface TransferOption {
  /** When a transfer counts as broken, how often it is retried, and how many connections it uses. */
  readonly transfer?: NodeInstallerTransfer.Options | undefined
}

interface OnNode extends NodeTransport.Options, TransferOption {}

/** The tenant, its token, and the options of the session, of its connections and of transfers. */
export interface Options<out R = never> extends Core.Options<R>, OnNode {}

/**
 * Any of the options, each read from `Config`. The tenant and the token have default variable names. Other options that
 * you leave out have their default values.
 */
export type FromConfig = Config.Config.Wrap<Partial<Options>>

/** The services of every resource, and transfers of installers to and from storage. */
export type Services = Core.Services | InstallerTransfer

/**
 * The services of one tenant. `R` is the type of the services that its guard needs.
 *
 * @example
 * program.pipe(Effect.provide(Iru.layer({ tenantUrl: "accuhive.api.kandji.io", apiToken: token })))
 */
export const layer = <R = never>(options: Options<R>): Layer.Layer<Services, ConfigError.ConfigError, R> =>
  Layer.unwrapEffect(Effect.map(withNeeds<R, Options<R>>(options), (options) => onNode(Core.layer(options), options)))

/**
 * The services of one tenant, configured from `Config`: from `IRU_TENANT_URL` and `IRU_API_TOKEN` (or the Python
 * client's `IRUCTL_TENANT` and `IRUCTL_TOKEN`), or from the variables that you name.
 *
 * @example
 * Iru.layerConfig({ tenantUrl: Config.string("PROD_URL"), apiToken: Config.redacted("PROD_TOKEN") })
 */
export const layerConfig = (config: FromConfig = {}): Layer.Layer<Services, ConfigError.ConfigError> =>
  Layer.unwrapEffect(Effect.map(unwrapOptions<Options>(config), (options) => onNode(Core.layerConfig(config), options)))

/**
 * The services of one tenant, over the `HttpClient` that you provide instead of the layer's own connections. Use it for
 * a sandbox in the same process, a proxy or a recording.
 *
 * @example
 * const Test = Iru.layerHttpClient(Sandbox.inTests).pipe(Layer.provideMerge(Sandbox.layerTest()))
 */
export const layerHttpClient = <R = never>(
  options: Core.Options<R> & TransferOption
): Layer.Layer<Services, ConfigError.ConfigError, HttpClient.HttpClient | R> =>
  Layer.unwrapEffect(
    Effect.map(withNeeds<R, Core.Options<R> & TransferOption>(options), (options) =>
      Core.layer(options).pipe(
        Layer.provideMerge(NodeInstallerTransfer.layerHttpClient(options.transfer)),
        Layer.provide(NodeFileSystem.layer)
      )
    )
  )

const onNode = (
  tenant: Layer.Layer<Core.Services, ConfigError.ConfigError, Core.Platform>,
  options: OnNode
): Layer.Layer<Services, ConfigError.ConfigError> =>
  Layer.unwrapEffect(
    Effect.map(readProxies, (proxies) =>
      tenant.pipe(
        Layer.tap((services) => proxies.warn(Context.get(services, ApiClient).tenantUrl)),
        Layer.provideMerge(transfers(proxies, options)),
        Layer.provide(connections(proxies, options))
      )
    )
  )

/** Transfers are fastest with Node's own client, but it does not support proxies. The session's client does. */
const transfers = (
  { agent }: Proxies,
  options: OnNode
): Layer.Layer<InstallerTransfer, never, FileSystem.FileSystem | HttpClient.HttpClient> =>
  agent === undefined
    ? NodeInstallerTransfer.layer(options.transfer)
    : NodeInstallerTransfer.layerHttpClient(options.transfer)
