import * as Schema from "effect/Schema"
import { given, Id, Required } from "./internal.js"

/** A tag, which devices can have. */
export const Tag = Schema.Struct({
  id: Id,
  name: Schema.String
}).annotations({ identifier: "Tag" })
/** A tag, which devices can have, decoded. */
export interface Tag extends Schema.Schema.Type<typeof Tag> {}

/** Which tags a listing has. */
export const TagFilters = Schema.Struct({
  /** Only those whose name contains this. */
  search: given(Schema.String)
})
/** The filters of `Tags.stream` and `Tags.list`. */
export interface TagFilters extends Schema.Schema.Type<typeof TagFilters> {}

/** The name of a new tag, or of one that is renamed. */
export const TagName = Schema.Struct({
  name: Required
})
/** What `Tags.create` and `Tags.update` take. */
export interface TagName extends Schema.Schema.Type<typeof TagName> {}
