/**
 * Does what a plan says, item by item.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { RepositoryError } from "../../errors/RepositoryError.js"
import { SelfServiceCategories } from "../../services/SelfServiceCategories.js"
import { fieldErrorsOf } from "../../operation/arguments.js"
import { clearUnfinished, io } from "../folder/files.js"
import { checkLinks } from "../folder/links.js"
import type { Repository } from "../folder/reading.js"
import type { Kind } from "../model/kinds.js"
import { type Action, type ItemRef, Plan } from "../Plan.js"
import { type Needs, tenantHost } from "../planning/actions.js"
import { makeLibrary, type Watch } from "../planning/library.js"
import * as folderSide from "./folderSide.js"
import * as tenantSide from "./tenantSide.js"
import type { Failure, Work } from "./Work.js"

/** How a plan is applied. */
export interface ApplyOptions extends Watch {
  /** Items at once. Default 4. */
  readonly concurrency?: number | undefined
  /**
   * Writes what the tenant made of each item that is sent into the folder: its texts, times and ids. For teams that use
   * the vendor's tool on the same folder. Default `false`: only ids and hashes are written.
   */
  readonly writeBack?: boolean | undefined
}

/** What became of one action, or of one conflict. */
export type Outcome =
  | { readonly outcome: "done"; readonly item: ItemRef; readonly action: Action }
  /** The item has changed since the plan was made, and was left alone. */
  | { readonly outcome: "stale"; readonly item: ItemRef; readonly action: Action; readonly error: RepositoryError }
  /** `action` is missing for a conflict of the plan. */
  | { readonly outcome: "failed"; readonly item: ItemRef; readonly action?: Action; readonly error: Failure }

/**
 * Does what a plan says and nothing else, and tells what became of each action as it ends: first what is only written
 * down, then uploads, creates, updates, assignments, deletes. An item that has changed since the plan was made is `stale`
 * and left alone; an item that fails stops no other. What is known of each item is written as it ends, so a run that is
 * cut off is continued by a new plan.
 *
 * Before anything is read or sent, fails with `WrongTenant` if the plan was made for another tenant, and with `InvalidItem`
 * if an id, a folder or an installer in it is none, as in a plan that somebody has edited. Fails with `Unauthorized` or `Forbidden` at the first item that is answered so.
 *
 * @example
 * Repository.apply(repository, plan).pipe(
 *   Stream.filter(({ outcome }) => outcome !== "done"),
 *   Stream.runForEach(({ item, outcome }) => Console.error(`${outcome}: ${item.name}`))
 * )
 * @see `POST`, `PATCH`, `DELETE /api/v1/library/custom-profiles`, `custom-scripts`, `custom-apps`,
 *   `POST /api/v1/blueprints/{blueprint_id}/assign-library-item`
 */
export const apply = (
  repository: Repository,
  plan: Plan,
  { concurrency = 4, onProgress, writeBack = false }: ApplyOptions = {}
): Stream.Stream<Outcome, Failure, Needs> =>
  Stream.unwrap(
    Effect.gen(function* () {
      const tenant = yield* tenantHost
      if (plan.tenant !== tenant) {
        return yield* new RepositoryError({
          reason: "WrongTenant",
          detail: `The plan was made for ${plan.tenant}, and this session is for ${tenant}. Make a plan for this tenant.`
        })
      }
      yield* Effect.mapError(checkPlan(plan), ({ issue }) => {
        const problems = Object.entries(fieldErrorsOf(issue)).map(([key, messages]) => `${key} ${messages.join(", ")}`)
        return new RepositoryError({
          reason: "InvalidItem",
          detail: `The plan is not as it was made: ${problems.join("; ")}. Make a new plan.`
        })
      })
      yield* checkLinks(repository.root, tenant)
      yield* Effect.mapError(clearUnfinished(repository.root), io("The folder cannot be written"))
      const categories = yield* SelfServiceCategories
      const library = yield* makeLibrary
      const listed = (kind: Kind) =>
        Effect.cached(Effect.map(library[kind].list, ({ items }) => new Map(items.map((item) => [item.id, item]))))
      const work: Work = {
        repository,
        tenant,
        library,
        listed: { profile: yield* listed("profile"), script: yield* listed("script"), app: yield* listed("app") },
        categories: yield* Effect.cached(categories.list()),
        writeBack,
        naming: yield* Effect.makeSemaphore(1),
        names: new Map(),
        created: new Map(),
        onProgress
      }
      const conflicts = plan.conflicts.map(({ why, ...item }): Outcome => {
        const detail = `The ${item.kind} ${JSON.stringify(item.name)} ${why}.`
        return { outcome: "failed", item, error: new RepositoryError({ reason: "Conflict", detail }) }
      })
      return stages(plan.actions).reduce(
        (before, actions) =>
          Stream.concat(
            before,
            Stream.mapEffect(Stream.fromIterable(actions), (action) => outcomeOf(work, action), {
              concurrency,
              unordered: true
            })
          ),
        Stream.fromIterable(conflicts) as Stream.Stream<Outcome, Failure, Needs>
      )
    })
  )

const checkPlan = Schema.validate(Plan)

/** Actions that wait for no other, in the order in which they are done. */
const stages = (actions: ReadonlyArray<Action>): ReadonlyArray<ReadonlyArray<Action>> => {
  const stageOf = (action: Action): number => {
    switch (action._tag) {
      case "record":
      case "forget":
        return 0
      case "create":
        return action.installer === undefined ? 2 : 1
      case "update":
        return action.installer === undefined ? 3 : 1
      case "assign":
        return 4
      case "delete":
        return 5
    }
  }
  return [0, 1, 2, 3, 4, 5].map((stage) => actions.filter((action) => stageOf(action) === stage))
}

const perform = (work: Work, action: Action): Effect.Effect<void, Failure, Needs> => {
  switch (action._tag) {
    case "record":
      return tenantSide.record(work, action)
    case "forget":
      return tenantSide.forget(work, action)
    case "assign":
      return tenantSide.assign(work, action)
    case "create":
      return action.side === "tenant" ? tenantSide.create(work, action) : folderSide.create(work, action)
    case "update":
      return action.side === "tenant" ? tenantSide.update(work, action) : folderSide.update(work, action)
    case "delete":
      return action.side === "tenant" ? tenantSide.remove(work, action) : folderSide.remove(work, action)
  }
}

const outcomeOf = (work: Work, action: Action): Effect.Effect<Outcome, Failure, Needs> => {
  const { item } = action
  return Effect.matchEffect(perform(work, action), {
    onSuccess: () => Effect.succeed<Outcome>({ outcome: "done", item, action }),
    onFailure: (error) => {
      if (error._tag === "RepositoryError" && error.reason === "Stale") {
        return Effect.succeed<Outcome>({ outcome: "stale", item, action, error })
      }
      // The token is refused: every other item would be answered so too.
      if (error._tag === "ApiClientError" && (error.reason === "Unauthorized" || error.reason === "Forbidden")) {
        return Effect.fail(error)
      }
      return Effect.succeed<Outcome>({ outcome: "failed", item, action, error })
    }
  })
}
