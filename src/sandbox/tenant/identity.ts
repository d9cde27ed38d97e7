/**
 * What a tenant is from its first day on.
 */
import * as Schema from "effect/Schema"

/** A category of the Self Service app. */
export interface Category {
  readonly id: string
  readonly name: string
}

/** How an identity is kept. */
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

/** What a tenant is from its first day on. */
export interface Identity extends Schema.Schema.Type<typeof Identity> {}
