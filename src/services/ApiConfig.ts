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
import { type Guard, parseGuard } from "../session/guard.js"
import { parseApiToken, parseTenantUrl } from "../session/tenant.js"

export declare namespace ApiConfig {
  /** A tenant and its token, checked. */
  export interface Service {
    /** The origin of every API request: `"https://accuhive.api.kandji.io"`, never with a path or a trailing slash. */
    readonly tenantUrl: string
    /** Nothing but the session unwraps it. */
    readonly apiToken: Redacted.Redacted
    /** The guard that `IRU_GUARD` names. The session has it beside its own. */
    readonly guard?: Guard | undefined
  }

  /** A tenant and its token, as you have them. */
  export interface Options {
    /**
     * The tenant's API URL: `https://<subdomain>.api.kandji.io`, `.api.eu.kandji.io`, `.api.iru.com` or
     * `.api.eu.iru.com`. A missing scheme, `http:`, capitals, trailing slashes and a pasted `/api/v1` are understood.
     * Also this machine: `http://127.0.0.1:<port>` (all of 127.0.0.0/8), `http://[::1]:<port>`, `http://localhost:<port>`.
     */
    readonly tenantUrl: string
    /** The API token, 8-4-4-4-12 hex digits. */
    readonly apiToken: string | Redacted.Redacted
    /**
     * One more host to accept, with its port, over plain HTTP: `"sandbox:8080"`, for a sandbox in another container. The
     * token goes over the network as readable text, so never name the host of anything but a sandbox. Default: no other host.
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

/** The options as one `Config`. @internal */
export const unwrapOptions = <A extends object>(config: Config.Config.Wrap<Partial<A>>): Config.Config<Partial<A>> =>
  // `Config.unwrap` cannot take an object without keys.
  Object.keys(config).length === 0 ? Config.succeed({}) : Config.unwrap(config)

/** Reports a problem under the name of its variable. */
const parsed = <A, B>(config: Config.Config<A>, parse: (value: A) => Either.Either<B, string>): Config.Config<B> =>
  Config.mapOrFail(config, (value) => Either.mapLeft(parse(value), problemAt()))

/** The first of two variables that is set to something: an empty one counts as not set. */
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

/** An option of the caller's, or the variables that it has by default. */
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

/** All of them, or every problem at once. */
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
  /** From values. Fails with every problem at once (`ConfigError`); the token is in none of the messages. */
  static readonly layer = (options: ApiConfig.Options): Layer.Layer<ApiConfig, ConfigError.ConfigError> =>
    Layer.effect(this, fromOptions(options))

  /**
   * From `Config`. What is left out is read from `IRU_TENANT_URL`, or `IRUCTL_TENANT` if that is not set, and from
   * `IRU_API_TOKEN`, or `IRUCTL_TOKEN` if that is not set. Each is looked up on its own: set both of one tenant.
   * `IRU_ALLOW_INSECURE_HOST` does what `allowInsecureHost` does. `IRU_GUARD=read-only` makes every session read-only;
   * `no-secrets` is the other value, and a comma joins them.
   *
   * @example
   * ApiConfig.layerConfig({ tenantUrl: Config.string("PROD_URL"), apiToken: Config.redacted("PROD_TOKEN") })
   */
  static readonly layerConfig = (config: ApiConfig.FromConfig = {}): Layer.Layer<ApiConfig, ConfigError.ConfigError> =>
    Layer.effect(this, fromConfig(config))
}
