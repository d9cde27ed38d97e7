/**
 * `iru prism`: lists the rows of a category, or exports a whole category as CSV.
 */
import { Prism, PrismExportCategory, Progress } from "effect-iru"
import { ProgressBar } from "effect-iru/node"
import * as operations from "effect-iru/operations"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Options, withFields } from "../operations/commands.js"
import { defineOperations } from "../operations/define.js"
import { fieldsOf } from "../operations/fields.js"
import { given } from "../operations/values.js"
import { tell, write } from "../output/print.js"
import { executeOn, withSession } from "../shell/execute.js"
import { exitCodes } from "../shell/exitCodes.js"
import { writeWhole } from "../shell/files.js"
import { Problem } from "../shell/Problem.js"
import type { ShellCommand } from "../shell/program.js"

const rowFields = fieldsOf(operations.Prism.startExport.body?.schema).filter(({ name }) => name !== "category")

const categories: ReadonlyArray<string> = PrismExportCategory.literals

/** The names of the categories as commands. */
const spelled = categories.map((category) => category.replaceAll("_", "-"))

const categoryOf = (text: string): Effect.Effect<PrismExportCategory, Problem> => {
  const name = text.replaceAll("-", "_")
  return Schema.is(PrismExportCategory)(name)
    ? Effect.succeed(name)
    : new Problem({
        message: `"${text}" cannot be exported. Choose one of ${spelled.join(", ")}`,
        code: exitCodes.usage
      })
}

const exported = (typed: string, to: string | undefined, options: Options) =>
  Effect.gen(function* () {
    const prism = yield* Prism
    const category = yield* categoryOf(typed)
    const rows: Prism.ExportOptions = yield* given(rowFields, options)
    const name = `${category}.csv`
    const report = yield* Effect.flatMap(Progress.Reporter, ({ begin }) => begin)
    let bytes = 0
    // If the file cannot be written, the command fails before it sends a request.
    const content = Stream.unwrap(
      Effect.suspend(() => {
        report({ phase: "finalizing", name, bytes, total: undefined })
        return Effect.map(prism.export(category, rows), prism.download)
      })
    ).pipe(
      Stream.tap((chunk) =>
        Effect.sync(() => {
          bytes += chunk.length
          report({ phase: "downloading", name, bytes, total: undefined })
        })
      )
    )
    yield* to === undefined ? Stream.runForEach(content, write) : writeWhole(to, content)
  }).pipe(
    Effect.scoped,
    Effect.provide(ProgressBar.layer()),
    Effect.zipRight(to === undefined ? Effect.void : tell(`Wrote ${to}`))
  )

const exportCommand = (command: ShellCommand): void => {
  const name = command.fullName
  command
    .description("Export a whole category as CSV. The tenant makes the file, and the command waits for it.")
    .summary("Export a whole category to a CSV file")
    .argument("<category>", spelled.join(", "))
    .completes(0, () => Promise.resolve(spelled))
    .examples(
      `${name} apps --to apps.csv`,
      `${name} device-information --filter apple_silicon=true --to macs.csv`,
      `${name} local-users > users.csv`
    )
    .option("--to <file>", "The file to write. Default: standard output")
  withFields(command, rowFields)
  withSession(command)
  command.action(async (category: string) => {
    const options: Options & { readonly to?: string } = command.opts()
    await executeOn(command, options, () => exported(category, options.to, options))
  })
}

/** Makes a command `iru prism`. */
export const prismCommand = (command: ShellCommand): void => {
  defineOperations(command)
  exportCommand(command.sub("export"))
}
