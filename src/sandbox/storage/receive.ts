/**
 * Receives a form with a file. The form is parsed, hashed and written to disk as a stream, one MiB at a time.
 */
import { isUtf8 } from "node:buffer"
import { createHash } from "node:crypto"
import { type FileHandle, open, rm } from "node:fs/promises"
import type { Readable } from "node:stream"
import type { Answer, Incoming } from "../gateway/exchange.js"
import { formParser, type FormParser } from "../gateway/multipart.js"
import type { Permit, Verdict } from "./postPolicy.js"
import { invalidArgument, refusal } from "./refusal.js"

/** A file that was received completely. */
export interface Received {
  readonly permit: Permit
  readonly size: number
  readonly sha256: string
}

/** The result of an upload. */
export type Outcome = { readonly received: Received } | { readonly refused: Answer }

const piece = 1024 * 1024
/** S3 allows 20 KB of fields before the file. */
const mostFieldBytes = 20 * 1024
/** The parser treats a file without a file name as a field and holds it in memory. */
const mostUnnamedBytes = 64 * 1024 * 1024
/** Room for the fields after the file. Forms need less. */
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
 * A field that was decoded as latin1. It is decoded again as UTF-8, unless it named its own charset: such text is
 * already correct, and is rarely valid UTF-8 by accident.
 */
const fieldOf = (value: string): { readonly bytes: Uint8Array; readonly text: string } => {
  const bytes = Buffer.from(value, "latin1")
  if (bytes.toString("latin1") !== value) return { bytes: Buffer.from(value), text: value }
  return { bytes, text: isUtf8(bytes) ? bytes.toString() : value }
}

/**
 * Reads a form and writes its file to `path`. `judge` is called once, when the file begins: it sees the fields before
 * the file, and later fields are ignored. If the file was not received completely, nothing stays at `path`. If
 * `durable`, the file is flushed to disk.
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
  let refused: Answer | undefined

  /** Fields with a file name, since some clients send all parts so. They are complete when the next part begins. */
  const named: Array<{ readonly name: string; readonly finish: () => string }> = []
  const readNamed = (name: string, stream: Readable): void => {
    const chunks: Array<Uint8Array> = []
    const read = () => {
      for (let chunk: Buffer | null = stream.read(); chunk !== null; chunk = stream.read()) {
        fieldBytes += chunk.length
        if (fieldBytes > mostFieldBytes) refused ??= fieldsTooLarge()
        else chunks.push(chunk)
      }
    }
    stream.on("readable", read)
    named.push({
      name,
      finish: () => {
        read()
        return Buffer.concat(chunks).toString()
      }
    })
  }

  /** Whether the file that begins now is the one to store. */
  const isTaken = (filename: string): boolean => {
    for (const { finish, name } of named.splice(0)) fields.set(name.toLowerCase(), finish())
    files += 1
    if (refused !== undefined) return false
    if (files > 1) {
      refused = invalidArgument("file", String(files), "POST requires exactly one file upload per request.")
      return false
    }
    const verdict = judge(fields, filename)
    if ("refused" in verdict) {
      refused = verdict.refused
      return false
    }
    const { most } = verdict.permit.sizes
    if (length - seen - slack > most) {
      refused = tooLarge(length - seen, most)
      return false
    }
    permit = verdict.permit
    return true
  }
  const take = (chunk: Uint8Array): void => {
    size += chunk.length
    if (permit !== undefined && size > permit.sizes.most) refused ??= tooLarge(size, permit.sizes.most)
    if (refused !== undefined) return
    pending.push(chunk)
    pendingBytes += chunk.length
  }
  const onFile = (name: string, filename: string, stream: Readable): void => {
    if (name.toLowerCase() !== "file" && files === 0) readNamed(name, stream)
    else if (name.toLowerCase() === "file" && isTaken(filename)) stream.on("data", take)
    else stream.resume()
  }
  const onField = (name: string, value: string, isCut: boolean): void => {
    const { bytes, text } = fieldOf(value)
    if (name.toLowerCase() !== "file") {
      fieldBytes += bytes.length
      if (files > 0 || refused !== undefined) return
      if (isCut || fieldBytes > mostFieldBytes) refused = fieldsTooLarge()
      else fields.set(name.toLowerCase(), text)
    } else if (isTaken("")) {
      if (isCut) refused = tooLarge(bytes.length, mostUnnamedBytes)
      else take(bytes)
    }
  }

  let parser: FormParser
  try {
    parser = formParser(
      incoming.headers["content-type"] ?? "",
      { onField, onFile },
      { charset: "latin1", fieldSize: mostUnnamedBytes }
    )
  } catch {
    return { refused: malformed() }
  }

  let file: FileHandle | undefined
  let writing: Promise<unknown> = Promise.resolve()
  let kept = false
  /** Hashes and writes the pending bytes. Hashing runs while the previous piece is still being written. */
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

  const refuse = (): void => {
    refused ??= malformed()
  }
  try {
    for await (const chunk of incoming.body) {
      await parser.write(chunk).catch(refuse)
      seen += chunk.length
      if (refused !== undefined) return { refused }
      if (pendingBytes >= piece) await flush()
    }
    await parser.end().catch(refuse)
    if (refused !== undefined) return { refused }
    if (files === 0) {
      return { refused: invalidArgument("file", "0", "POST requires exactly one file upload per request.") }
    }
    if (permit === undefined) return { refused: malformed() }
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
