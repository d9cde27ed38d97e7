/**
 * A form with a file, from the wire to the disk: parsed, hashed and written as it comes, a megabyte at a time.
 */
import * as Multipasta from "multipasta"
import { createHash } from "node:crypto"
import { type FileHandle, open, rm } from "node:fs/promises"
import type { Answer, Incoming } from "../gateway/exchange.js"
import type { Permit, Verdict } from "./postPolicy.js"
import { invalidArgument, refusal } from "./refusal.js"

/** A file as it arrived. */
export interface Received {
  readonly permit: Permit
  readonly size: number
  readonly sha256: string
}

/** What became of an upload. */
export type Outcome = { readonly received: Received } | { readonly refused: Answer }

const piece = 1024 * 1024
/** S3 takes 20 KB of fields before the file. */
const mostFieldBytes = 20 * 1024
/** More than any form puts after its file. */
const slack = 64 * 1024

const malformed = (): Answer =>
  refusal(400, "MalformedPOSTRequest", "The body of your POST request is not well-formed multipart/form-data.")

const tooLarge = (size: number, most: number): Answer =>
  refusal(400, "EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", {
    ProposedSize: size,
    MaxSizeAllowed: most
  })

const tooSmall = (size: number, least: number): Answer =>
  refusal(400, "EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", {
    ProposedSize: size,
    MinSizeAllowed: least
  })

/**
 * Reads a form and writes its file to `path`. `judge` is asked once, when the file begins: the fields before it decide,
 * those after it are ignored. Nothing stays at `path` unless the file was received whole; if it has to be `durable`, it is
 * on the disk.
 */
export const receive = async (
  incoming: Incoming,
  length: number,
  path: string,
  judge: (fields: ReadonlyMap<string, string>, filename: string) => Verdict,
  durable: boolean
): Promise<Outcome> => {
  const fields = new Map<string, string>()
  const sha256 = createHash("sha256")
  let pending: Array<Uint8Array> = []
  let pendingBytes = 0
  let seen = 0
  let fieldBytes = 0
  let size = 0
  let files = 0
  let permit: Permit | undefined
  let closed = false
  let refused: Answer | undefined

  const parser = Multipasta.make({
    headers: { ...incoming.headers },
    isFile: (info) => info.name.toLowerCase() === "file",
    maxFieldSize: mostFieldBytes,
    onField: (info, value) => {
      fieldBytes += value.length
      if (files > 0 || refused !== undefined) return
      if (fieldBytes > mostFieldBytes) refused = fieldsTooLarge()
      else fields.set(info.name.toLowerCase(), Multipasta.decodeField(info, value))
    },
    onFile: (info) => {
      files += 1
      if (refused !== undefined) return () => undefined
      if (files > 1) {
        refused = invalidArgument("file", String(files), "POST requires exactly one file upload per request.")
        return () => undefined
      }
      const verdict = judge(fields, info.filename ?? "")
      if ("refused" in verdict) {
        refused = verdict.refused
        return () => undefined
      }
      const { most } = verdict.permit.sizes
      if (length - seen - slack > most) {
        refused = tooLarge(length - seen, most)
        return () => undefined
      }
      permit = verdict.permit
      return (chunk) => {
        if (chunk === null) {
          closed = true
          return
        }
        size += chunk.length
        if (size > most) {
          refused ??= tooLarge(size, most)
          return
        }
        pending.push(chunk)
        pendingBytes += chunk.length
      }
    },
    onError: (error) => {
      if (error._tag === "ReachedLimit") refused ??= fieldsTooLarge()
      else refused ??= malformed()
    },
    onDone: () => undefined
  })

  let file: FileHandle | undefined
  let writing: Promise<unknown> = Promise.resolve()
  let kept = false
  /** Hashes what is pending while the piece before it is still being written. */
  const flush = async (): Promise<void> => {
    const chunks = pending
    pending = []
    pendingBytes = 0
    for (const chunk of chunks) sha256.update(chunk)
    await writing
    const target = (file ??= await open(path, "wx"))
    writing = target.writev(chunks)
    writing.catch(() => undefined)
  }

  try {
    for await (const chunk of incoming.body) {
      parser.write(chunk)
      seen += chunk.length
      if (refused !== undefined) return { refused }
      if (pendingBytes >= piece) await flush()
    }
    parser.end()
    if (refused !== undefined) return { refused }
    if (files === 0) {
      return { refused: invalidArgument("file", "0", "POST requires exactly one file upload per request.") }
    }
    if (permit === undefined || !closed) return { refused: malformed() }
    if (size < permit.sizes.least) return { refused: tooSmall(size, permit.sizes.least) }
    await flush()
    await writing
    if (durable) await file?.sync()
    kept = true
    return { received: { permit, size, sha256: sha256.digest("hex") } }
  } finally {
    await writing.catch(() => undefined)
    await file?.close()
    if (!kept) await rm(path, { force: true })
  }
}

const fieldsTooLarge = (): Answer =>
  refusal(400, "MaxPostPreDataLengthExceeded", "Your POST request fields preceding the upload file were too large.", {
    MaxPostPreDataLengthExceeded: mostFieldBytes
  })
