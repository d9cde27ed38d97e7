/**
 * What every action of a plan needs while it is applied.
 */
import type * as Effect from "effect/Effect"
import type { ApiClientError } from "../../errors/ApiClientError.js"
import type { PayloadError } from "../../errors/PayloadIntegrityError.js"
import { RepositoryError } from "../../errors/RepositoryError.js"
import type { SelfServiceCategory } from "../../schemas/SelfServiceCategory.js"
import type { Repository } from "../folder/reading.js"
import type { Kind } from "../model/kinds.js"
import type { Action, ItemRef } from "../Plan.js"
import type { Library, TenantItem, Watch } from "../planning/library.js"

/** What every action of a plan needs while it is applied. */
export interface Work extends Watch {
  readonly repository: Repository
  readonly tenant: string
  readonly library: Library
  /** The tenant's items of a kind by id. They are read once, since a pull writes many items. */
  readonly listed: Readonly<Record<Kind, Effect.Effect<ReadonlyMap<string, TenantItem>, ApiClientError>>>
  readonly categories: Effect.Effect<ReadonlyArray<SelfServiceCategory>, ApiClientError>
  /** Whether the folder's texts are replaced by the tenant's after an item was sent. */
  readonly writeBack: boolean
  /** Only one new folder at a time gets its name. */
  readonly naming: Effect.Semaphore
  /** The names of the folders in a parent folder, in lower case, since some file systems ignore case. */
  readonly names: Map<string, Set<string>>
  /**
   * The tenant's ids of items that this run created. The key is the kind and the id that the item had in the folder.
   */
  readonly created: Map<string, string>
}

/** Why applying one action can fail. */
export type Failure = RepositoryError | ApiClientError | PayloadError

/** The key of an item in `Work.created`. */
export const keyOf = ({ id, kind }: ItemRef): string => `${kind} ${id}`

/** The actions with one tag. */
export type ActionOf<Tag extends Action["_tag"]> = Extract<Action, { readonly _tag: Tag }>

/** The failure of an action whose item has changed since the plan was made. */
export const stale = ({ kind, name }: ItemRef, what: string): RepositoryError =>
  new RepositoryError({
    reason: "Stale",
    detail: `The ${kind} ${JSON.stringify(name)} ${what} since the plan was made, so it is left alone. Make a new plan.`
  })
