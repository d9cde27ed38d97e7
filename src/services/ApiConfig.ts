/**
 * The tenant and its token. Both are checked before anything is sent.
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { type Guard, parseGuard } from "../session/guard.js"
import { parseApiToken, parseTenantUrl } from "../session/tenant.js"

export declare namespace ApiConfig {
  /** A tenant and its token, after the check. */
  export interface Service {
    /** The origin of every API request: `"https://accuhive.api.kandji.io"`, never with a path or a trailing slash. */
    readonly tenantUrl: string
    /** The API token. Only the session unwraps it. */
    readonly apiToken: Redacted.Redacted
    /** The guard that `IRU_GUARD` names. The session applies it in addition to its own guard. */
    readonly guard?: Guard | undefined
  }

  /** A tenant and its token, before the check. */
  export interface Options {
    /**
     * The tenant's API URL: `https://<subdomain>.api.kandji.io`, `.api.eu.kandji.io`, `.api.iru.com` or
     * `.api.eu.iru.com`. A missing scheme, `http:`, capitals, trailing slashes and an `/api/v1` at the end are
     * corrected. Addresses of this machine are also accepted: `http://127.0.0.1:<port>` (all of 127.0.0.0/8),
     * `http://[::1]:<port>`, `http://localhost:<port>`.
     */
    readonly tenantUrl: string
    /** The API token, 8-4-4-4-12 hex digits. */
    readonly apiToken: string | Redacted.Redacted
    /**
     * One more host and port to accept over plain HTTP, such as `"sandbox:8080"` for a sandbox in another container.
     * The token is sent unencrypted, so set this only to the host of a sandbox. Default: no other host.
     */
    readonly allowInsecureHost?: string | undefined
  }

  /** Tenant and token, each from `Config`. */
  export type FromConfig = Config.Config.Wrap<Partial<Options>>
}

const problemAt =
  (...path: Array<string>) =>
  (problem: string) =>
    ConfigError.InvalidData(path, problem)

const fromOptions = (options: ApiConfig.Options): Effect.Effect<ApiConfig.Service, ConfigError.ConfigError> =>
  allOf({
    tenantUrl: Either.mapLeft(parseTenantUrl(options.tenantUrl, options.allowInsecureHost), problemAt("tenantUrl")),
    apiToken: Either.mapLeft(parseToken(options.apiToken), problemAt("apiToken"))
  })

/** Joins the configs of the options into one `Config`. @internal */
export const unwrapOptions = <A extends object>(config: Config.Config.Wrap<Partial<A>>): Config.Config<Partial<A>> =>
  // `Config.unwrap` cannot take an object without keys.
  Object.keys(config).length === 0 ? Config.succeed({}) : Config.unwrap(config)

/** Reports a problem under the name of its variable. */
const parsed = <A, B>(config: Config.Config<A>, parse: (value: A) => Either.Either<B, string>): Config.Config<B> =>
  Config.mapOrFail(config, (value) => Either.mapLeft(parse(value), problemAt()))

/** Reads a variable, or the fallback variable if the first one is not set. An empty variable counts as not set. */
const variable = <A>(name: string, fallback: string, parse: (text: string) => Either.Either<A, string>) => {
  const named = (name: string) =>
    Config.mapOrFail(Config.string(name), (text) =>
      text.trim() === ""
        ? Either.left(ConfigError.MissingData([], `Expected ${name} to have a value`))
        : Either.mapLeft(parse(text), problemAt())
    )
  return Config.orElseIf(named(name), { if: ConfigError.isMissingDataOnly, orElse: () => named(fallback) })
}

/** The guard that the environment names. An empty variable means no guard. */
const guardVariable: Config.Config<Guard | undefined> = Config.withDefault(
  parsed(Config.string("IRU_GUARD"), parseGuard),
  undefined
)

/** Reads an option from the caller's `Config`, or from the default variables if the caller gave none. */
const option = <A, B>(
  name: keyof ApiConfig.Options,
  given: Config.Config<A | undefined> | undefined,
  parse: (value: A) => Either.Either<B, string>,
  byDefault: Config.Config<B>
): Effect.Effect<B, ConfigError.ConfigError> =>
  given === undefined
    ? byDefault
    : Effect.flatMap(
        Effect.mapError(
          parsed(given, (value) => (value === undefined ? Either.right(undefined) : parse(value))),
          // `Config.redacted` does not pass on the name of its variable.
          (error) =>
            ConfigError.isInvalidData(error) && error.path.length === 0 ? problemAt(name)(error.message) : error
        ),
        (value) => (value === undefined ? byDefault : Effect.succeed(value))
      )

