/**
 * The lists on the page, as the resources describe them.
 */
import { resources, type Snapshot } from "../resources/index.js"
import type { PagePart, PageRow } from "../tenant/resource.js"
import type { Glance } from "../tenant/snapshot.js"

/** All lists, in the order of the resources. */
export const pageParts: ReadonlyArray<PagePart<Snapshot>> = resources.flatMap(
  ({ page }): ReadonlyArray<PagePart<Snapshot>> => page ?? []
)

/** A list as the page's script gets it. */
export interface FilledPart extends Glance<PageRow> {
  readonly id: string
  readonly place: string
  readonly noun: string
}

/** The lists with what they show of a tenant. */
export const filledParts = (snapshot: Snapshot): ReadonlyArray<FilledPart> =>
  pageParts.map(({ id, noun, place, rows }) => ({ id, place, noun, ...rows(snapshot) }))
