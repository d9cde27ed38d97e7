/**
 * The files of the command line: the tenants by name and, on machines without a Keychain, their tokens.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { lstat, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { homedir } from "node:os"
import { dirname, join } from "node:path"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"

/** `$XDG_CONFIG_HOME/iru`, by default `~/.config/iru`; on Windows `%APPDATA%\iru`. */
export const folder = (): string => {
  const { APPDATA: appData, XDG_CONFIG_HOME: config } = process.env
  const isSet = (path: string | undefined): path is string => path !== undefined && path !== ""
  if (isSet(config)) return join(config, "iru")
  return process.platform === "win32" && isSet(appData) ? join(appData, "iru") : join(homedir(), ".config", "iru")
}

const Tenants = Schema.Struct({
  /** The name of the default tenant. */
  default: Schema.optional(Schema.String),
  tenants: Schema.Record({
    key: Schema.String,
    value: Schema.Struct({
      url: Schema.String.pipe(Schema.filter((url) => URL.canParse(url))),
      token: Schema.Literal("keychain", "file")
    })
  })
})
export type Tenants = typeof Tenants.Type

const Tokens = Schema.Record({ key: Schema.String, value: Schema.String })
type Tokens = typeof Tokens.Type

const codeOf = (cause: unknown): string | undefined =>
  cause instanceof Error && "code" in cause ? String(cause.code) : undefined

const problem = (what: string, path: string, cause: unknown) =>
  new Problem({ message: `Cannot ${what} ${path}: ${codeOf(cause) ?? String(cause)}` })

const read = <A, I>(path: string, schema: Schema.Schema<A, I>, empty: A): Effect.Effect<A, Problem> =>
  Effect.tryPromise({
    try: () =>
      readFile(path, "utf8").catch((cause) => (codeOf(cause) === "ENOENT" ? undefined : Promise.reject(cause))),
    catch: (cause) => problem("read", path, cause)
  }).pipe(
    Effect.flatMap((text) =>
      text === undefined
        ? Effect.succeed(empty)
        : Either.mapLeft(
            Schema.decodeUnknownEither(Schema.parseJson(schema))(text),
            () => new Problem({ message: `${path} is damaged. Delete it, and log in again: iru auth login` })
          )
    )
  )

/** Makes folders one by one: Node's recursive `mkdir` loops endlessly where it cannot make any, as below /proc. */
const makeFolder = async (path: string): Promise<void> => {
  const isThere = await lstat(path).then(
    () => true,
    () => false
  )
  if (isThere) return
  if (dirname(path) !== path) await makeFolder(dirname(path))
  await mkdir(path, { mode: 0o700 }).catch((cause) => (codeOf(cause) === "EEXIST" ? undefined : Promise.reject(cause)))
}

/** Replaces a file atomically. Only its owner can read it. */
const replace = (path: string, value: Tenants | Tokens): Effect.Effect<void, Problem> =>
  Effect.tryPromise({
    try: async () => {
      await makeFolder(folder())
      const next = `${path}.${randomUUID().slice(0, 8)}`
      try {
        await writeFile(next, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600, flag: "wx", flush: true })
        await rename(next, path)
      } finally {
        await rm(next, { force: true })
      }
    },
    catch: (cause) => problem("write", path, cause)
  })

const tenantsFile = () => join(folder(), "tenants.json")
const tokensFile = () => join(folder(), "tokens.json")

/** Reads the stored tenants. */
export const readTenants: Effect.Effect<Tenants, Problem> = Effect.suspend(() =>
  read(tenantsFile(), Tenants, { tenants: {} })
)

export const writeTenants = (tenants: Tenants): Effect.Effect<void, Problem> => replace(tenantsFile(), tenants)

const readTokens: Effect.Effect<Tokens, Problem> = Effect.suspend(() => read(tokensFile(), Tokens, {}))

/** Refuses a file of tokens that other users can read, because they may know the tokens. */
const refuseOpenFile: Effect.Effect<void, Problem> = Effect.suspend(() => {
  const path = tokensFile()
  return Effect.tryPromise({ try: () => lstat(path), catch: () => undefined }).pipe(
    Effect.option,
    Effect.flatMap((found) => {
      if (found._tag === "None" || process.platform === "win32") return Effect.void
      if (!found.value.isFile() || found.value.uid !== process.getuid?.())
        return new Problem({ message: `${path} is not a plain file that you own.`, code: exitCodes.authentication })
      if ((found.value.mode & 0o077) === 0) return Effect.void
      const mode = (found.value.mode & 0o777).toString(8).padStart(4, "0")
      return new Problem({
        message: `${path} has mode ${mode}: others can read the tokens in it.\nIf somebody may have read them, replace the tokens. Then: chmod 600 '${path}'`,
        code: exitCodes.authentication
      })
    })
  )
})

/** Reads the token of a tenant from the file. */
export const fileToken = (name: string): Effect.Effect<string | undefined, Problem> =>
  Effect.zipRight(
    refuseOpenFile,
    Effect.map(readTokens, (tokens) => (Object.hasOwn(tokens, name) ? tokens[name] : undefined))
  )

/** Writes the token of a tenant into the file, or removes it. */
export const setFileToken = (name: string, token: string | undefined): Effect.Effect<void, Problem> =>
  Effect.flatMap(Effect.zipRight(refuseOpenFile, readTokens), (tokens) => {
    const { [name]: _, ...others } = tokens
    return replace(tokensFile(), token === undefined ? others : { ...others, [name]: token })
  })
