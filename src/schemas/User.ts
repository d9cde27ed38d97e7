import * as Schema from "effect/Schema"
import { blankAsNull, given, Id, nullish } from "./internal.js"

/** The directory that a user comes from. */
export const UserIntegration = Schema.Struct({
  id: nullish(Schema.Finite),
  name: blankAsNull,
  uuid: blankAsNull,
  type: blankAsNull
}).annotations({ identifier: "UserIntegration" })
/** The directory that a user comes from, decoded. */
export interface UserIntegration extends Schema.Schema.Type<typeof UserIntegration> {}

/** A user of a directory that is connected. */
export const User = Schema.Struct({
  id: Id,
  email: blankAsNull,
  name: blankAsNull,
  active: nullish(Schema.Boolean),
  /** It stands under "Archived" in the web app. */
  archived: nullish(Schema.Boolean),
  department: blankAsNull,
  job_title: blankAsNull,
  deprecated_user_id: blankAsNull,
  integration: nullish(UserIntegration),
  /** How many devices are assigned to the user. */
  device_count: nullish(Schema.Finite),
  created_at: blankAsNull,
  updated_at: blankAsNull
}).annotations({ identifier: "User" })
/** A user of a directory that is connected, decoded. */
export interface User extends Schema.Schema.Type<typeof User> {}

/** Which users a listing has. */
export const UserFilters = Schema.Struct({
  /** Only those whose address contains this. */
  email: given(Schema.String),
  /** Only the one with this id. */
  id: given(Schema.String),
  /** Only those of the directory with this UUID. */
  integration_id: given(Schema.String),
  /** Only those that are archived, or only those that are not. */
  archived: given(Schema.Boolean)
})
/** The filters of `Users.stream` and `Users.list`. */
export interface UserFilters extends Schema.Schema.Type<typeof UserFilters> {}
