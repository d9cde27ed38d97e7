/**
 * Self Service: its categories, and the rules for scripts and apps.
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { json } from "../../gateway/exchange.js"
import type { Fields } from "../../gateway/fields.js"
import { route } from "../../gateway/router.js"
import type { Category } from "../../tenant/identity.js"
import { resource } from "../../tenant/resource.js"
import type { Seeding } from "../../tenant/seeding.js"
import type { Draw } from "../../tenant/seedNumbers.js"
import type { Tenant } from "../../tenant/tenant.js"

/** The Self Service categories. They are set when a tenant is created and never change. */
export const selfServiceCategories = resource({
  // The answer is a bare array without pages.
  routes: ({ identity }) => [
    route("GET", "/api/v1/self-service/categories", () => Effect.succeed(json(200, identity.categories)))
  ],
  state: ({ identity }) => ({
    /** The Self Service categories. */
    categories: Effect.succeed(identity.categories)
  }),
  snapshot: ({ identity }) => Effect.succeed({ categories: identity.categories })
})

/** The stored fields that say how an item appears in Self Service. */
export const showingFields = {
  show_in_self_service: Schema.Boolean,
  self_service_category_id: Schema.String,
  self_service_recommended: Schema.Boolean
}

/** How an item appears in Self Service. */
export interface Showing {
  readonly show_in_self_service: boolean
  /** `""` if there is none. */
  readonly self_service_category_id: string
  readonly self_service_recommended: boolean
}

/** The values of an item that is not in Self Service. */
export const hidden: Showing = {
  show_in_self_service: false,
  self_service_category_id: "",
  self_service_recommended: false
}

/**
 * Reads the three fields; missing ones keep their previous values. Category and recommendation are cleared if the item
 * is not shown.
 */
export const readShowing = (fields: Fields, before: Showing): Showing => {
  const shown = fields.boolean("show_in_self_service") ?? before.show_in_self_service
  const category = fields.text("self_service_category_id", { blank: true }) ?? before.self_service_category_id
  const recommended = fields.boolean("self_service_recommended") ?? before.self_service_recommended
  return shown
    ? { show_in_self_service: true, self_service_category_id: category, self_service_recommended: recommended }
    : hidden
}

/** Checks the rules. Reports only the first broken rule, under the service's key. */
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

/** The keys that the service sends. Category and recommendation are included only if the item is shown. */
export const renderShowing = (showing: Showing): Partial<Showing> =>
  showing.show_in_self_service
    ? {
        show_in_self_service: true,
        self_service_category_id: showing.self_service_category_id,
        self_service_recommended: showing.self_service_recommended
      }
    : { show_in_self_service: false }

/** The place of an item in Self Service. */
export interface InSelfService {
  /** The name of its category; `undefined` if it is not in Self Service. */
  readonly category: string | undefined
}

export const inSelfService = ({ identity }: Tenant, { self_service_category_id }: Showing): InSelfService => ({
  category: identity.categories.find(({ id }) => id === self_service_category_id.toLowerCase())?.name
})

/** The place of an item in Self Service, for the page. */
export const showingFacts = (tenant: Tenant, item: Showing): ReadonlyArray<string> =>
  item.show_in_self_service ? [`Self Service: ${inSelfService(tenant, item).category ?? "no such category"}`] : []

/** How a seeded item appears in Self Service. */
export const drawShowing = ({ categories }: Seeding, draw: Draw, shown: boolean): Showing => {
  const category = categories[draw(Math.max(1, categories.length))]
  return shown && category !== undefined
    ? { show_in_self_service: true, self_service_category_id: category.id, self_service_recommended: draw(4) === 0 }
    : hidden
}
