/**
 * Self Service: its categories, and the rules that scripts and apps share about it.
 */
import * as Effect from "effect/Effect"
import { idOfText } from "../tenant/ids.js"
import { json } from "../gateway/exchange.js"
import type { Fields } from "../gateway/fields.js"
import type { Route } from "../gateway/router.js"

/** A category of the Self Service app. */
export interface Category {
  readonly id: string
  readonly name: string
}

/** The categories of a new tenant. */
export const defaultCategories: ReadonlyArray<string> = ["Apps", "Productivity", "Utilities", "Security"]

/** Categories with the ids that their names always have: seeded records speak of them. */
export const makeCategories = (names: ReadonlyArray<string>): ReadonlyArray<Category> =>
  names.map((name) => ({ id: idOfText(`Self Service category ${name}`), name }))

/** A bare array, without pages. */
export const selfServiceRoutes = (categories: ReadonlyArray<Category>): ReadonlyArray<Route> => [
  {
    method: "GET",
    path: "/api/v1/self-service/categories",
    endpoint: () => Effect.succeed(json(200, categories))
  }
]

/** How an item appears in Self Service. */
export interface Showing {
  readonly show_in_self_service: boolean
  /** `""` where there is none. */
  readonly self_service_category_id: string
  readonly self_service_recommended: boolean
}

/** Not in Self Service. */
export const hidden: Showing = {
  show_in_self_service: false,
  self_service_category_id: "",
  self_service_recommended: false
}

/** Reads the three fields over what was before. Category and recommendation are dropped where the item is not shown. */
export const readShowing = (fields: Fields, before: Showing): Showing => {
  const shown = fields.boolean("show_in_self_service") ?? before.show_in_self_service
  const category = fields.text("self_service_category_id", { blank: true }) ?? before.self_service_category_id
  const recommended = fields.boolean("self_service_recommended") ?? before.self_service_recommended
  return shown
    ? { show_in_self_service: true, self_service_category_id: category, self_service_recommended: recommended }
    : hidden
}

/** The one rule that is broken first, with the key under which the service reports it. */
export const checkShowing = (
  fields: Fields,
  showing: Showing,
  onlyInSelfService: boolean,
  categories: ReadonlyArray<Category>
): void => {
  if (onlyInSelfService && !showing.show_in_self_service) {
    fields.refuse("show_in_self_service", "Required when choosing no_enforcement")
  } else if (showing.show_in_self_service && showing.self_service_category_id === "") {
    fields.refuse("self_service_category_id", "Required when show_in_self_service is true")
  } else if (
    showing.show_in_self_service &&
    !categories.some((category) => category.id === showing.self_service_category_id.toLowerCase())
  ) {
    fields.refuse("self_service_category_id", "Invalid self service category.")
  }
}

/** The keys as the service sends them: the last two only while the item is shown. */
export const renderShowing = (showing: Showing): Partial<Showing> =>
  showing.show_in_self_service
    ? {
        show_in_self_service: true,
        self_service_category_id: showing.self_service_category_id,
        self_service_recommended: showing.self_service_recommended
      }
    : { show_in_self_service: false }
