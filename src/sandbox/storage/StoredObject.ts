/**
 * What the store knows of an object.
 */

/** An object that is there whole. */
export interface StoredObject {
  readonly source:
    | { readonly _tag: "File"; readonly path: string }
    | { readonly _tag: "Bytes"; readonly bytes: Uint8Array }
  readonly size: number
  readonly sha256: string
  /** With its quotes. */
  readonly etag: string
  readonly versionId: string
  /** Milliseconds. */
  readonly storedAt: number
  /** When the service is done with looking at it, in milliseconds. */
  readonly readyAt: number
}
