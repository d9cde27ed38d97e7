/**
 * Secrets that Iru keeps for devices. Every read is written into the audit log of the tenant.
 *
 * @see `/api/v1/devices/{device_id}/secrets`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ApiClientError } from "../errors/ApiClientError.js"
import * as Operation from "../operation/Operation.js"
import { ActivationLockBypassCodes, FileVaultKey, RecoveryPassword, UnlockPin } from "../schemas/DeviceSecret.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace DeviceSecrets {
  /** What can be read. All of it is `Redacted`. */
  export interface Service {
    /**
     * The codes that take the activation lock off a device.
     *
     * @see `GET /api/v1/devices/{device_id}/secrets/bypasscode`
     */
    readonly activationLockBypassCodes: (deviceId: string) => Effect.Effect<ActivationLockBypassCodes, ApiClientError>
    /**
     * The recovery key of a Mac's FileVault.
     *
     * @see `GET /api/v1/devices/{device_id}/secrets/filevaultkey`
     */
    readonly fileVaultKey: (deviceId: string) => Effect.Effect<FileVaultKey, ApiClientError>
    /**
     * The recovery lock password of a Mac with Apple silicon, or the firmware password of an older one.
     *
     * @see `GET /api/v1/devices/{device_id}/secrets/recoverypassword`
     */
    readonly recoveryPassword: (deviceId: string) => Effect.Effect<RecoveryPassword, ApiClientError>
    /**
     * The PIN that unlocks a Mac after `DeviceActions.lock` or `DeviceActions.erase`.
     *
     * @see `GET /api/v1/devices/{device_id}/secrets/unlockpin`
     */
    readonly unlockPin: (deviceId: string) => Effect.Effect<UnlockPin, ApiClientError>
  }
}

const root = "/api/v1/devices/{device_id}/secrets"

/** The operations of `DeviceSecrets`. */
export const operations = Operation.group("DeviceSecrets", {
  activationLockBypassCodes: {
    method: "GET",
    path: `${root}/bypasscode`,
    answer: ActivationLockBypassCodes,
    kind: "secret"
  },
  fileVaultKey: { method: "GET", path: `${root}/filevaultkey`, answer: FileVaultKey, kind: "secret" },
  recoveryPassword: { method: "GET", path: `${root}/recoverypassword`, answer: RecoveryPassword, kind: "secret" },
  unlockPin: { method: "GET", path: `${root}/unlockpin`, answer: UnlockPin, kind: "secret" }
})

const make = Effect.map(ApiClient, (client) => client.functions(operations) satisfies DeviceSecrets.Service)

/** Secrets that Iru keeps for devices. Every read is written into the audit log of the tenant: `/api/v1/devices/{device_id}/secrets`. */
export class DeviceSecrets extends Context.Tag("effect-iru/DeviceSecrets")<DeviceSecrets, DeviceSecrets.Service>() {
  /** Over the session at hand. */
  static readonly layer: Layer.Layer<DeviceSecrets, never, ApiClient> = Layer.effect(this, make)
}
