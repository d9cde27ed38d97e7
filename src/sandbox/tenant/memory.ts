/**
 * The data of a tenant in memory, and its conversion to and from entries.
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { type Entry, type Note, partsOf, type Restore } from "./entry.js"
import { Identity } from "./identity.js"
import { makeObjects } from "./objects.js"
import { makeSeeding, type Seeding } from "./seeding.js"
import type { AnyTable } from "./table.js"

const Seed = Schema.Struct({
  seed: Schema.Number,
  counts: Schema.Record({ key: Schema.String, value: Schema.UndefinedOr(Schema.Number) })
})

const version = 2
const Tenant = Schema.Struct({ version: Schema.Literal(version), identity: Identity })

/** The number of records of each kind. */
export type Counts = Readonly<Record<string, number | undefined>>

/** Empty data. `note` is called for every change. */
export const makeMemory = (options: {
  readonly identity: Identity
  readonly tables: ReadonlyArray<AnyTable>
  readonly note: Note
  /** The bytes of a file in storage that belongs to a seeded record. */
  readonly seededFile: (seeding: Seeding, key: string) => Uint8Array | undefined
}) => {
  const { identity, seededFile } = options
  let revision = 0
  let generation = 0
  const note: Note = (key, value) => {
    revision += 1
    options.note(key, value)
  }
  /** The key under which the tables keep this tenant's records. */
  const owner: object = {}
  const tables = new Map(options.tables.map((table) => [table.key, table.open(owner, note)]))
  const seeds: Array<Seeding> = []
  const storage = makeObjects(note, (key) => {
    for (const seeding of seeds) {
      const bytes = seededFile(seeding, key)
      if (bytes !== undefined) return bytes
    }
    return undefined
  })

  const seed = (counts: Counts, number: number): void => {
    const ordinal = seeds.length
    generation += 1
    const seeding = makeSeeding(counts, number, ordinal, identity.categories)
    seeds.push(seeding)
    for (const table of tables.values()) table.seed(seeding)
    note(seedKey(ordinal), () => ({ counts, seed: number }))
  }

  /** All entries that must be stored. */
  const entries = function* (): Generator<Entry> {
    yield tenantEntry(identity)
    for (const [ordinal, { counts, seed }] of seeds.entries()) yield [seedKey(ordinal), { counts, seed }]
    for (const [key, table] of tables) {
      for (const [id, value] of table.entries()) yield [`record/${key}/${id}`, value]
    }
    yield* storage.entries()
  }

  /** Loads stored entries, in any order. Fails with a text that says what is wrong with them. */
  const load = (kept: Iterable<Entry>, folder: string): Either.Either<void, string> =>
    Either.gen(function* () {
      const seeded: Array<readonly [key: string, value: unknown]> = []
      const records = new Map<string, Array<readonly [id: string, value: unknown]>>()
      const reservations: Array<unknown> = []
      for (const [key, value] of kept) {
        const [kind = "", rest = ""] = partsOf(key, 2)
        if (kind === "seed") seeded.push([key, value])
        else if (kind === "object") yield* storage.loadObject(rest, value, folder)
        else if (kind === "reservation") reservations.push(value)
        else if (kind === "record") {
          const [name = "", id = ""] = partsOf(rest, 2)
          const found = records.get(name) ?? []
          found.push([id, value])
          records.set(name, found)
        }
      }
      for (const [, value] of seeded.sort(([one], [other]) => (one < other ? -1 : 1))) {
        const found = yield* Either.mapLeft(decodeSeed(value), ({ message }) => `seed: ${message}`)
        seed(found.counts, found.seed)
      }
      for (const [name, values] of records) {
        const table = tables.get(name)
        if (table === undefined) return yield* Either.left(`The sandbox knows no ${name}.`)
        yield* table.load(values)
      }
      yield* storage.loadReservations(reservations)
    })

  /** Puts all records back to what the seeds made of them. */
  const reset = (): void => {
    for (const [name, table] of tables) {
      for (const id of Array.from(table.entries(), ([id]) => id)) {
        table.restore(id, undefined)
        note(`record/${name}/${id}`, () => undefined)
      }
    }
    generation += 1
  }

  /** Restores the stored value of a key. Seeds are never restored, since no request adds one. */
  const restore =
    (folder: string): Restore =>
    (key, value) => {
      revision += 1
      const [kind = "", rest = ""] = partsOf(key, 2)
      const [name = "", id = ""] = partsOf(rest, 2)
      if (kind === "object") storage.restoreObject(rest, value, folder)
      else if (kind === "reservation") storage.restoreReservation(rest, value)
      else if (kind === "record") tables.get(name)?.restore(id, value)
    }

  return {
    owner,
    objects: storage.objects,
    seeds,
    /** Counts all changes. */
    revision: (): number => revision,
    /** Counts seeds and resets: what was derived from the records before one is no longer right after it. */
    generation: (): number => generation,
    seed,
    reset,
    entries,
    load,
    restore
  }
}

/** What a tenant remembers. */
export type Memory = ReturnType<typeof makeMemory>

const decodeSeed = Schema.decodeUnknownEither(Seed)
const decodeTenant = Schema.decodeUnknownOption(Tenant)

const seedKey = (ordinal: number): string => `seed/${String(ordinal).padStart(4, "0")}`

/** The key of the entry with the identity. */
export const tenantKey = "tenant"

/** The entry with the identity of the tenant and the version of the format. */
export const tenantEntry = (identity: Identity): Entry => [tenantKey, { version, identity }]

/** The stored identity; fails to decode if another version of the sandbox wrote it. */
export const identityOf = (value: unknown) => decodeTenant(value)
