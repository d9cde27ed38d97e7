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
   * The stored `.mobileconfig`. The service rewrites its top-level `PayloadIdentifier` and `PayloadDisplayName` and
   * makes a new `PayloadUUID` on every update; `PayloadContent` stays as it was uploaded.
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

/** A `.mobileconfig`: where it lies, or what it holds. Its default file name is the profile's with `.mobileconfig`. */
export const ProfileFile = InputFile
export type ProfileFile = typeof ProfileFile.Type

const changeable = {
  /** The service default is `true`. */
  active: given(Schema.Boolean),
  runs_on_mac: given(Schema.Boolean),
  runs_on_iphone: given(Schema.Boolean),
  runs_on_ipad: given(Schema.Boolean),
  runs_on_tv: given(Schema.Boolean),
  runs_on_vision: given(Schema.Boolean)
}

/** The fields of a new custom profile. At least one `runs_on_*` is true. */
export const CreateCustomProfile = Schema.Struct({ name: Required, file: ProfileFile, ...changeable }).pipe(
  Schema.filter(anyPlatform, besides)
)
/** What `CustomProfiles.create` takes. */
export interface CreateCustomProfile extends Schema.Schema.Type<typeof CreateCustomProfile> {}

/** The fields of a custom profile to change. What is not given stays as it is. */
export const UpdateCustomProfile = Schema.Struct({
  name: given(Schema.String),
  /** Without it the stored profile stays. */
  file: given(ProfileFile),
  ...changeable
})
/** What `CustomProfiles.update` takes. */
export interface UpdateCustomProfile extends Schema.Schema.Type<typeof UpdateCustomProfile> {}

/** A new custom profile as it is sent, its file read. */
export const CustomProfileForm = Schema.Struct({ name: Required, ...changeable, file: File })

/** The changes to a custom profile as they are sent, its file read. */
export const CustomProfileChanges = Schema.Struct({ name: given(Schema.String), ...changeable, file: given(File) })
