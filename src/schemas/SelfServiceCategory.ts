import * as Schema from "effect/Schema"

/** A Self Service category from `GET /api/v1/self-service/categories`. */
export const SelfServiceCategory = Schema.Struct({
  id: Schema.String,
  name: Schema.String
}).annotations({ identifier: "SelfServiceCategory" })
/** A Self Service category, decoded. */
export interface SelfServiceCategory extends Schema.Schema.Type<typeof SelfServiceCategory> {}