const fromConfig = (config: ApiConfig.FromConfig): Effect.Effect<ApiConfig.Service, ConfigError.ConfigError> => {
  const { allowInsecureHost, apiToken, tenantUrl } = Config.isConfig(config)
    ? {
        allowInsecureHost: Config.map(config, ({ allowInsecureHost }) => allowInsecureHost),
        apiToken: Config.map(config, ({ apiToken }) => apiToken),
        tenantUrl: Config.map(config, ({ tenantUrl }) => tenantUrl)
      }
    : config
  const insecureHost = Config.withDefault(Config.string("IRU_ALLOW_INSECURE_HOST"), "")
  return Effect.flatMap(option("allowInsecureHost", allowInsecureHost, Either.right, insecureHost), (insecureHost) => {
    const parseUrl = (text: string) => parseTenantUrl(text, insecureHost)
    return Effect.flatMap(
      Effect.all([
        Effect.either(guardVariable),
        Effect.either(option("tenantUrl", tenantUrl, parseUrl, variable("IRU_TENANT_URL", "IRUCTL_TENANT", parseUrl))),
        Effect.either(
          option("apiToken", apiToken, parseToken, variable("IRU_API_TOKEN", "IRUCTL_TOKEN", parseApiToken))
        )
      ]),
      ([guard, tenantUrl, apiToken]) => allOf({ guard, tenantUrl, apiToken })
    )
  })
}

type Read<A> = Either.Either<A, ConfigError.ConfigError>

/** Returns all three values, or one error with the problems of all of them. */
const allOf = ({
  apiToken,
  guard = Either.right(undefined),
  tenantUrl
}: {
  readonly tenantUrl: Read<string>
  readonly apiToken: Read<Redacted.Redacted>
  readonly guard?: Read<Guard | undefined>
}): Read<ApiConfig.Service> => {
  const parts: ReadonlyArray<Read<unknown>> = [tenantUrl, apiToken, guard]
  const [first, ...others] = parts.flatMap((part) => (Either.isLeft(part) ? [part.left] : []))
  return first === undefined
    ? Either.all({ tenantUrl, apiToken, guard })
    : Either.left(others.reduce<ConfigError.ConfigError>(ConfigError.And, first))
}

const parseToken = (token: string | Redacted.Redacted): Either.Either<Redacted.Redacted, string> =>
  parseApiToken(Redacted.isRedacted(token) ? Redacted.value(token) : token)

/**
 * The tenant URL and the token, validated.
 *
 * @example
 * ApiConfig.layer({ tenantUrl: "accuhive.api.kandji.io", apiToken: token })
 */
export class ApiConfig extends Context.Tag("effect-iru/ApiConfig")<ApiConfig, ApiConfig.Service>() {
  /** Takes the values you pass. Fails with a `ConfigError` that lists every problem. No message contains the token. */
  static readonly layer = (options: ApiConfig.Options): Layer.Layer<ApiConfig, ConfigError.ConfigError> =>
    Layer.effect(this, fromOptions(options))

  /**
   * Reads the values from `Config`. The default for the tenant is `IRU_TENANT_URL`, or `IRUCTL_TENANT` if that is not
   * set. The default for the token is `IRU_API_TOKEN`, or `IRUCTL_TOKEN` if that is not set. The two are looked up
   * separately, so make sure that both belong to the same tenant. `IRU_ALLOW_INSECURE_HOST` sets `allowInsecureHost`.
   * `IRU_GUARD=read-only` makes every session read-only, and `IRU_GUARD=no-secrets` refuses to read secrets; join both
   * with a comma.
   *
   * @example
   * ApiConfig.layerConfig({ tenantUrl: Config.string("PROD_URL"), apiToken: Config.redacted("PROD_TOKEN") })
   */
  static readonly layerConfig = (config: ApiConfig.FromConfig = {}): Layer.Layer<ApiConfig, ConfigError.ConfigError> =>
    Layer.effect(this, fromConfig(config))
}
