/**
 * Applies a plan, action by action.
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
  /** How many items are processed at the same time. Default 4. */
  readonly concurrency?: number | undefined
  /**
   * After an item was sent, writes the tenant's version of it into the folder: its texts, times and ids. Use it if a
   * team also uses the vendor's tool on the folder. Default `false`: only ids and hashes are written.
   */
  readonly writeBack?: boolean | undefined
}

/** The result of one action, or of one conflict. */
export type Outcome =
  | { readonly outcome: "done"; readonly item: ItemRef; readonly action: Action }
  /** The item has changed since the plan was made. Nothing was done to it. */
  | { readonly outcome: "stale"; readonly item: ItemRef; readonly action: Action; readonly error: RepositoryError }
  /** `action` is missing if the item was a conflict in the plan. */
  | { readonly outcome: "failed"; readonly item: ItemRef; readonly action?: Action; readonly error: Failure }

/**
 * Carries out exactly the actions of a plan, and emits an outcome as each one ends. The order is: changes of the sync
 * state, uploads and downloads, creates, updates, assignments, deletes. An item that has changed since the plan was
 * made is `stale` and is not touched. If an item fails, the others continue. The sync state of each item is saved as it
 * ends, so a new plan continues an interrupted run.
 *
 * Fails with `WrongTenant` if the plan was made for another tenant, and with `InvalidItem` if the plan contains an
 * invalid id, folder or installer, for example because somebody edited it. In both cases nothing was read or sent.
 * Fails with `Unauthorized` or `Forbidden` at the first item that is answered with it.
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
          detail: `The plan is not valid: ${problems.join("; ")}. Make a new plan.`
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

/** The actions in groups. Groups run one after the other; actions of one group do not depend on each other. */
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
      // The API rejects the token, so every other item would fail too.
      if (error._tag === "ApiClientError" && (error.reason === "Unauthorized" || error.reason === "Forbidden")) {
        return Effect.fail(error)
      }
      return Effect.succeed<Outcome>({ outcome: "failed", item, action, error })
    }
  })
}
