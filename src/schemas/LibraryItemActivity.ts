import * as Schema from "effect/Schema"
import { blankAsNull, choice, given, Json, nullish, openEnum, Timestamp } from "./internal.js"

const activityTypes = [
  "library_item_created",
  "library_item_edited",
  "library_item_deleted",
  "library_item_duplicated",
  "library_item_assignment_changed"
] as const

/** An event in the activity log of a library item: `GET /api/v1/library/library-items/{library_item_id}/activity`. */
export const LibraryItemActivity = Schema.Struct({
  id: Schema.Int,
  activity_time: Timestamp,
  activity_type: openEnum(...activityTypes),
  user_id: blankAsNull,
  user_email: blankAsNull,
  /** The shape depends on `activity_type`. */
  details: nullish(Json)
}).annotations({ identifier: "LibraryItemActivity" })
/** An event in the activity log of a library item, decoded. */
export interface LibraryItemActivity extends Schema.Schema.Type<typeof LibraryItemActivity> {}

/** Filters for a listing of activity. */
export const LibraryItemActivityFilters = Schema.Struct({
  activity_type: given(choice(...activityTypes)),
  user_id: given(Schema.String),
  user_email: given(Schema.String)
})
/** The filters of `LibraryItems.activity`. */
export interface LibraryItemActivityFilters extends Schema.Schema.Type<typeof LibraryItemActivityFilters> {}

/** Filters for a listing of devices. */
export const LibraryItemStatusFilters = Schema.Struct({
  /** Only this device. */
  computer_id: given(Schema.String)
})
/** The filters of `LibraryItems.status`. */
export interface LibraryItemStatusFilters extends Schema.Schema.Type<typeof LibraryItemStatusFilters> {}
