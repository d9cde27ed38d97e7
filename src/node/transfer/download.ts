/**
 * Downloads an installer to a file beside the target, which replaces the target once it is complete and verified.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { DownloadOptions, DownloadedInstaller, InstallerTransfer } from "../../services/InstallerTransfer.js"
import { fileDigest } from "./digest.js"
import { causeFacts, interruptibleInside } from "./failures.js"
import { ObjectChanged, openObject, type ReadError, type Source, type StoredObject } from "./object.js"
import { type PartFile, partFile } from "./partFile.js"
import { resolveTarget } from "./target.js"
import type { Settings } from "./wire.js"

const MiB = 1024 * 1024

/** The size of the first part of a large object, in bytes. It is used to measure the speed of one connection. */
const firstPart = 8 * MiB

/**
 * In bytes a second. A store that limits the speed of each connection limits it to less than this. If one connection is
 * faster, it is not limited, and more connections gain nothing.
 */
const fastLine = 64 * MiB

const defaultConnections = 4

/** How many bytes all connections together write at a time. More are faster, and take more memory. */
const batchSize = 2 * MiB

/** Downloads one installer to a file. */
export const download =
  (settings: Settings): InstallerTransfer.Service["download"] =>
  (source, target, options = {}) =>
    once(settings, source, target, options).pipe(
      Effect.catchTag("ObjectChanged", () => once(settings, source, target, options)),
      Effect.catchTag("ObjectChanged", ({ error }) => Effect.fail(error)),
      interruptibleInside
    )

const once = (
  settings: Settings,
  source: Source,
  target: string,
  options: DownloadOptions
): Effect.Effect<DownloadedInstaller, ReadError> =>
  Effect.gen(function* () {
    const place = yield* resolveTarget(target)
    const object = yield* openObject(source, settings, options)
    const { sha256 } = object
    const size = object.size()
    const identity =
      options.resume === true && sha256 !== undefined && size !== undefined ? { sha256, size } : undefined
    const part = yield* partFile(place, identity, object.fail)
    object.skip(part.written)
    const filled = yield* Effect.tapErrorTag(fill(object, part, settings), "ObjectChanged", () => part.discard)
    yield* part.discard
    yield* object.verify(filled.size, filled.sha256).pipe(
      // The part that an earlier download left may be damaged, or belong to another object.
      Effect.mapError((error) => (part.written > 0 ? new ObjectChanged({ error }) : error))
    )
    yield* part.finish(filled.size)
    return { path: target, ...filled, verified: sha256 !== undefined }
  }).pipe(Effect.scoped)

/** Reads an object into a file, over several connections if that is faster. Gives its size and sha256. */
const fill = (object: StoredObject, part: PartFile, { connections, rangesAbove }: Settings) =>
  Effect.gen(function* () {
    const digest = fileDigest(part.handle)
    const underWay = new Set<{ at: number }>()
    /** Where the next part begins. */
    let next = part.written
    let lanes = 1

    /** All bytes before this position are written, because parts begin in order. */
    const watermark = () => Math.min(...(underWay.size === 0 ? [next] : [...underWay].map(({ at }) => at)))

    const readPart = (length: number) =>
      Effect.gen(function* () {
        const progress = { at: next }
        const end = length === Infinity ? undefined : next + length
        let received = next
        underWay.add(progress)
        next += length
        const over = new AbortController()
        const writer = yield* part.writer(progress.at, batchSize / lanes, async (upTo) => {
          progress.at = upTo
          await part.mark(watermark())
          await digest.follow(watermark(), over.signal)
        })
        // An interruption runs this before it waits for the writer, so it does not wait until gigabytes are read back.
        yield* Effect.addFinalizer(() => Effect.sync(() => over.abort()))
        yield* object.read(received, end, (piece) => {
          digest.offer(received, piece)
          received += piece.length
          return writer.add(piece)
        })
        yield* writer.flush
        underWay.delete(progress)
        if (next === Infinity) next = progress.at
      }).pipe(Effect.scoped)

    const size = object.size()
    if (size === undefined) yield* readPart(Infinity)
    else {
      if (connections !== 1 && size - next > rangesAbove) {
        const began = yield* Clock.currentTimeMillis
        yield* readPart(Math.min(firstPart, size - next))
        const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
        const isFast = connections === undefined && Math.min(firstPart, size) / seconds > fastLine
        if (object.givesRanges() && !isFast) lanes = connections ?? defaultConnections
      }
      /** Large parts first and small ones last, so that all connections are done at about the same time. */
      const lengthOfNext = () =>
        lanes === 1
          ? size - next
          : Math.min(size - next, Math.max(8 * MiB, Math.min(64 * MiB, (size - next) / lanes / 4)))
      const lane: Effect.Effect<void, ReadError> = Effect.suspend(() =>
        next < size ? Effect.zipRight(readPart(Math.ceil(lengthOfNext())), lane) : Effect.void
      )
      yield* Effect.all(
        Array.from({ length: lanes }, () => lane),
        { concurrency: "unbounded", discard: true }
      )
    }
    yield* Effect.tryPromise({
      try: (signal) => digest.follow(next, signal),
      catch: (cause) => object.fail("Sink", causeFacts(cause))
    })
    return { size: next, sha256: digest.hex() }
  })
