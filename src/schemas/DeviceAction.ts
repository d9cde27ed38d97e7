import * as Schema from "effect/Schema"
import { choice, given, nullishText, Required } from "./internal.js"

/** The message on the screen of a locked device. */
export const LockMessage = Schema.Struct({
  Message: given(Schema.String),
  PhoneNumber: given(Schema.String)
})
/** The argument of `DeviceActions.lock`. */
export interface LockMessage extends Schema.Schema.Type<typeof LockMessage> {}

/** The PIN that unlocks a Mac, from the answer of a lock. */
export const LockPin = Schema.Struct({ PIN: nullishText(Schema.Redacted(Schema.String)) }).annotations({
  identifier: "LockPin"
})
/** The PIN that unlocks a Mac, decoded. */
export interface LockPin extends Schema.Schema.Type<typeof LockPin> {}

const sixCharacters = Schema.String.pipe(Schema.length(6, { message: () => "must have six characters" }))

const EraseFlag = choice("WIPE_EXTERNAL_STORAGE", "WIPE_ESIMS")

/** The API takes the flags as one text with commas. */
const EraseFlags = Schema.transform(Schema.String, Schema.Array(EraseFlag), {
  strict: false,
  decode: (text) => text.split(","),
  encode: (flags) => flags.join(",")
})

/** How a device is erased. */
export const EraseOptions = Schema.Struct({
  /**
   * Six characters that unlock a Mac after the erase. If it is left out, Iru generates one: see
   * `DeviceSecrets.unlockPin`.
   */
  PIN: given(Schema.Redacted(sixCharacters)),
  /** iPhone and iPad: whether to keep the data plan of an eSIM. The service's default is `true`. */
  PreserveDataPlan: given(Schema.Boolean),
  /** iPhone and iPad: whether to turn off Proximity Setup after the erase. */
  DisallowProximitySetup: given(Schema.Boolean),
  /** iOS 17 and later: the device enrolls itself again. */
  ReturnToService: given(
    Schema.Struct({
      Enabled: Schema.Boolean,
      /** The id of a profile with the Wi-Fi settings. Required without Ethernet. */
      ProfileId: given(Required)
    })
  ),
  /**
   * Windows: how it is erased. `WIPE_CLOUD` wipes it from the cloud. `WIPE_PROTECTED` also cleans the internal drive, and
   * cannot be stopped by turning the power off; some devices do not start after it.
   */
  erase_mode: given(choice("WIPE", "WIPE_CLOUD", "WIPE_PROTECTED")),
  /** Android: what is erased too, external storage such as an SD card, or the eSIMs of a device of the company. */
  erase_flags: given(EraseFlags)
})
/** The argument of `DeviceActions.erase`. */
export interface EraseOptions extends Schema.Schema.Type<typeof EraseOptions> {}

/** The local users to delete from a device. */
export const DeleteUser = Schema.Struct({
  /** The short name of the user. */
  UserName: given(Required),
  DeleteAllUsers: given(Schema.Boolean),
  /** Whether to delete the user even if some data is not synchronized yet. */
  ForceDeletion: given(Schema.Boolean)
}).pipe(
  Schema.filter((body) =>
    (body.UserName === undefined) === (body.DeleteAllUsers !== true)
      ? { path: ["UserName"], message: "is required unless DeleteAllUsers is true; do not give both" }
      : undefined
  )
)
/** The argument of `DeviceActions.deleteUser`. */
export interface DeleteUser extends Schema.Schema.Type<typeof DeleteUser> {}

/** Options for restarting a device. */
export const RestartOptions = Schema.Struct({
  /** Macs: whether to rebuild the kernel cache. */
  RebuildKernelCache: given(Schema.Boolean),
  /** Macs: whether to ask the user, who may refuse. */
  NotifyUser: given(Schema.Boolean)
})
/** The argument of `DeviceActions.restart`. */
export interface RestartOptions extends Schema.Schema.Type<typeof RestartOptions> {}

/** The new name of a device. */
export const DeviceName = Schema.Struct({ DeviceName: Required })
/** The argument of `DeviceActions.setName`. */
export interface DeviceName extends Schema.Schema.Type<typeof DeviceName> {}

/** The local account of a Mac to unlock. */
export const UnlockAccount = Schema.Struct({ UserName: Required })
/** The argument of `DeviceActions.unlockAccount`. */
export interface UnlockAccount extends Schema.Schema.Type<typeof UnlockAccount> {}

/** Whether Remote Desktop is on. */
export const RemoteDesktop = Schema.Struct({ EnableRemoteDesktop: Schema.Boolean })
/** The argument of `DeviceActions.remoteDesktop`. */
export interface RemoteDesktop extends Schema.Schema.Type<typeof RemoteDesktop> {}

/** The source of a carrier's eSIM. */
export const CellularPlans = Schema.Struct({
  /** The URL of the carrier's eSIM server. */
  eSIMServerURL: Required
})
/** The argument of `DeviceActions.refreshCellularPlans`. */
export interface CellularPlans extends Schema.Schema.Type<typeof CellularPlans> {}

/** The new passcode of a work profile. */
export const WorkProfilePasscode = Schema.Struct({
  /** At least four characters, from Android 14 on six. If it is left out, the passcode is removed. */
  newPassword: given(Schema.Redacted(Required)),
  /** `LOCK_NOW` locks the device at once. */
  resetPasswordFlags: given(Schema.Array(choice("LOCK_NOW")))
})
/** The argument of `DeviceActions.resetWorkProfilePasscode`. */
export interface WorkProfilePasscode extends Schema.Schema.Type<typeof WorkProfilePasscode> {}

/** Whether a feature is turned on. */
export const Toggle = Schema.Struct({ Enabled: Schema.Boolean })
/** The argument of `DeviceActions.dataRoaming` and `DeviceActions.personalHotspot`. */
export interface Toggle extends Schema.Schema.Type<typeof Toggle> {}
