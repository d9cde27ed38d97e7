/**
 * The command line of `iru-sandbox`: what it takes, and what is wrong with what was given, in one line.
 */
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Terminal from "@effect/platform/Terminal"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Mailbox from "effect/Mailbox"
import * as Option from "effect/Option"
import { readFileSync } from "node:fs"
import { stripVTControlCharacters } from "node:util"
import { parseDuration } from "../Fault.js"
import { Problem } from "./Problem.js"

/** What was asked for. */
export interface Settings {
  readonly port: number | undefined
  readonly storagePort: number | undefined
  readonly host: string | undefined
  readonly token: string | undefined
  readonly data: string | undefined
  readonly seed: number | undefined
  readonly latency: Duration.Duration | undefined
  readonly processing: Duration.Duration | undefined
  readonly rateLimit: boolean
  /** A file of rules. */
  readonly fault: string | undefined
  readonly log: boolean
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i

const maybe = <A>(option: Options.Options<A>, description: string): Options.Options<A | undefined> =>
  option.pipe(Options.withDescription(description), Options.optional, Options.map(Option.getOrUndefined))

const time = (name: string) =>
  Options.text(name).pipe(
    Options.withPseudoName("time"),
    Options.filterMap(parseDuration, `--${name} must be a time, such as 50ms, 2s or 10m`)
  )

const wholeNumber = (name: string, most: number) =>
  Options.text(name).pipe(
    Options.withPseudoName("number"),
    Options.filterMap(
      (text) => (/^\d+$/.test(text) && Number(text) <= most ? Option.some(Number(text)) : Option.none()),
      `--${name} must be a number from 0 to ${most}`
    )
  )

const options = {
  port: maybe(wholeNumber("port", 65_535), "The port to listen on. Default: any that is free."),
  storagePort: maybe(
    wholeNumber("storage-port", 65_535),
    "The port that installers go to and come from. Default: any that is free."
  ),
  host: maybe(
    Options.text("host"),
    "The address to listen on. Default: 127.0.0.1, which nobody but this machine can reach. 0.0.0.0 is all of them."
  ),
  token: maybe(
    Options.text("token").pipe(
      Options.filterMap(
        Option.liftPredicate((token) => uuid.test(token)),
        "--token must have the form of the service's own: 8-4-4-4-12 hex digits"
      )
    ),
    "The API token. Default: a new one."
  ),
  data: maybe(
    Options.text("data").pipe(
      Options.withPseudoName("folder"),
      Options.filterMap(
        Option.liftPredicate((folder) => folder !== ""),
        "--data must name a folder"
      )
    ),
    "Keeps records, installers and the token in this folder, over restarts. Default: nothing is kept."
  ),
  seed: maybe(
    wholeNumber("seed", 4_294_967_295),
    "Starts with a furnished tenant. The same number gives the same records."
  ),
  latency: maybe(time("latency"), "How long every request waits, such as 50ms."),
  processing: maybe(
    time("processing"),
    "How long an uploaded installer is looked at, such as 10s. Until then an app of it is a 503."
  ),
  rateLimit: Options.boolean("rate-limit").pipe(
    Options.withDescription("Takes no more requests than the service: 50 a second, 10,000 an hour.")
  ),
  fault: maybe(
    Options.text("fault").pipe(Options.withPseudoName("rules.json")),
    "A file of faults: what goes wrong, for which requests, and how often."
  ),
  log: Options.boolean("log").pipe(Options.withDescription("Prints a line for every request."))
}

/** Nobody is asked anything, and no file is read by the parser. */
const environment = Layer.mergeAll(
  FileSystem.layerNoop({}),
  Path.layer,
  Layer.succeed(Terminal.Terminal, {
    columns: Effect.sync(() => process.stdout.columns ?? 80),
    rows: Effect.sync(() => process.stdout.rows ?? 24),
    isTTY: Effect.succeed(false),
    readInput: Effect.tap(Mailbox.make<Terminal.UserInput>(), (mailbox) => mailbox.end),
    readLine: Effect.fail(new Terminal.QuitException()),
    display: (text) => Effect.sync(() => process.stdout.write(text))
  }),
  CliConfig.layer({ showBuiltIns: false, isCaseSensitive: true })
)

const versionOf = (packageFile: string): string => {
  const parsed: unknown = JSON.parse(packageFile)
  return typeof parsed === "object" && parsed !== null && "version" in parsed ? String(parsed.version) : ""
}

const oneLine = (text: string): string => stripVTControlCharacters(text).replace(/\s+/g, " ").trim()

/** The parser does not know a flag whose value is missing. */
const explained = (text: string): string => {
  const flag = /unknown argument: '--([a-z-]+)'/.exec(text)?.[1] ?? ""
  const name = flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase())
  return Object.hasOwn(options, name) ? `--${flag} needs a value` : text
}

/** What the arguments ask for; nothing where they asked for help or for the version, and got it. */
export const parse = (argv: ReadonlyArray<string>): Effect.Effect<Settings | undefined, Problem> =>
  Effect.gen(function* () {
    let settings: Settings | undefined
    const command = Command.make("iru-sandbox", options, (given) =>
      Effect.sync(() => {
        settings = given
      })
    ).pipe(Command.withDescription("A tenant of the Iru Endpoint Management API on this machine."))
    const run = Command.run(command, {
      name: "iru-sandbox",
      executable: "iru-sandbox",
      version: versionOf(readFileSync(new URL("../../../package.json", import.meta.url), "utf8"))
    })
    // What is wrong is told by us, on one line; the parser would print it in its own way first.
    const print = (text: string) =>
      Effect.sync(() =>
        process.stdout.write(process.stdout.isTTY ? `${text}\n` : stripVTControlCharacters(`${text}\n`))
      )
    yield* Effect.consoleWith((console) =>
      Effect.withConsole(run(argv), { ...console, log: print, error: () => Effect.void })
    )
    return settings
  }).pipe(
    Effect.catchAll(
      (error) =>
        new Problem({ message: `${explained(oneLine(HelpDoc.toAnsiText(error.error)))}. See iru-sandbox --help` })
    ),
    Effect.provide(environment)
  )
