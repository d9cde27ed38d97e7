import * as Schema from "effect/Schema"
import { blankAsNull, blankAsNullOr, given, nullish, openEnum } from "./internal.js"

const outcome = openEnum("SUCCESS", "FAILED")

/** The state of lost mode on an iPhone or an iPad. */
export const LostModeDetails = Schema.Struct({
  lost_mode_status: blankAsNullOr(openEnum("ENABLED", "DISABLED")),
  enabled_by: blankAsNull,
  enable_status_at: blankAsNull,
  lock_screen_message: blankAsNull,
  lock_screen_phone_number: blankAsNull,
  lock_screen_footnote: blankAsNull,
  disable_status: blankAsNull,
  disabled_by: blankAsNull,
  disable_status_at: blankAsNull,
  last_location_status: blankAsNullOr(outcome),
  last_location_status_at: blankAsNull,
  last_location: nullish(
    Schema.Struct({
      /** Degrees, as text. */
      latitude: blankAsNull,
      /** Degrees, as text. */
      longitude: blankAsNull
    })
  ),
  last_location_at: blankAsNull,
  sound_status: blankAsNullOr(outcome),
  sound_status_at: blankAsNull
}).annotations({ identifier: "LostModeDetails" })
/** The state of lost mode, decoded. */
export interface LostModeDetails extends Schema.Schema.Type<typeof LostModeDetails> {}

/** The message on the lock screen of a lost device. */
export const LostModeMessage = Schema.Struct({
  Message: given(Schema.String),
  PhoneNumber: given(Schema.String),
  Footnote: given(Schema.String)
})
/** The argument of `LostMode.enable`. */
export interface LostModeMessage extends Schema.Schema.Type<typeof LostModeMessage> {}
