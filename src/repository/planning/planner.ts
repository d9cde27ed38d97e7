/**
 * Compares a folder with a tenant and with the last sync, and returns a plan.
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import { join, relative, resolve } from "node:path"
import type { ApiClientError } from "../../errors/ApiClientError.js"
import { RepositoryError, type RepositoryProblem } from "../../errors/RepositoryError.js"
import type { SelfServiceCategory } from "../../schemas/SelfServiceCategory.js"
import { SelfServiceCategories } from "../../services/SelfServiceCategories.js"
import type { LocalItem, Repository } from "../folder/reading.js"
import { idsElsewhere, readStates } from "../folder/state.js"
import { allKinds, type Kind } from "../model/kinds.js"
import type { ItemRef, Plan } from "../Plan.js"
import { levelItem, type Local } from "./checking.js"
import { makeLibrary, type TenantItem } from "./library.js"
import { assignments, type Needs, refOfLinked, tenantHost, toAction, withoutInstallers } from "./actions.js"
import { checkLimits, type Limits } from "./limits.js"
import { type Links, link, type OnConflict, refOf } from "./linking.js"

/** How a plan is made. */
export interface PlanOptions {
  /** Default: all three. */
  readonly kinds?: ReadonlyArray<Kind> | undefined
  /** Only items in these folders. A path is absolute or starts at the root. */
  readonly paths?: ReadonlyArray<string> | undefined
  /** Only items with these ids. */
  readonly ids?: ReadonlyArray<string> | undefined
  /** `push` changes the tenant (default), `pull` the folder. `both` copies each change to the other side. */
  readonly direction?: "push" | "pull" | "both" | undefined
  /**
   * How to handle items that changed on both sides. `fail` (default) makes each one a conflict; `folder` and `tenant`
   * let that side win. `folder` also undoes changes that were made only in the tenant.
   */
  readonly onConflict?: OnConflict | ((item: ItemRef) => OnConflict) | undefined
  /**
   * Deletes on one side what was deleted on the other, if the item is managed and unchanged since the last sync.
   * Default `false`.
   */
  readonly prune?: boolean | undefined
  /** Creates items again that were deleted in the tenant. Default `false`: they are reported as `missing`. */
  readonly recreate?: boolean | undefined
  readonly limits?: Limits | undefined
  /** Downloads installers when apps come from the tenant. Default `false`. */
  readonly installers?: boolean | undefined
}

/**
 * Returns the actions that bring folder and tenant in sync. Only sends read requests.
 *
 * Everything is checked first: files, the service's rules, categories, Blueprints, installers. Fails with `InvalidItem`
 * and all problems, with `LimitExceeded` if the plan would change more than `limits` allows, and with errors of the
 * API.
 *
 * @example
 * Effect.gen(function* () {
 *   const plan = yield* Repository.plan(yield* Repository.open("mdm"))
 *   yield* Console.log(Repository.toText(plan))
 * })
 * @see `GET /api/v1/library/custom-profiles`, `custom-scripts`, `custom-apps`, `/api/v1/blueprints`,
 *   `/api/v1/self-service/categories`
 */
