/**
 * Installers on their way to and from storage, over addresses that are signed for a while. The implementation needs
 * files and a hash, so it belongs to a platform: `effect-iru/node` has the one for Node.
 */
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Schedule from "effect/Schedule"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { PayloadError } from "../errors/PayloadIntegrityError.js"
import type { CustomAppUpload } from "../schemas/CustomApp.js"
import type { Installer } from "../schemas/Installer.js"

/** How far a transfer is. Reported synchronously and often: keep what you do with it short. */
export interface TransferProgress {
  /** `finalizing`: the service processes what was uploaded. `verifying`: the digest is computed or compared. */
  readonly phase: "uploading" | "finalizing" | "downloading" | "verifying"
  /** The installer's file name. */
  readonly name: string
  /** Bytes of the installer that have moved, or were read to compute its digest. */
  readonly bytes: number
  /** Bytes in all, where that is known. */
  readonly total: number | undefined
}

/** An installer in its place in storage. */
export interface UploadedInstaller extends CustomAppUpload {
  /** In bytes. */
  readonly size: number
  /** Lower-case hex, of the bytes that were sent. */
  readonly sha256: string
}

/** How a transfer is watched. */
export interface TransferOptions {
  /** Called with how far it is. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

/** How an installer gets to the tenant. */
export interface SendOptions extends TransferOptions {
  /**
   * When to ask again while the service processes what was uploaded, and says another sha256 or none. Default: after 1,
   * 2, 4, 8, 16, 30, 30 … seconds, 301 in all.
   */
  readonly processing?: Schedule.Schedule<unknown> | undefined
  /**
   * Send an installer whose extension belongs to another `install_type`, such as a `.dmg` as a `package`. Default
   * `false`: that is `InvalidArgument`.
   */
  readonly anyKind?: boolean | undefined
}

export interface UploadOptions extends TransferOptions {
  /** A place in storage. Asked once before the upload, and once more where the first place expires. */
  readonly presign: Effect.Effect<CustomAppUpload, ApiClientError>
  /**
   * The time by which a place expires, in milliseconds since 1970: `ApiClient`'s `serverTime`. Default: this machine's.
   */
  readonly serverTime?: Effect.Effect<number> | undefined
}

export interface DownloadOptions extends TransferOptions {
  /** Continue from a partial file that an earlier, killed process left, and keep one where this download ends early. */
  readonly resume?: boolean | undefined
}

/** An installer in storage. */
export interface StoredInstaller {
  /** A temporary address. It is a secret while it is valid. */
  readonly url: Redacted.Redacted
  readonly name: string
  /** In bytes. */
  readonly size?: number | undefined
  /** Hex. */
  readonly sha256?: string | undefined
}

/** An installer on disk. */
export interface DownloadedInstaller {
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** Lower-case hex, of the bytes that were written. */
  readonly sha256: string
  /** Whether there was a sha256 to compare it with. */
  readonly verified: boolean
}

export declare namespace InstallerTransfer {
  /** What moves installers. */
  export interface Service {
    /**
     * The name and the size in bytes that an installer will have. Fails with `InvalidArgument` where a file does not
     * exist, is a folder, is empty, or is larger than storage takes (5 GiB).
     */
    readonly inspect: (
      installer: Installer,
      operation: string
    ) => Effect.Effect<{ readonly name: string; readonly size: number }, ApiClientError>
    /** The sha256, in lower-case hex, of what would be uploaded. Reads all of it. */
    readonly sha256: (installer: Installer, options?: TransferOptions) => Effect.Effect<string, PayloadError>
    /**
     * Uploads an installer to the place that `presign` gives. No token goes with it. Gives the place that took it, and
     * the sha256 of what was sent.
     * Fails with `Expired` or `Rejected` before a byte is sent where the place's own policy rules it out.
     */
    readonly upload: (
      installer: Installer,
      options: UploadOptions
    ) => Effect.Effect<UploadedInstaller, PayloadError | ApiClientError>
    /**
     * Downloads an installer to a file. The target appears whole and verified, or not at all; what was there before
     * stays until then. `source` is asked again where the address that it gave has expired.
     */
    readonly download: (
      source: Effect.Effect<StoredInstaller, ApiClientError | PayloadError>,
      target: string,
      options?: DownloadOptions
    ) => Effect.Effect<DownloadedInstaller, PayloadError | ApiClientError>
    /**
     * The bytes of an installer, from storage. The last piece is sent only after size and sha256 have been checked, so
     * a stream that ends without a failure was the right installer.
     */
    readonly stream: (
      source: Effect.Effect<StoredInstaller, ApiClientError | PayloadError>,
      options?: TransferOptions
    ) => Stream.Stream<Uint8Array, PayloadError | ApiClientError>
  }
}

/** Moves installers. */
export class InstallerTransfer extends Context.Tag("effect-iru/InstallerTransfer")<
  InstallerTransfer,
  InstallerTransfer.Service
>() {}
