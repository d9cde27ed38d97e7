/**
 * `iru apps download`: downloads installers into files, verifies them, and resumes downloads that were interrupted.
 */
import { ApiClient, CustomApps } from "effect-iru"
import { ProgressBar } from "effect-iru/node"
import * as operations from "effect-iru/operations"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { statSync } from "node:fs"
import { namesOfRecords, type Options, withStyle } from "../operations/commands.js"
import { lookUp } from "../operations/lookup.js"
import { explain } from "../output/failures.js"
import { printRows, styleOf } from "../output/print.js"
import { executeOn, withSession } from "../shell/execute.js"
import { type ExitCode, exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import { goOnWithoutReader } from "../shell/run.js"
import type { ShellCommand } from "../shell/program.js"

interface DownloadOptions {
  readonly all?: boolean
  readonly to?: string
  readonly resume?: boolean
}

const columns = ["app", "outcome", "path", "detail"]

const rowOf = (result: CustomApps.DownloadOutcome) => ({
  app: result.app.name,
  outcome: result.outcome,
  path: result.path,
  detail: result.outcome === "failed" ? explain(result.error).text.split("\n")[0] : ""
})

const isFolder = (path: string): Effect.Effect<boolean> =>
  Effect.sync(() => /[/\\]$/.test(path) || (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false))

const download = (typed: ReadonlyArray<string>, options: Options & DownloadOptions) =>
  Effect.gen(function* () {
    const { all = false, resume = true, to = "." } = options
    if (all === typed.length > 0)
      return yield* new Problem({
        message: all ? "Name apps or give --all, not both." : "Name an app, or give --all.",
        code: exitCodes.usage
      })
    const apps = yield* CustomApps
    const style = styleOf(options)
    const found = yield* Effect.forEach(typed, (text) => lookUp("CustomApps", "library_item_id", text))
    const only = found.length === 1 ? found[0] : undefined
    if (only !== undefined && !(yield* isFolder(to))) {
      const { path } = yield* apps.download(only.id, { to, resume })
      return yield* printRows(Stream.make({ app: only.name, outcome: "downloaded", path, detail: "" }), style, columns)
    }
    const client = yield* ApiClient
    const wanted = all
      ? apps.stream()
      : Stream.mapEffect(Stream.fromIterable(found), ({ id }) => client.call(operations.CustomApps.get)(id))
    if (only !== undefined) {
      const outcomes = Stream.mapEffect(apps.downloadAll(wanted, { to, resume }), (result) =>
        result.outcome === "failed" ? Effect.fail(result.error) : Effect.succeed(rowOf(result))
      )
      return yield* printRows(outcomes, style, columns)
    }
    yield* goOnWithoutReader
    let code: ExitCode = exitCodes.ok
    const outcomes = Stream.tap(apps.downloadAll(wanted, { to, resume }), ({ outcome }) =>
      Effect.sync(() => {
        if (outcome === "failed") code = exitCodes.failure
      })
    )
    yield* printRows(Stream.map(outcomes, rowOf), style, columns)
    return code
  })

/** Makes a command that downloads the installers of custom apps. */
export const downloadCommand = (command: ShellCommand): void => {
  const name = command.fullName
  command
    .description(
      "Download the installers of custom apps and verify them. Files that are already in the folder are skipped."
    )
    .summary("Download installers")
    .argument("[apps...]", "Names or ids of custom apps")
    .completes(0, namesOfRecords("CustomApps", "library_item_id"))
    .examples(`${name} Firefox`, `${name} Firefox --to Firefox.pkg`, `${name} --all --to installers/`)
    .option("--all", "The installers of all custom apps")
    .option("--to <path>", "A folder, or for one app a file, which is replaced. Default: the current folder")
    .option("--no-resume", "Start interrupted downloads again from the beginning")
  withSession(withStyle(command))
  command.action(async () => {
    const options: Options & DownloadOptions = command.opts()
    await executeOn(command, options, () => Effect.provide(download(command.args, options), ProgressBar.layer()))
  })
}
