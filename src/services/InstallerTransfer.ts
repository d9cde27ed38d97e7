/**
 * Uploads and downloads of installers. Storage gives a signed address for each transfer, which expires after some time.
 * The implementation needs files and a hash function, so it depends on the platform: `effect-iru/node` has the one for
 * Node.
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

/** The progress of a transfer. It is reported synchronously and often, so handle it quickly. */
export interface TransferProgress {
  /** `finalizing`: the service processes the uploaded installer. `verifying`: the sha256 is computed or compared. */
  readonly phase: "uploading" | "finalizing" | "downloading" | "verifying"
  /** The installer's file name. */
  readonly name: string
  /** How many bytes of the installer were transferred, or were read to compute its sha256. */
  readonly bytes: number
  /** The size of the installer in bytes, if it is known. */
  readonly total: number | undefined
}

/** An installer that was uploaded to storage. */
export interface UploadedInstaller extends CustomAppUpload {
  /** In bytes. */
  readonly size: number
  /** The sha256 of the bytes that were sent, in lower-case hex. */
  readonly sha256: string
}

/** Options of every transfer. */
export interface TransferOptions {
  /** Called with the progress of the transfer. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

/** Options for sending an installer to the tenant. */
export interface SendOptions extends TransferOptions {
  /**
   * The schedule for reading the app again while the service still processes the upload and reports no sha256, or a
   * different one. Default: after 1, 2, 4, 8, 16, 30, 30 … seconds, 301 seconds in all.
   */
  readonly processing?: Schedule.Schedule<unknown> | undefined
  /**
   * Allows an installer whose extension belongs to another `install_type`, such as a `.dmg` as a `package`. Default
   * `false`: such an installer fails with `InvalidArgument`.
   */
  readonly anyKind?: boolean | undefined
}

export interface UploadOptions extends TransferOptions {
  /** Gets a place in storage. Runs once before the upload, and again if that place expires. */
  readonly presign: Effect.Effect<CustomAppUpload, ApiClientError>
  /**
   * The current time in milliseconds since 1970, to see whether a place has expired. Pass `ApiClient`'s `serverTime`.
   * Default: the time of this machine.
   */
  readonly serverTime?: Effect.Effect<number> | undefined
}

export interface DownloadOptions extends TransferOptions {
  /**
   * Continues a partial file of an earlier process that was killed. If this download ends early, keeps its partial
   * file.
   */
  readonly resume?: boolean | undefined
}

/** An installer in storage. */
export interface StoredInstaller {
  /** A temporary address. It is a secret while it is valid. */
  readonly url: Redacted.Redacted
  readonly name: string
  /** In bytes. */
  readonly size?: number | undefined
  /** In hex. */
  readonly sha256?: string | undefined
}

/** An installer on disk. */
export interface DownloadedInstaller {
  readonly path: string
  /** In bytes. */
  readonly size: number
  /** The sha256 of the bytes that were written, in lower-case hex. */
  readonly sha256: string
  /** Whether the tenant gave a sha256, so that the file could be compared with it. */
  readonly verified: boolean
}

export declare namespace InstallerTransfer {
  /** The functions that transfer installers. */
  export interface Service {
    /**
     * Gets the name that an installer will have, and its size in bytes. Fails with `InvalidArgument` if the file does
     * not exist, is a folder, is empty, or is larger than storage accepts (5 GiB).
     */
    readonly inspect: (
      installer: Installer,
      operation: string
    ) => Effect.Effect<{ readonly name: string; readonly size: number }, ApiClientError>
    /** Computes the sha256 of an installer, in lower-case hex. Reads the whole installer. */
    readonly sha256: (installer: Installer, options?: TransferOptions) => Effect.Effect<string, PayloadError>
    /**
     * Uploads an installer to the place that `presign` returns. The API token is not sent. Returns the place that was
     * used, and the sha256 of the bytes that were sent. Fails with `Expired` or `Rejected` before a byte is sent if the
     * policy of the place does not allow the upload.
     */
    readonly upload: (
      installer: Installer,
      options: UploadOptions
    ) => Effect.Effect<UploadedInstaller, PayloadError | ApiClientError>
    /**
     * Downloads an installer to a file. The target is written only when the installer is complete and verified; until
     * then, an existing file stays as it is. `source` runs again if the address that it returned has expired.
     */
    readonly download: (
      source: Effect.Effect<StoredInstaller, ApiClientError | PayloadError>,
      target: string,
      options?: DownloadOptions
    ) => Effect.Effect<DownloadedInstaller, PayloadError | ApiClientError>
    /**
     * Streams the bytes of an installer from storage. The stream emits the last piece only after it has checked size
     * and sha256. So if it ends without a failure, the installer was complete and correct.
     */
    readonly stream: (
      source: Effect.Effect<StoredInstaller, ApiClientError | PayloadError>,
      options?: TransferOptions
    ) => Stream.Stream<Uint8Array, PayloadError | ApiClientError>
  }
}

/** Uploads and downloads installers. */
export class InstallerTransfer extends Context.Tag("effect-iru/InstallerTransfer")<
  InstallerTransfer,
  InstallerTransfer.Service
>() {}
