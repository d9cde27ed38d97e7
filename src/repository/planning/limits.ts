/**
 * Limits how much one plan may change.
 */
import * as Effect from "effect/Effect"
import { RepositoryError } from "../../errors/RepositoryError.js"
import type { Action } from "../Plan.js"

/**
 * How many items a plan may delete and update. Default: 10 % and 30 % of the items that both folder and tenant have.
 */
export interface Limits {
  readonly deletes?: number | undefined
  readonly updates?: number | undefined
}

/** With fewer items than this, the default limits do not apply. */
const fewest = 10

/**
 * Refuses a plan that changes more than the limits allow: deletes on both sides, and updates of the tenant. Fails with
 * `LimitExceeded`.
 */
export const checkLimits = (
  actions: ReadonlyArray<Action>,
  managed: number,
  limits: Limits
): Effect.Effect<void, RepositoryError> => {
  const deletes = actions.flatMap((action) => (action._tag === "delete" ? [action.item.name] : []))
  const updates = actions.flatMap((action) =>
    action._tag === "update" && action.side === "tenant" ? [action.item.name] : []
  )
  const share = (percent: number) => (managed < fewest ? Infinity : Math.floor((managed * percent) / 100))
  return Effect.zipRight(
    check("delete", deletes, limits.deletes, share(10), `10 % of ${managed} items`),
    check("update", updates, limits.updates, share(30), `30 % of ${managed} items`)
  )
}

const check = (
  verb: "delete" | "update",
  names: ReadonlyArray<string>,
  given: number | undefined,
  usual: number,
  how: string
): Effect.Effect<void, RepositoryError> => {
  const most = given ?? usual
  // The comparison is in this direction so that a limit of `NaN` allows nothing.
  if (names.length <= most) return Effect.void
  const shown = names
    .slice(0, 10)
    .map((name) => JSON.stringify(name))
    .join(", ")
  const more = names.length > 10 ? ` and ${names.length - 10} more` : ""
  return new RepositoryError({
    reason: "LimitExceeded",
    detail: `The plan would ${verb} ${names.length} items (${shown}${more}), and the limit is ${most}${given === undefined ? `, ${how}` : ""}. If this is intended, raise the limit: limits: { ${verb}s: ${names.length} }.`
  })
}
