/**
 * The properties of an object in storage.
 */

/** A complete object. */
export interface StoredObject {
  readonly source:
    | { readonly _tag: "File"; readonly path: string }
    | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }
  readonly size: number
  readonly sha256: string
  /** Including the quotes. */
  readonly etag: string
  readonly versionId: string
  /** Milliseconds. */
  readonly storedAt: number
  /** When the service has finished processing it, in milliseconds. */
  readonly readyAt: number
}
