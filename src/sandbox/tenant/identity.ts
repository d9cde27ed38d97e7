/**
 * The properties of a tenant that do not change.
 */
import * as Schema from "effect/Schema"

/** A category of the Self Service app. */
export interface Category {
  readonly id: string
  readonly name: string
}

/** The schema of a stored identity. */
export const Identity = Schema.Struct({
  apiToken: Schema.String,
  companyId: Schema.String,
  categories: Schema.Array(Schema.Struct({ id: Schema.String, name: Schema.String })),
  credentials: Schema.Struct({
    accessKeyId: Schema.String,
    secretAccessKey: Schema.String,
    sessionToken: Schema.String,
    region: Schema.String
  })
})

/** The properties of a tenant that do not change. */
export interface Identity extends Schema.Schema.Type<typeof Identity> {}
