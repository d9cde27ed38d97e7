import * as Schema from "effect/Schema"
import { blankAsNull, choice, given, Id, Json, nullish, nullishOr, openEnum, Required } from "./internal.js"

/** A device in Apple Business or School Manager. */
export const AdeDevice = Schema.Struct({
  id: Id,
  serial_number: blankAsNull,
  blueprint_id: blankAsNull,
  /** The Blueprint as a record, or only its name. */
  blueprint: nullish(Json),
  use_blueprint_routing: nullish(Schema.Boolean),
  /** The device record, once the device has enrolled. */
  mdm_device: nullish(
    Schema.Struct({
      id: Id,
      name: blankAsNull,
      enrolled_at: blankAsNull,
      enrollment_status: nullish(Schema.Finite),
      deferred_install: nullish(Schema.Boolean),
      is_missing: nullish(Schema.Boolean),
      is_removed: nullish(Schema.Boolean)
    })
  ),
  user_id: blankAsNull,
  /** The user as a record, or only the name. */
  user: nullish(Json),
  tags: nullishOr(Schema.Array(Json), []),
  /** The integration that the device comes from. */
  dep_account: nullish(Schema.Struct({ id: Id, server_name: blankAsNull })),
  asset_tag: blankAsNull,
  color: blankAsNull,
  description: blankAsNull,
  device_assigned_by: blankAsNull,
  device_assigned_date: blankAsNull,
  device_family: nullish(openEnum("iPad", "iPhone", "iPod", "Mac", "AppleTV", "Vision")),
  model: blankAsNull,
  os: nullish(openEnum("iOS", "iPadOS", "OSX", "tvOS", "visionOS")),
  profile_assign_time: blankAsNull,
  profile_push_time: blankAsNull,
  profile_status: nullish(openEnum("assigned", "empty", "pushed", "removed")),
  last_assignment_status: blankAsNull,
  failed_assignment_attempts: nullish(Schema.Finite),
  assignment_status_received_at: blankAsNull
}).annotations({ identifier: "AdeDevice" })
/** A device in Apple Business or School Manager, decoded. */
export interface AdeDevice extends Schema.Schema.Type<typeof AdeDevice> {}

/** Filters for a listing of devices. */
export const AdeDeviceFilters = Schema.Struct({
  /** Matches a part of the value. */
  blueprint_id: given(Schema.String),
  /** Matches the whole value. */
  user_id: given(Schema.String),
  /** The id of an integration. */
  dep_account: given(Schema.String),
  device_family: given(choice("iPad", "iPhone", "iPod", "Mac", "AppleTV", "Vision")),
  /** Matches a part of the value. */
  model: given(Schema.String),
  os: given(choice("iOS", "iPadOS", "OSX", "tvOS", "visionOS")),
  profile_status: given(choice("assigned", "empty", "pushed", "removed")),
  /** Matches a part of the value. */
  serial_number: given(Schema.String)
})
/** The filters of `AdeDevices.stream` and `AdeDevices.list`. */
export interface AdeDeviceFilters extends Schema.Schema.Type<typeof AdeDeviceFilters> {}

/** The fields of a device that can change before it enrolls. Fields that are left out stay unchanged. */
export const UpdateAdeDevice = Schema.Struct({
  blueprint_id: given(Required),
  /** Whether Blueprint routing chooses the Blueprint. */
  use_blueprint_routing: given(Schema.Boolean),
  /** The id of the user to assign; `null` removes the user. */
  user_id: given(Schema.NullOr(Required)),
  asset_tag: given(Schema.NullOr(Schema.String))
})
/** The argument of `AdeDevices.update`. */
export interface UpdateAdeDevice extends Schema.Schema.Type<typeof UpdateAdeDevice> {}
