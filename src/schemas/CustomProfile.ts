import * as Schema from "effect/Schema"
import { File } from "../operation/body.js"
import { InputFile } from "./InputFile.js"
import { given, Id, nullishOr, Required, Timestamp } from "./internal.js"
import { anyPlatform, besides } from "./rules.js"

/** A custom profile of the library. */
export const CustomProfile = Schema.Struct({
  id: Id,
  name: Schema.String,
  active: Schema.Boolean,
  /**
   * The stored `.mobileconfig`. On every update, the service rewrites its top-level `PayloadIdentifier` and
   * `PayloadDisplayName` and generates a new `PayloadUUID`. `PayloadContent` stays as it was uploaded.
   */
  profile: Schema.String,
  mdm_identifier: Schema.String,
  runs_on_mac: nullishOr(Schema.Boolean, false),
  runs_on_iphone: nullishOr(Schema.Boolean, false),
  runs_on_ipad: nullishOr(Schema.Boolean, false),
  runs_on_tv: nullishOr(Schema.Boolean, false),
  runs_on_vision: nullishOr(Schema.Boolean, false),
  runs_on_android: nullishOr(Schema.Boolean, false),
  runs_on_windows: nullishOr(Schema.Boolean, false),
  created_at: Timestamp,
  updated_at: Timestamp
}).annotations({ identifier: "CustomProfile" })
/** A custom profile, decoded. */
export interface CustomProfile extends Schema.Schema.Type<typeof CustomProfile> {}

/**
 * A `.mobileconfig`, as a path or as content. Its default file name is the name of the profile with `.mobileconfig`.
 */
export const ProfileFile = InputFile
export type ProfileFile = typeof ProfileFile.Type

const changeable = {
  /** The service's default is `true`. */
  active: given(Schema.Boolean),
  runs_on_mac: given(Schema.Boolean),
  runs_on_iphone: given(Schema.Boolean),
  runs_on_ipad: given(Schema.Boolean),
  runs_on_tv: given(Schema.Boolean),
  runs_on_vision: given(Schema.Boolean)
}

/** The fields of a new custom profile. At least one `runs_on_*` must be true. */
export const CreateCustomProfile = Schema.Struct({ name: Required, file: ProfileFile, ...changeable }).pipe(
  Schema.filter(anyPlatform, besides)
)
/** The argument of `CustomProfiles.create`. */
export interface CreateCustomProfile extends Schema.Schema.Type<typeof CreateCustomProfile> {}

/** The fields of a custom profile to change. Fields that are left out stay unchanged. */
export const UpdateCustomProfile = Schema.Struct({
  name: given(Schema.String),
  /** If it is left out, the stored profile stays unchanged. */
  file: given(ProfileFile),
  ...changeable
})
/** The argument of `CustomProfiles.update`. */
export interface UpdateCustomProfile extends Schema.Schema.Type<typeof UpdateCustomProfile> {}

/** A new custom profile in the form that is sent to the API, after its file was read. */
export const CustomProfileForm = Schema.Struct({ name: Required, ...changeable, file: File })

/** Changes to a custom profile in the form that is sent to the API, after the file was read. */
export const CustomProfileChanges = Schema.Struct({ name: given(Schema.String), ...changeable, file: given(File) })
