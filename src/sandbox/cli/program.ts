/**
 * What `iru-sandbox` does: starts a tenant with its page, says where it is, and stays until it is interrupted.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { hostname } from "node:os"
import { makeFaultDesk } from "../page/faultDesk.js"
import { pageRoutes } from "../page/page.js"
import { Sandbox } from "../Sandbox.js"
import { parse, type Settings } from "./options.js"
import { greeting, logLine } from "./print.js"
import { Problem } from "./Problem.js"
import { readRules } from "./rules.js"

const out = (text: string) => Effect.sync(() => process.stdout.write(text))
const complain = (text: string) => Effect.sync(() => process.stderr.write(`iru-sandbox: ${text}\n`))

const namesOf = (host: string | undefined): ReadonlyArray<string> =>
  host === undefined ? [] : [host, hostname().toLowerCase(), `${hostname().toLowerCase()}.local`]

const run = (settings: Settings): Effect.Effect<void, Problem, Scope.Scope> =>
  Effect.gen(function* () {
    const { data, fault, host, latency, log, port, processing, rateLimit, seed, storagePort, token } = settings
    const rules = fault === undefined ? [] : yield* readRules(fault)
    const desk = yield* makeFaultDesk
    const sandbox = yield* Sandbox.serve({
      apiToken: token,
      data,
      host,
      latency,
      limits: rateLimit,
      port,
      processing,
      routes: pageRoutes(desk, namesOf(host)),
      seed,
      storagePort
    }).pipe(Effect.mapError((error) => new Problem({ message: error.message })))
    yield* desk.add(sandbox, rules)
    yield* out(greeting(sandbox, settings))
    const answered = Stream.filter(sandbox.events, ({ duration }) => duration !== undefined)
    yield* log ? Stream.runForEach(answered, (request) => out(logLine(request))) : Effect.never
  }).pipe(
    // The line of a request says what is odd about it. Without these lines it is said alone.
    Logger.withMinimumLogLevel(settings.log ? LogLevel.Error : LogLevel.Warning)
  )

const logger = Logger.replace(
  Logger.defaultLogger,
  Logger.make(({ cause, message }) => {
    const text = (Array.isArray(message) ? message : [message]).map(String).join(" ")
    process.stderr.write(`iru-sandbox: ${text}${Cause.isEmpty(cause) ? "" : `\n${Cause.pretty(cause)}`}\n`)
  })
)

/** The whole program; its result is the exit code. */
export const program = (argv: ReadonlyArray<string>): Effect.Effect<number> =>
  parse(argv).pipe(
    Effect.flatMap((settings) => (settings === undefined ? Effect.void : Effect.scoped(run(settings)))),
    Effect.as(0),
    Effect.catchAll((problem) => Effect.as(complain(problem.message), 1)),
    Effect.provide(logger)
  )
