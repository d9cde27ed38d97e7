import * as Schema from "effect/Schema"
import { given, Id, Required } from "./internal.js"

/** A tag for devices. */
export const Tag = Schema.Struct({
  id: Id,
  name: Schema.String
}).annotations({ identifier: "Tag" })
/** A tag for devices, decoded. */
export interface Tag extends Schema.Schema.Type<typeof Tag> {}

/** Filters for a listing of tags. */
export const TagFilters = Schema.Struct({
  /** Only tags whose name contains this text. */
  search: given(Schema.String)
})
/** The filters of `Tags.stream` and `Tags.list`. */
export interface TagFilters extends Schema.Schema.Type<typeof TagFilters> {}

/** The name of a tag. */
export const TagName = Schema.Struct({
  name: Required
})
/** The argument of `Tags.create` and `Tags.update`. */
export interface TagName extends Schema.Schema.Type<typeof TagName> {}
