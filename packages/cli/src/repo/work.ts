/**
 * The work of `iru repo`: plan, apply, pull.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { ProgressBar } from "effect-iru/node"
import { isRepositoryError, Repository, type RepositoryError } from "effect-iru/repository"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { confirmOnce } from "../operations/confirm.js"
import type { Options } from "../operations/commands.js"
import { fileText } from "../operations/values.js"
import { explain } from "../output/failures.js"
import { printRows, styleOf, tell, write } from "../output/print.js"
import { type ExitCode, exitCodes } from "../shell/exitCodes.js"
import { writeWhole } from "../shell/files.js"
import { Problem } from "../shell/Problem.js"
import { goOnWithoutReader } from "../shell/run.js"
import type { Tenant } from "../tenants/session.js"

/** The options of the commands below `iru repo`, as the parser gives them. */
export interface PlanCommandOptions extends Options {
  readonly repo?: string
  readonly kind?: ReadonlyArray<string>
  readonly path?: ReadonlyArray<string>
  readonly id?: ReadonlyArray<string>
  readonly onConflict?: Repository.OnConflict
  readonly direction?: "push" | "pull" | "both"
  readonly prune?: boolean
  readonly recreate?: boolean
  readonly maxDeletes?: number
  readonly maxUpdates?: number
  readonly installers?: boolean
  readonly infoFormat?: "plist" | "json" | "yaml"
  readonly out?: string
  readonly exitCode?: boolean
  readonly markdown?: boolean
  readonly writeBack?: boolean
}

const codes: Partial<Record<RepositoryError["reason"], ExitCode>> = {
  LimitExceeded: exitCodes.usage,
  NotARepository: exitCodes.usage,
  WrongTenant: exitCodes.usage
}

const describeProblem = ({ file, key, line, message }: RepositoryError["problems"][number]): string =>
  `  ${file}${line === undefined ? "" : `:${line}`}: ${key === undefined ? "" : `${key} `}${message}`

/** Prints a line for each problem in a file, then fails with a summary. */
const readable = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E | Problem, R> =>
  Effect.catchAll(effect, (error): Effect.Effect<never, E | Problem> => {
    if (!isRepositoryError(error)) return Effect.fail(error)
    const { detail, problems, reason } = error
    return Effect.zipRight(
      problems.length === 0 ? Effect.void : tell(problems.map(describeProblem).join("\n")),
      new Problem({
        message: detail.replace(/limits: \{ (\w+): (\d+) \}/, "--max-$1 $2"),
        code: codes[reason] ?? exitCodes.failure
      })
    )
  })

const kindsOf = (kinds: ReadonlyArray<string> | undefined) =>
  kinds === undefined
    ? Effect.succeed(undefined)
    : Effect.forEach(kinds, (kind) =>
        Schema.is(Repository.Kind)(kind)
          ? Effect.succeed(kind)
          : new Problem({ message: `--kind must be profile, script or app, not "${kind}".`, code: exitCodes.usage })
      )

const planOptions = (options: PlanCommandOptions) =>
  Effect.map(kindsOf(options.kind), (kinds): Repository.PlanOptions => {
    const { direction, id: ids, installers, maxDeletes, maxUpdates, onConflict, path: paths, prune, recreate } = options
    const limits = { deletes: maxDeletes, updates: maxUpdates }
    return { direction, ids, installers, kinds, limits, onConflict, paths, prune, recreate }
  })

const folderOf = ({ repo = "." }: PlanCommandOptions): string => repo

const opened = (options: PlanCommandOptions) => Repository.open(folderOf(options))

const services = Layer.merge(NodeContext.layer, ProgressBar.layer())

/** Prints what would change. */
export const makePlan = (options: PlanCommandOptions) =>
  Effect.gen(function* () {
    const plan = yield* Repository.plan(yield* opened(options), yield* planOptions(options))
    const json = `${yield* Schema.encode(Repository.PlanJson)(plan)}\n`
    const { exitCode = false, markdown = false, out } = options
    if (out !== undefined) yield* writeWhole(out, Stream.make(new TextEncoder().encode(json)))
    const { color } = styleOf(options)
    const shown = markdown ? Repository.toMarkdown(plan) : Repository.toText(plan, { colors: color })
    yield* write(options.json === true ? json : `${shown.trimEnd()}\n`)
    if (out !== undefined) yield* tell(`Saved. To apply exactly this plan: iru repo apply ${out}`)
    return exitCode && !Repository.isEmpty(plan) ? exitCodes.changes : exitCodes.ok
  }).pipe(readable, Effect.provide(services))

const rowOf = (result: Repository.Outcome) => ({
  kind: result.item.kind,
  name: result.item.name,
  action: result.action?._tag ?? "",
  outcome: result.outcome,
  detail:
    result.outcome === "done"
      ? ""
      : (isRepositoryError(result.error) ? result.error.detail : explain(result.error).text).split("\n")[0]
})

const report = <E, R>(outcomes: Stream.Stream<Repository.Outcome, E, R>, options: Options) =>
  Effect.gen(function* () {
    yield* goOnWithoutReader
    let code: ExitCode = exitCodes.ok
    const told = outcomes.pipe(
      Stream.tap(({ outcome }) =>
        Effect.sync(() => {
          if (outcome !== "done") code = exitCodes.failure
        })
      ),
      Stream.filter(
        ({ action, outcome }) => outcome !== "done" || (action !== undefined && Repository.isChange(action))
      )
    )
    yield* printRows(Stream.map(told, rowOf), styleOf(options), ["kind", "name", "action", "outcome", "detail"])
    return code
  })

const readPlan = (file: string) =>
  Effect.flatMap(fileText(file), (text) =>
    Effect.mapError(
      Schema.decode(Repository.PlanJson)(text),
      () =>
        new Problem({ message: `${file} is not a plan. Make one: iru repo plan --out ${file}`, code: exitCodes.usage })
    )
  )

/** Shows a plan, asks for confirmation, and applies it. */
export const applyPlan = (tenant: Tenant, file: string | undefined, options: PlanCommandOptions) =>
  Effect.gen(function* () {
    const repository = yield* opened(options)
    const plan =
      file === undefined ? yield* Repository.plan(repository, yield* planOptions(options)) : yield* readPlan(file)
    const changes = plan.actions.filter(Repository.isChange).length
    yield* tell(Repository.toText(plan, { colors: process.stderr.isTTY && styleOf(options).color }).trimEnd())
    if (changes > 0) {
      const count = changes === 1 ? "1 change" : `${changes} changes`
      yield* confirmOnce({ what: "Apply this plan", tenant, names: [count] }, options)
    }
    return yield* report(Repository.apply(repository, plan, { writeBack: options.writeBack }), options)
  }).pipe(readable, Effect.provide(services))

/** Writes the items of the tenant into the folder. */
export const pullFolder = (options: PlanCommandOptions) =>
  Effect.gen(function* () {
    const { infoFormat } = options
    const pulled = Repository.pull(folderOf(options), { ...(yield* planOptions(options)), infoFormat })
    return yield* report(pulled, options)
  }).pipe(readable, Effect.provide(services))
