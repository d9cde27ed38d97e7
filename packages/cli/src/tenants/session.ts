/**
 * Chooses the tenant of a command: that of `--tenant`, else that of the environment, else the stored default. URL and
 * token always come from the same source.
 */
import { Iru } from "effect-iru/node"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import { fileToken, readTenants } from "./files.js"
import { keychainToken } from "./keychain.js"

/** A tenant and its token. */
export interface Tenant {
  readonly url: string
  readonly token: Redacted.Redacted
  /** Where both come from: `tenant prod`, `IRU_TENANT_URL and IRU_API_TOKEN`. */
  readonly source: string
  /** Its name in prompts. */
  readonly label: string
}

const missing = (message: string) => new Problem({ message, code: exitCodes.authentication })

/** The stored tenant with a name. */
export const storedTenant = (name: string): Effect.Effect<Tenant, Problem> =>
  Effect.gen(function* () {
    const { tenants } = yield* readTenants
    const found = Object.hasOwn(tenants, name) ? tenants[name] : undefined
    if (found === undefined) {
      const names = Object.keys(tenants)
      return yield* missing(
        `There is no tenant "${name}"${names.length === 0 ? "" : ` (known: ${names.join(", ")})`}. Log in to it: iru auth login --tenant ${name}`
      )
    }
    const token = yield* found.token === "keychain" ? keychainToken(name) : fileToken(name)
    if (token === undefined)
      return yield* missing(
        `The token of tenant "${name}" is not stored any more. Log in again: iru auth login --tenant ${name}`
      )
    const host = new URL(found.url).host
    return { url: found.url, token: Redacted.make(token), source: `tenant ${name}`, label: `${name} (${host})` }
  })

const pairs = [
  ["IRU_TENANT_URL", "IRU_API_TOKEN"],
  ["IRUCTL_TENANT", "IRUCTL_TOKEN"]
] as const

const variable = (name: string): string | undefined => process.env[name]?.trim() || undefined

/** The tenant of the environment variables, if they are set. */
const environmentTenant: Effect.Effect<Tenant | undefined, Problem> = Effect.suspend(() => {
  for (const [urlName, tokenName] of pairs) {
    const url = variable(urlName)
    const token = variable(tokenName)
    if (url !== undefined && token !== undefined) {
      return Effect.succeed({
        url,
        token: Redacted.make(token),
        source: `${urlName} and ${tokenName}`,
        label: `${url.replace(/^https?:\/\//, "")} (${urlName})`
      })
    }
    if (url !== undefined || token !== undefined) {
      const [set, unset] = url === undefined ? [tokenName, urlName] : [urlName, tokenName]
      return missing(`${set} is set but ${unset} is not. Set both, or neither to use a stored tenant.`)
    }
  }
  return Effect.succeed(undefined)
})

/** The tenant that a command calls. */
export const findTenant = (name: string | undefined): Effect.Effect<Tenant, Problem> =>
  Effect.gen(function* () {
    if (name !== undefined) return yield* storedTenant(name)
    const fromEnvironment = yield* environmentTenant
    if (fromEnvironment !== undefined) return fromEnvironment
    const { default: usual } = yield* readTenants
    if (usual !== undefined) return yield* storedTenant(usual)
    return yield* missing(
      "No tenant is configured. Log in: iru auth login\nOr set IRU_TENANT_URL and IRU_API_TOKEN. To try things out: iru sandbox --seed 42"
    )
  })

/** Opens a session with a tenant. Respects `IRU_GUARD` and `IRU_ALLOW_INSECURE_HOST`. */
export const sessionWith = ({ token, url }: Tenant): Layer.Layer<Iru.Services, ConfigError.ConfigError> =>
  Iru.layerConfig({
    tenantUrl: Config.succeed(url),
    apiToken: Config.succeed(token),
    source: Config.succeed("effect-iru-cli")
  })
