/**
 * `iru auth`: logs in to tenants, shows them, logs out.
 */
import { ApiClient, Settings } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { explain } from "../output/failures.js"
import { printRows, styleOf, tell } from "../output/print.js"
import { askSecret, askText, canAsk, readStdin } from "../shell/ask.js"
import { execute } from "../shell/execute.js"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import type { ShellCommand } from "../shell/program.js"
import { readTenants, setFileToken, writeTenants } from "./files.js"
import { hasKeychain, removeKeychainToken, setKeychainToken } from "./keychain.js"
import { findTenant, sessionWith, storedTenant, type Tenant } from "./session.js"

interface LoginOptions {
  readonly tenant?: string
  readonly url?: string
  readonly tokenStdin?: boolean
  readonly default?: boolean
}

const usage = (message: string) => new Problem({ message, code: exitCodes.usage })

/** Checks a token with a small request. If the permission for it is missing, the token is still valid. */
const check = (tenant: Tenant) =>
  Settings.pipe(
    Effect.flatMap((settings) => settings.licensing()),
    Effect.catchIf(
      (error) => error.reason === "Forbidden" || error.reason === "NotFound",
      () => Effect.void
    ),
    Effect.zipRight(Effect.map(ApiClient, ({ tenantUrl }) => tenantUrl)),
    Effect.provide(sessionWith(tenant))
  )

const nameFrom = (url: string): string => /^(?:https?:\/\/)?([a-z0-9-]+)/i.exec(url)?.[1]?.toLowerCase() ?? "default"

const isName = /^[a-z0-9][\w.-]*$/i

/** The address for a message. A text that is not a plain host is hidden: it may contain a token or a password. */
const shownUrl = (url: string): string => {
  const found = /^(?:https?:\/\/)?[\w-]+(?:\.[\w-]+)+(?::\d+)?\/?$/i.exec(url.trim())
  return found === null ? "not the address of a tenant" : url
}

const login = ({ default: makeDefault, tenant, tokenStdin = false, url: given }: LoginOptions) =>
  Effect.gen(function* () {
    if (!tokenStdin && !canAsk())
      return yield* usage("There is no terminal to ask for the token. Give it on standard input: --token-stdin")
    if (tokenStdin && given === undefined) return yield* usage("--token-stdin also needs the URL of the tenant: --url")
    if (tenant !== undefined && !isName.test(tenant))
      return yield* usage("--tenant may only have letters, digits, dots, dashes and underscores.")
    const known = yield* readTenants
    const url =
      given ??
      (Object.hasOwn(known.tenants, tenant ?? "") ? known.tenants[tenant ?? ""]?.url : undefined) ??
      (yield* askText("URL of the tenant's API, such as accuhive.api.kandji.io: "))
    const token = tokenStdin ? (yield* readStdin).trim() : yield* askSecret(`API token for ${url} (not shown): `)
    const checked = yield* check({ url, token: Redacted.make(token), source: "", label: url })
    const name = tenant ?? nameFrom(checked.replace(/^https?:\/\//, ""))
    const place = hasKeychain() ? "keychain" : "file"
    yield* place === "keychain" ? setKeychainToken(name, token) : setFileToken(name, token)
    const isDefault = makeDefault === true || known.default === undefined
    yield* writeTenants({
      ...known,
      ...(isDefault ? { default: name } : {}),
      tenants: { ...known.tenants, [name]: { url: checked, token: place } }
    })
    yield* tell(
      `Logged in to ${name} (${new URL(checked).host})${isDefault ? ", the default" : `: --tenant ${name}`}. The token is in ${
        place === "keychain" ? "the Keychain" : "a file that only you can read"
      }.`
    )
  })

const logout = (tenant: string | undefined) =>
  Effect.gen(function* () {
    const known = yield* readTenants
    const name = tenant ?? known.default
    const found = name !== undefined && Object.hasOwn(known.tenants, name) ? known.tenants[name] : undefined
    if (name === undefined || found === undefined)
      return yield* usage(
        tenant === undefined ? "You are not logged in to any tenant." : `There is no tenant "${tenant}".`
      )
    yield* found.token === "keychain" ? removeKeychainToken(name) : setFileToken(name, undefined)
    const { [name]: _, ...tenants } = known.tenants
    const { default: usual, ...rest } = known
    yield* writeTenants({ ...rest, ...(usual === undefined || usual === name ? {} : { default: usual }), tenants })
    yield* tell(`Logged out of ${name}. The token stays valid until it is revoked in Iru.`)
  })

const stateOf = (tenant: Effect.Effect<Tenant, Problem>) =>
  Effect.match(Effect.flatMap(tenant, check), {
    onFailure: (error) => ({ state: explain(error).text.split("\n")[0], code: explain(error).code }),
    onSuccess: () => ({ state: "the token is accepted", code: exitCodes.ok })
  })

const rowOf = (tenant: Effect.Effect<Tenant, Problem>, facts: object) =>
  Effect.map(stateOf(tenant), ({ code, state }) => ({ code, row: { ...facts, state } }))

const status = (options: object) =>
  Effect.gen(function* () {
    const { default: usual, tenants } = yield* readTenants
    const inUse = yield* Effect.either(findTenant(undefined))
    const stored = yield* Effect.forEach(Object.entries(tenants), ([tenant, { token, url }]) =>
      rowOf(storedTenant(tenant), { tenant, url, token, default: tenant === usual })
    )
    const ofEnvironment =
      inUse._tag === "Right" && !inUse.right.source.startsWith("tenant ")
        ? [
            yield* rowOf(Effect.succeed(inUse.right), {
              tenant: "",
              url: shownUrl(inUse.right.url),
              token: inUse.right.source,
              default: true
            })
          ]
        : []
    const rows = [...ofEnvironment, ...stored]
    if (rows.length === 0 && inUse._tag === "Left") return yield* inUse.left
    yield* printRows(Stream.fromIterable(rows.map(({ row }) => row)), styleOf(options), undefined)
    return rows.find(({ code }) => code !== exitCodes.ok)?.code ?? exitCodes.ok
  })

/** Makes a command `iru auth`. */
export const authCommand = (command: ShellCommand): void => {
  const loginCommand = command.sub("login")
  loginCommand
    .description(
      "Log in to a tenant. The token is checked, then stored in the Keychain or in a file that only you can read."
    )
    .summary("Log in to a tenant")
    .examples(
      "iru auth login                       # asks for URL and token",
      "iru auth login --url accuhive.api.kandji.io --token-stdin < token.txt"
    )
    .option("--url <url>", "The URL of the tenant's API")
    .option("--tenant <name>", "A name for the tenant. Default: the first part of its address")
    .option("--token-stdin", "Read the token from standard input")
    .option("--default", "Make this the default tenant, even if there is one already")
    .action((options: LoginOptions) => execute(loginCommand, login(options)))

  const statusCommand = command.sub("status")
  statusCommand
    .description("Show the tenants and whether their tokens are accepted. Tokens are not shown.")
    .summary("Show the tenants and whether their tokens are accepted")
    .option("--json", "Print JSON")
    .action((options: object) => execute(statusCommand, status(options)))

  const logoutCommand = command.sub("logout")
  logoutCommand
    .description("Forget the token of a tenant. It is not revoked: do that in Iru.")
    .summary("Forget the token of a tenant")
    .option("--tenant <name>", "The tenant. Default: the default one")
    .action(({ tenant }: LoginOptions) => execute(logoutCommand, logout(tenant)))
}
