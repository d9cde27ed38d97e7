/**
 * Secrets that Iru keeps for devices. The tenant's audit log records every read.
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
  /** The functions that read secrets. Every secret is `Redacted`. */
  export interface Service {
    /**
     * Gets the codes that remove the activation lock of a device.
     *
     * @see `GET /api/v1/devices/{device_id}/secrets/bypasscode`
     */
    readonly activationLockBypassCodes: (deviceId: string) => Effect.Effect<ActivationLockBypassCodes, ApiClientError>
    /**
     * Gets the FileVault recovery key of a Mac.
     *
     * @see `GET /api/v1/devices/{device_id}/secrets/filevaultkey`
     */
    readonly fileVaultKey: (deviceId: string) => Effect.Effect<FileVaultKey, ApiClientError>
    /**
     * Gets the recovery lock password of a Mac with Apple silicon, or the firmware password of an older Mac.
     *
     * @see `GET /api/v1/devices/{device_id}/secrets/recoverypassword`
     */
    readonly recoveryPassword: (deviceId: string) => Effect.Effect<RecoveryPassword, ApiClientError>
    /**
     * Gets the PIN that unlocks a Mac after `DeviceActions.lock` or `DeviceActions.erase`.
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

/**
 * Secrets that Iru keeps for devices: `/api/v1/devices/{device_id}/secrets`. The tenant's audit log records every read.
 */
export class DeviceSecrets extends Context.Tag("effect-iru/DeviceSecrets")<DeviceSecrets, DeviceSecrets.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<DeviceSecrets, never, ApiClient> = Layer.effect(this, make)
}
