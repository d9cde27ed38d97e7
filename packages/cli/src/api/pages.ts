/**
 * Finds out from the first page how a listing is paged. The API has nine page styles.
 */
import { Pages } from "effect-iru"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

const record = Schema.Unknown

/** The style of a page. `undefined` if the answer is not a page of a listing. */
export const stylesOf = (page: unknown): Pages.Pages<unknown> | undefined => {
  if (Array.isArray(page)) return Pages.array(record)
  if (!Predicate.isRecord(page)) return undefined
  if (Array.isArray(page["data"]) && "cursor" in page) return Pages.prism(record)
  if (Array.isArray(page["results"])) {
    if ("next" in page) return Pages.counted(record)
    return "total" in page && "page" in page ? Pages.numbered(record) : Pages.offset(record)
  }
  const key = Object.keys(page).find((key) => {
    const inner = page[key]
    return Predicate.isRecord(inner) && Array.isArray(inner["results"]) && "next" in inner
  })
  return key === undefined ? undefined : Pages.within(key, record)
}
