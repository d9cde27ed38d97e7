/**
 * The data of a tenant's storage: objects, and reservations for uploads.
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { createHash } from "node:crypto"
import { basename, join } from "node:path"
import type { StoredObject } from "../storage/StoredObject.js"
import type { Entry, Note } from "./entry.js"

/** A reservation for an upload. */
const Reservation = Schema.Struct({
  key: Schema.String,
  /** The id of the upload, if it has one. */
  id: Schema.optional(Schema.String),
  /** Milliseconds. */
  expires: Schema.Number,
  /** When the reservation is deleted. Milliseconds. */
  forgotten: Schema.Number
})

/** A reservation for an upload, decoded. */
export interface Reservation extends Schema.Schema.Type<typeof Reservation> {}

/** A stored object. It contains the file name without a folder, so that the folder can be moved. */
const KeptObject = Schema.Struct({
  /** A UUID, never a path, so that no file outside the folder of installers is read or removed. */
  file: Schema.UUID,
  size: Schema.Number,
  sha256: Schema.String,
  etag: Schema.String,
  versionId: Schema.String,
  storedAt: Schema.Number,
  readyAt: Schema.Number
})

/** The objects and reservations of a tenant. */
export interface ObjectStore {
  readonly get: (key: string) => StoredObject | undefined
  readonly set: (key: string, object: StoredObject) => void
  readonly delete: (key: string) => void
  /** The objects that were uploaded or put. */
  readonly entries: () => Iterable<readonly [key: string, object: StoredObject]>
  /** Whether an object or a reservation has this key. */
  readonly isReserved: (key: string) => boolean
  /** Adds a reservation. Deletes expired reservations and returns their keys. */
  readonly reserve: (reservation: Reservation, now: number) => ReadonlyArray<string>
  /** The reservation for an upload. */
  readonly reservation: (id: string) => Reservation | undefined
}

const keptObject = ({ source, ...rest }: StoredObject): typeof KeptObject.Type | undefined =>
  source._tag === "File" ? { ...rest, file: basename(source.path) } : undefined

const seededObject = (key: string, bytes: Uint8Array): StoredObject => {
  const sha256 = createHash("sha256").update(bytes).digest("hex")
  return {
    source: { _tag: "Bytes", bytes },
    size: bytes.length,
    sha256,
    etag: `"${sha256.slice(0, 32)}"`,
    versionId: createHash("sha256").update(key).digest("base64url").slice(0, 32),
    storedAt: 0,
    readyAt: 0
  }
}

const decodeObject = Schema.decodeUnknownEither(KeptObject)
const decodeReservation = Schema.decodeUnknownEither(Reservation)

/** An empty store. `seeded` returns the bytes of a seeded file. */
export const makeObjects = (note: Note, seeded: (key: string) => Uint8Array | undefined) => {
  const stored = new Map<string, StoredObject>()
  /** By key, the oldest first. */
  const reserved = new Map<string, Reservation>()
  const uploads = new Map<string, Reservation>()

  const add = (reservation: Reservation): void => {
    reserved.set(reservation.key, reservation)
    if (reservation.id !== undefined) uploads.set(reservation.id, reservation)
  }

  const objects: ObjectStore = {
    get: (key) => {
      const object = stored.get(key)
      if (object !== undefined) return object
      const bytes = seeded(key)
      return bytes === undefined ? undefined : seededObject(key, bytes)
    },
    set: (key, object) => {
      stored.set(key, object)
      note(`object/${key}`, () => keptObject(object))
    },
    delete: (key) => {
      if (stored.delete(key)) note(`object/${key}`, () => undefined)
    },
    entries: () => stored.entries(),
    isReserved: (key) => reserved.has(key) || stored.has(key) || seeded(key) !== undefined,
    reserve: (reservation, now) => {
      const over: Array<string> = []
      for (const { forgotten, id, key } of reserved.values()) {
        if (forgotten > now) break
        reserved.delete(key)
        if (id !== undefined) uploads.delete(id)
        note(`reservation/${key}`, () => undefined)
        over.push(key)
      }
      add(reservation)
      note(`reservation/${reservation.key}`, () => reservation)
      return over
    },
    reservation: (id) => uploads.get(id.toLowerCase())
  }

  return {
    objects,
    entries: function* (): Generator<Entry> {
      for (const [key, object] of stored) yield [`object/${key}`, keptObject(object)]
      for (const [key, reservation] of reserved) yield [`reservation/${key}`, reservation]
    },
    loadObject: (key: string, value: unknown, folder: string): Either.Either<void, string> =>
      Either.mapBoth(decodeObject(value), {
        onLeft: ({ message }) => `object ${key}: ${message}`,
        onRight: ({ file, ...object }) =>
          void stored.set(key, { ...object, source: { _tag: "File", path: join(folder, file) } })
      }),
    restoreObject: (key: string, value: unknown, folder: string): void => {
      if (value === undefined) return void stored.delete(key)
      const { file, ...object } = Either.getOrThrow(decodeObject(value))
      stored.set(key, { ...object, source: { _tag: "File", path: join(folder, file) } })
    },
    restoreReservation: (key: string, value: unknown): void => {
      const before = reserved.get(key)
      reserved.delete(key)
      if (before?.id !== undefined) uploads.delete(before.id)
      if (value !== undefined) add(Either.getOrThrow(decodeReservation(value)))
    },
    loadReservations: (values: Iterable<unknown>): Either.Either<void, string> =>
      Either.gen(function* () {
        const all: Array<Reservation> = []
        for (const value of values) {
          all.push(yield* Either.mapLeft(decodeReservation(value), ({ message }) => `reservation: ${message}`))
        }
        for (const reservation of all.sort((one, other) => one.forgotten - other.forgotten)) add(reservation)
      })
  }
}
