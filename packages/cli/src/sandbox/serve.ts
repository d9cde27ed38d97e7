/**
 * Starts a sandbox tenant with its page, prints its addresses and token, and serves until the process is interrupted.
 */
import { Fault, Page, Sandbox } from "effect-iru/sandbox"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { hostname } from "node:os"
import { type ExitCode, exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import { runCommand } from "../shell/run.js"
import type { Settings } from "./options.js"
import { greeting, logLine } from "./print.js"
import { readRules } from "./rules.js"

const out = (text: string) => Effect.sync(() => process.stdout.write(text))

const namesOf = (host: string | undefined): ReadonlyArray<string> =>
  host === undefined ? [] : [host, hostname().toLowerCase(), `${hostname().toLowerCase()}.local`]

const duration = (text: string | undefined) =>
  text === undefined ? undefined : Option.getOrUndefined(Fault.parseDuration(text))

const run = (settings: Settings): Effect.Effect<void, Problem, Scope.Scope> =>
  Effect.gen(function* () {
    const { data, devices, fault, host, log = false, port, rateLimit = false, seed, storagePort, token } = settings
    const rules = fault === undefined ? [] : yield* readRules(fault)
    const desk = yield* Page.makeFaultDesk
    const sandbox = yield* Sandbox.serve({
      apiToken: token,
      data,
      host,
      latency: duration(settings.latency),
      limits: rateLimit,
      port,
      processing: duration(settings.processing),
      routes: Page.pageRoutes(desk, namesOf(host)),
      seed: devices === undefined ? seed : { seed: seed ?? 1, devices },
      storagePort
    }).pipe(Effect.mapError((error) => new Problem({ message: error.message })))
    yield* desk.add(sandbox, rules)
    yield* out(greeting(sandbox, settings))
    const answered = Stream.filter(sandbox.events, ({ duration }) => duration !== undefined)
    yield* log ? Stream.runForEach(answered, (request) => out(logLine(request))) : Effect.never
  }).pipe(
    // With `--log`, the line of a request contains the warning. Without it, the warning is printed on its own.
    Logger.withMinimumLogLevel(settings.log === true ? LogLevel.Error : LogLevel.Warning)
  )

/** Serves a tenant until the process is interrupted. That is the normal end, so the exit code is 0. */
export const serve = (name: string, settings: Settings): Promise<void> => {
  const complain = (text: string) => process.stderr.write(`${name}: ${text}\n`)
  const logger = Logger.replace(
    Logger.defaultLogger,
    Logger.make(({ cause, message }) => {
      const text = (Array.isArray(message) ? message : [message]).map(String).join(" ")
      complain(`${text}${Cause.isEmpty(cause) ? "" : `\n${Cause.pretty(cause)}`}`)
    })
  )
  return runCommand(
    Effect.scoped(run(settings)).pipe(
      Effect.as<ExitCode>(exitCodes.ok),
      Effect.catchAll(({ code = exitCodes.failure, message }) =>
        Effect.sync(() => {
          complain(message)
          return code
        })
      ),
      Effect.provide(logger)
    ),
    { name, interrupted: exitCodes.ok }
  )
}
