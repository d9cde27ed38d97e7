import * as Schema from "effect/Schema"
import { choice, given, nullishText, Required } from "./internal.js"

/** What the screen of a locked device shows. */
export const LockMessage = Schema.Struct({
  Message: given(Schema.String),
  PhoneNumber: given(Schema.String)
})
/** What `DeviceActions.lock` takes. */
export interface LockMessage extends Schema.Schema.Type<typeof LockMessage> {}

/** The PIN that unlocks a Mac, which the answer to a lock holds. */
export const LockPin = Schema.Struct({ PIN: nullishText(Schema.Redacted(Schema.String)) }).annotations({
  identifier: "LockPin"
})
/** The PIN that unlocks a Mac, decoded. */
export interface LockPin extends Schema.Schema.Type<typeof LockPin> {}

const sixCharacters = Schema.String.pipe(Schema.length(6, { message: () => "must have six characters" }))

/** How a device is erased. */
export const EraseOptions = Schema.Struct({
  /** Six characters: what a Mac asks for after it was erased. Without it, Iru makes one: `DeviceSecrets.unlockPin`. */
  PIN: given(Schema.Redacted(sixCharacters)),
  /** iPhone and iPad: keeps the data plan of an eSIM. The service default is `true`. */
  PreserveDataPlan: given(Schema.Boolean),
  /** iPhone and iPad: no Proximity Setup after the erase. */
  DisallowProximitySetup: given(Schema.Boolean),
  /** iOS 17 and later: the device enrolls itself again. */
  ReturnToService: given(
    Schema.Struct({
      Enabled: Schema.Boolean,
      /** The profile with the Wi-Fi to connect to. Needed without Ethernet. */
      ProfileId: given(Required)
    })
  ),
  /** Windows: how thorough it is. */
  erase_mode: given(Schema.String),
  /** Android: flags of the wipe. */
  erase_flags: given(Schema.Array(Schema.String))
})
/** What `DeviceActions.erase` takes. */
export interface EraseOptions extends Schema.Schema.Type<typeof EraseOptions> {}

/** Which local users of a device are deleted. */
export const DeleteUser = Schema.Struct({
  /** The short name of the user. */
  UserName: given(Required),
  DeleteAllUsers: given(Schema.Boolean),
  /** Also if data of the user has not been synchronized yet. */
  ForceDeletion: given(Schema.Boolean)
}).pipe(
  Schema.filter((body) =>
    (body.UserName === undefined) === (body.DeleteAllUsers !== true)
      ? { path: ["UserName"], message: "is required, or DeleteAllUsers, and not both" }
      : undefined
  )
)
/** What `DeviceActions.deleteUser` takes. */
export interface DeleteUser extends Schema.Schema.Type<typeof DeleteUser> {}

/** How a device restarts. */
export const RestartOptions = Schema.Struct({
  /** Macs: builds the kernel cache again. */
  RebuildKernelCache: given(Schema.Boolean),
  /** Macs: the user is asked, and may refuse. */
  NotifyUser: given(Schema.Boolean)
})
/** What `DeviceActions.restart` takes. */
export interface RestartOptions extends Schema.Schema.Type<typeof RestartOptions> {}

/** The new name of a device. */
export const DeviceName = Schema.Struct({ DeviceName: Required })
/** What `DeviceActions.setName` takes. */
export interface DeviceName extends Schema.Schema.Type<typeof DeviceName> {}

/** The local account of a Mac that is unlocked. */
export const UnlockAccount = Schema.Struct({ UserName: Required })
/** What `DeviceActions.unlockAccount` takes. */
export interface UnlockAccount extends Schema.Schema.Type<typeof UnlockAccount> {}

/** Whether Remote Desktop is on. */
export const RemoteDesktop = Schema.Struct({ EnableRemoteDesktop: Schema.Boolean })
/** What `DeviceActions.remoteDesktop` takes. */
export interface RemoteDesktop extends Schema.Schema.Type<typeof RemoteDesktop> {}

/** Where a carrier's eSIM comes from. */
export const CellularPlans = Schema.Struct({
  /** The URL of the carrier's eSIM server. */
  eSIMServerURL: Required
})
/** What `DeviceActions.refreshCellularPlans` takes. */
export interface CellularPlans extends Schema.Schema.Type<typeof CellularPlans> {}

/** The new passcode of a work profile. */
export const WorkProfilePasscode = Schema.Struct({
  newPassword: Schema.Redacted(Required),
  /** `LOCK_NOW` locks the device at once. */
  resetPasswordFlags: given(Schema.Array(choice("LOCK_NOW")))
})
/** What `DeviceActions.resetWorkProfilePasscode` takes. */
export interface WorkProfilePasscode extends Schema.Schema.Type<typeof WorkProfilePasscode> {}

/** Whether something is on. */
export const Toggle = Schema.Struct({ Enabled: Schema.Boolean })
/** What `DeviceActions.dataRoaming` and `DeviceActions.personalHotspot` take. */
export interface Toggle extends Schema.Schema.Type<typeof Toggle> {}
