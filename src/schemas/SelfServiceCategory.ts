import * as Schema from "effect/Schema"

/** A category of Self Service, as `GET /api/v1/self-service/categories` gives it. */
export const SelfServiceCategory = Schema.Struct({
  id: Schema.String,
  name: Schema.String
}).annotations({ identifier: "SelfServiceCategory" })
/** A category of Self Service, decoded. */
export interface SelfServiceCategory extends Schema.Schema.Type<typeof SelfServiceCategory> {}
