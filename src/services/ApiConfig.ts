/**
 * Which tenant, with which token: checked before anything is sent.
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { parseApiToken, parseTenantUrl } from "../session/tenant.js"

export declare namespace ApiConfig {
  /** A tenant and its token, checked. */
  export interface Service {
    /** The origin of every API request: `"https://accuhive.api.kandji.io"`, never with a path or a trailing slash. */
    readonly tenantUrl: string
    /** Nothing but the session unwraps it. */
    readonly apiToken: Redacted.Redacted
  }

  /** A tenant and its token, as you have them. */
  export interface Options extends LoopbackOption {
    /**
     * The tenant's API URL: `https://<subdomain>.api.kandji.io`, `.api.eu.kandji.io`, `.api.iru.com` or
     * `.api.eu.iru.com`. A missing scheme, `http:`, capitals, trailing slashes and a pasted `/api/v1` are understood.
     */
    readonly tenantUrl: string
    /** The API token, 8-4-4-4-12 hex digits. */
    readonly apiToken: string | Redacted.Redacted
  }

  /** What the sandbox needs. */
  export interface LoopbackOption {
    /**
     * Also accept `http://127.0.0.1:<port>`, `http://[::1]:<port>` and `http://localhost:<port>`: for the sandbox, and
     * for proxies in tests. Default `false`.
     */
    readonly allowLoopback?: boolean | undefined
  }
}

const problemAt =
  (...path: Array<string>) =>
  (problem: string) =>
    ConfigError.InvalidData(path, problem)

const fromOptions = (options: ApiConfig.Options): Effect.Effect<ApiConfig.Service, ConfigError.ConfigError> => {
  const token = Redacted.isRedacted(options.apiToken) ? Redacted.value(options.apiToken) : options.apiToken
  const tenantUrl = Either.mapLeft(
    parseTenantUrl(options.tenantUrl, options.allowLoopback === true),
    problemAt("tenantUrl")
  )
  const apiToken = Either.mapLeft(parseApiToken(token), problemAt("apiToken"))
  return Either.isLeft(tenantUrl) && Either.isLeft(apiToken)
    ? Effect.fail(ConfigError.And(tenantUrl.left, apiToken.left))
    : Either.all({ tenantUrl, apiToken })
}

/** The first of two variables that is set. What is wrong with it is told under its own name. */
const variable = <A>(name: string, fallback: string, parse: (text: string) => Either.Either<A, string>) => {
  const read = (name: string) =>
    Config.mapOrFail(Config.string(name), (text) => Either.mapLeft(parse(text), problemAt()))
  return Config.orElseIf(read(name), { if: ConfigError.isMissingDataOnly, orElse: () => read(fallback) })
}

const environment = (allowLoopback: boolean): Config.Config<ApiConfig.Service> =>
  Config.all({
    tenantUrl: variable("IRU_TENANT_URL", "IRUCTL_TENANT", (text) => parseTenantUrl(text, allowLoopback)),
    apiToken: variable("IRU_API_TOKEN", "IRUCTL_TOKEN", parseApiToken)
  })

const fromEnvironment = (
  options?: ApiConfig.LoopbackOption
): Effect.Effect<ApiConfig.Service, ConfigError.ConfigError> =>
  options?.allowLoopback === undefined
    ? Effect.flatMap(Config.withDefault(Config.boolean("IRU_ALLOW_LOOPBACK"), false), environment)
    : environment(options.allowLoopback)

/**
 * The tenant URL and the token, validated.
 *
 * @example
 * ApiConfig.layer({ tenantUrl: "accuhive.api.kandji.io", apiToken: token })
 */
export class ApiConfig extends Context.Tag("effect-iru/ApiConfig")<ApiConfig, ApiConfig.Service>() {
  /** From values. Fails with every problem at once (`ConfigError`); the token is in none of the messages. */
  static readonly layer = (options: ApiConfig.Options): Layer.Layer<ApiConfig, ConfigError.ConfigError> =>
    Layer.effect(this, fromOptions(options))

  /**
   * From `Config`: `IRU_TENANT_URL` and `IRU_API_TOKEN`; where one is absent, the Python client's `IRUCTL_TENANT` and
   * `IRUCTL_TOKEN`. `IRU_ALLOW_LOOPBACK=true` does what `allowLoopback` does.
   */
  static readonly layerConfig = (options?: ApiConfig.LoopbackOption): Layer.Layer<ApiConfig, ConfigError.ConfigError> =>
    Layer.effect(this, fromEnvironment(options))
}
