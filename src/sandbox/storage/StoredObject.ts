/**
 * What the store knows of an object.
 */

/** An object that was received whole. */
export interface StoredObject {
  readonly path: string
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