export const plan = (
  repository: Repository,
  options: PlanOptions = {}
): Effect.Effect<Plan, RepositoryError | ApiClientError, Needs> =>
  Effect.gen(function* () {
    const { direction = "push", installers = false, onConflict = "fail", prune = false, recreate = false } = options
    const kinds = allKinds.filter((kind) => options.kinds?.includes(kind) ?? true)
    const isSelected = yield* selection(repository, options)
    const tenant = yield* tenantHost
    const states = yield* readStates(repository.root, tenant)
    const library = yield* makeLibrary
    const categories = kinds.every((kind) => kind === "profile") ? [] : yield* (yield* SelfServiceCategories).list()
    const locals = yield* levelled(
      repository.items.filter(({ kind }) => kinds.includes(kind)),
      categories
    )
    const notes = [...repository.notes]

    const links = new Map<Kind, Links>()
    for (const kind of kinds) {
      const own = locals.filter(({ item }) => item.kind === kind)
      const { complete, items } = yield* library[kind].list
      const isWhole = complete && own.length > 0 && items.length > 0
      if (prune && states[kind].size > 0 && !isWhole) notes.push(nothingDeleted(kind, complete, own, items))
      links.set(
        kind,
        link(kind, own, items, states[kind], {
          elsewhere: yield* idsElsewhere(repository.root, tenant, kind),
          direction,
          onConflict: typeof onConflict === "function" ? onConflict : () => onConflict,
          prune,
          recreate,
          mayDelete: isWhole
        })
      )
    }
    const all = [...links.values()]
    const partners = new Map(all.flatMap(({ partners }) => [...partners]))
    const linked = all.flatMap(({ actions }) => actions).filter((action) => isSelected(refOfLinked(action)))
    const categoryNames = new Map(categories.map(({ id, name }) => [id, name] as const))

    const problems: Array<RepositoryProblem> = []
    const checked = yield* Effect.forEach(linked, (action) =>
      toAction(action, { repository, library, categoryNames, installers, problems })
    )
    const missingInstallers = installers ? yield* withoutInstallers(repository, locals, partners, linked) : []
    const assigns =
      direction === "pull"
        ? []
        : yield* assignments(
            locals.filter((local) => isSelected(refOf(local))),
            partners,
            new Set(
              linked.flatMap((action) =>
                action._tag === "create" && action.side === "tenant" ? [action.local.item.id] : []
              )
            ),
            problems
          )
    if (problems.length > 0) {
      return yield* new RepositoryError({
        reason: "InvalidItem",
        detail: "The folder cannot be applied to the tenant. Nothing was sent.",
        problems: inOrder(problems)
      })
    }
    const actions = [...checked, ...missingInstallers, ...assigns]
    const managed = all.reduce((sum, { managed }) => sum + managed, 0)
    yield* checkLimits(actions, managed, options.limits ?? {})
    const selected = <A extends ItemRef>(of: (links: Links) => ReadonlyArray<A>) => all.flatMap(of).filter(isSelected)
    return {
      version: 1,
      tenant,
      actions,
      missing: selected(({ missing }) => missing),
      orphans: selected(({ orphans }) => orphans),
      unmanaged: selected(({ unmanaged }) => unmanaged),
      conflicts: selected(({ conflicts }) => conflicts),
      skipped: selected(({ skipped }) => skipped),
      notes,
      items: locals.length
    }
  })

const nothingDeleted = (
  kind: Kind,
  complete: boolean,
  own: ReadonlyArray<Local>,
  items: ReadonlyArray<TenantItem>
): string => {
  const why = !complete
    ? "the tenant's listing is incomplete"
    : own.length === 0
      ? "the folder has none"
      : items.length === 0
        ? "the tenant has none"
        : ""
  return `No ${kind} is deleted, because ${why}: this looks like a mistake. Delete the last ones by hand.`
}

const inOrder = (problems: ReadonlyArray<RepositoryProblem>): ReadonlyArray<RepositoryProblem> =>
  problems.toSorted((one, other) => (one.file < other.file ? -1 : one.file > other.file ? 1 : 0))

/** Whether an item was selected by `paths` or `ids`. A path without items is an error. */
const selection = (
  { items, root }: Repository,
  { ids, paths }: PlanOptions
): Effect.Effect<(item: ItemRef) => boolean, RepositoryError> =>
  Effect.gen(function* () {
    if (paths === undefined && ids === undefined) return () => true
    const folders = (paths ?? []).map((path) => relative(root, resolve(root, path)).replaceAll("\\", "/"))
    const wanted = new Set((ids ?? []).map((id) => id.toLowerCase()))
    const isIn = (folder: string, path: string | undefined) =>
      path !== undefined && (folder === "" || path === folder || path.startsWith(`${folder}/`))
    const empty = folders.filter((folder) => !items.some(({ path }) => isIn(folder, path)))
    if (empty.length > 0) {
      return yield* new RepositoryError({
        reason: "InvalidItem",
        detail: `There are no items in ${empty.map((folder) => join(root, folder)).join(", ")}. Paths begin at the root of the repository.`
      })
    }
    return (item) => wanted.has(item.id) || folders.some((folder) => isIn(folder, item.path))
  })

/** The items with the ids of their categories. Fails with all problems if a category is unknown. */
const levelled = (items: ReadonlyArray<LocalItem>, categories: ReadonlyArray<SelfServiceCategory>) => {
  const [problems, locals] = Arr.partitionMap(items, (item) => levelItem(item, categories))
  return problems.length === 0
    ? Effect.succeed(locals)
    : Effect.fail(
        new RepositoryError({
          reason: "InvalidItem",
          detail: "The folder uses Self Service categories that cannot be found in the tenant. Nothing was sent.",
          problems: inOrder(problems)
        })
      )
}
