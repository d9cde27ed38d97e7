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

/** A user from a directory that is connected to the tenant. */
export const User = Schema.Struct({
  id: Id,
  email: blankAsNull,
  name: blankAsNull,
  active: nullish(Schema.Boolean),
  /** Whether the web app shows the user under "Archived". */
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
/** A user from a connected directory, decoded. */
export interface User extends Schema.Schema.Type<typeof User> {}

/** Filters for a listing of users. */
export const UserFilters = Schema.Struct({
  /** Only users whose email address contains this text. */
  email: given(Schema.String),
  /** Only the user with this id. */
  id: given(Schema.String),
  /** Only users of the directory with this UUID. */
  integration_id: given(Schema.String),
  /** Only archived users (`true`), or only the others (`false`). */
  archived: given(Schema.Boolean)
})
/** The filters of `Users.stream` and `Users.list`. */
export interface UserFilters extends Schema.Schema.Type<typeof UserFilters> {}
