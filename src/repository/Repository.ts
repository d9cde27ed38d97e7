/**
 * A folder of profiles, scripts and custom apps in the layout of the vendor's tool. A plan compares it with a tenant,
 * and `apply` carries the plan out.
 *
 * @example
 * const program = Effect.gen(function* () {
 *   const repository = yield* Repository.open("mdm")
 *   const plan = yield* Repository.plan(repository)
 *   yield* Console.log(Repository.toText(plan))
 *   yield* Stream.runDrain(Repository.apply(repository, plan))
 * })
 */
export { apply, type ApplyOptions, type Outcome } from "./applying/apply.js"
export type { Failure } from "./applying/Work.js"
export { type ItemFile, type LocalItem, open, type Repository } from "./folder/reading.js"
export { type Marker, markers, type Root } from "./folder/layout.js"
export type { Format, Record as InfoRecord, Value as InfoValue } from "./format/InfoDocument.js"
export type { Values } from "./model/Fields.js"
export { AppInfo, EnsuredBlueprint, type Info, ProfileInfo, ScriptInfo } from "./model/Info.js"
export { Kind } from "./model/kinds.js"
export { Action, Change, isChange, isEmpty, ItemRef, Left, Plan, PlanJson, PlannedInstaller, Side } from "./Plan.js"
export type { Needs } from "./planning/actions.js"
export type { Watch } from "./planning/library.js"
export type { Limits } from "./planning/limits.js"
export type { OnConflict } from "./planning/linking.js"
export { plan, type PlanOptions } from "./planning/planner.js"
export { pull, type PullOptions } from "./pulling.js"
export { type TextOptions, toMarkdown, toText } from "./rendering.js"
