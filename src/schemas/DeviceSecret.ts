import * as Schema from "effect/Schema"
import { nullishText } from "./internal.js"

/** A secret, or `undefined` if there is none. */
const secret = nullishText(Schema.Redacted(Schema.String))

/** The codes that remove the activation lock from a device. Each may be missing. */
export const ActivationLockBypassCodes = Schema.Struct({
  user_based_albc: secret,
  device_based_albc: secret
}).annotations({ identifier: "ActivationLockBypassCodes" })
/** The codes that remove the activation lock, decoded. */
export interface ActivationLockBypassCodes extends Schema.Schema.Type<typeof ActivationLockBypassCodes> {}

/** The personal recovery key of a Mac's FileVault. Missing if no key is escrowed. */
export const FileVaultKey = Schema.Struct({ key: secret }).annotations({ identifier: "FileVaultKey" })
/** The recovery key of a Mac's FileVault, decoded. */
export interface FileVaultKey extends Schema.Schema.Type<typeof FileVaultKey> {}

/** The PIN that unlocks a Mac after a lock or an erase. Missing if there is none. */
export const UnlockPin = Schema.Struct({ pin: secret }).annotations({ identifier: "UnlockPin" })
/** The PIN that unlocks a Mac, decoded. */
export interface UnlockPin extends Schema.Schema.Type<typeof UnlockPin> {}

/** The recovery lock password of a Mac, or its firmware password. Missing if there is none. */
export const RecoveryPassword = Schema.Struct({ recovery_password: secret }).annotations({
  identifier: "RecoveryPassword"
})
/** The recovery lock password of a Mac, decoded. */
export interface RecoveryPassword extends Schema.Schema.Type<typeof RecoveryPassword> {}
