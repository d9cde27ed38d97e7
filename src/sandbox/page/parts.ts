/**
 * The places of the page, and the lists that the resources declare for them.
 */
import { resources } from "../resources/index.js"
import type { AnyResource, PagePart } from "../tenant/resource.js"

const all: ReadonlyArray<AnyResource> = resources

/** All lists, in the order of the resources. */
export const pageParts: ReadonlyArray<PagePart> = all.flatMap(({ page }) => page ?? [])

/** The places of the page, in the order in which it names them. */
export const places: ReadonlyArray<readonly [id: PagePart["place"], title: string]> = [
  ["fleet", "Fleet"],
  ["library", "Library"],
  ["blueprints", "Blueprints"],
  ["security", "Security"],
  ["audit", "Audit"]
]
