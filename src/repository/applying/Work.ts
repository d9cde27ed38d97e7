/**
 * What applying one plan has at hand.
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

/** What applying one plan has at hand. */
export interface Work extends Watch {
  readonly repository: Repository
  readonly tenant: string
  readonly library: Library
  /** The tenant's items of a kind by id, read once: for the many items that a pull writes into the folder. */
  readonly listed: Readonly<Record<Kind, Effect.Effect<ReadonlyMap<string, TenantItem>, ApiClientError>>>
  readonly categories: Effect.Effect<ReadonlyArray<SelfServiceCategory>, ApiClientError>
  /** Whether the tenant's texts replace the folder's after an item was sent. */
  readonly writeBack: boolean
  /** New folders get their names one after the other. */
  readonly naming: Effect.Semaphore
  /** The names in a folder of items, in lower case: not every file system tells upper from lower case. */
  readonly names: Map<string, Set<string>>
  /** The tenant's ids of items that this run created, by kind and by the id in the folder before. */
  readonly created: Map<string, string>
}

/** What can go wrong with one item. */
export type Failure = RepositoryError | ApiClientError | PayloadError

/** The key of an item in `Work.created`. */
export const keyOf = ({ id, kind }: ItemRef): string => `${kind} ${id}`

/** The action of a kind. */
export type ActionOf<Tag extends Action["_tag"]> = Extract<Action, { readonly _tag: Tag }>

/** The failure of an action whose item is not as it was when the plan was made. */
export const stale = ({ kind, name }: ItemRef, what: string): RepositoryError =>
  new RepositoryError({
    reason: "Stale",
    detail: `The ${kind} ${JSON.stringify(name)} ${what} since the plan was made, so it is left alone. Make a new plan.`
  })
