/**
 * The lists of the page. They are read in ranges, so that a fleet of any size can be scrolled.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { State } from "../resources/index.js"
import type { Listing } from "../tenant/collection.js"
import type { PageBelongings, PageForm, PagePart, PageRow } from "../tenant/resource.js"
import type { Tenant } from "../tenant/tenant.js"
import { pageParts } from "./parts.js"

/** A range of a list. */
export interface Range {
  readonly offset: number
  readonly limit: number
  /** The words that a row must have, in any case. `""`: all rows. */
  readonly search: string
}

/** The rows of a range. */
export interface Rows {
  /** The number of rows in the list. */
  readonly count: number
  /** The number of rows that the search has found. */
  readonly found: number
  readonly rows: ReadonlyArray<PageRow>
}

/** An opened record. */
export interface Opened {
  readonly record: object
  readonly belongings: ReadonlyArray<PageBelongings>
  readonly canBeDeleted: boolean
}

/** The lists of the page. They answer with `undefined` if no list has the given name. */
export interface Lists {
  /** A text that changes when a list may have changed. */
  readonly version: Effect.Effect<string>
  readonly rows: (list: string, range: Range) => Effect.Effect<Rows | undefined>
  readonly open: (list: string, id: string) => Effect.Effect<Opened | undefined>
  /** Makes a record from the fields of its form, and returns its id. Fails with a message about a field. */
  readonly make: (list: string, given: unknown) => Effect.Effect<string | undefined, string>
  /** Deletes a record with all that follows from it. `false` if there is none. */
  readonly remove: (list: string, id: string) => Effect.Effect<boolean>
}

/** The part of `Sandbox.state` that the page uses. */
interface Records {
  readonly get: (id: string) => Effect.Effect<object | undefined>
  readonly put: (record: object) => Effect.Effect<{ readonly id: string }>
  readonly remove: (id: string) => Effect.Effect<boolean>
}

const isRecords = (value: unknown): value is Records =>
  typeof value === "object" && value !== null && "get" in value && "put" in value && "remove" in value

const textOf = ({ chips = [], facts = [], id, name, tags = [] }: PageRow): string =>
  [
    name,
    id,
    ...facts.map((fact) => (typeof fact === "string" ? fact : fact.sha256)),
    ...tags.map(({ text }) => text),
    ...chips.map(({ kind, name }) => `${kind} ${name}`)
  ]
    .join(" ")
    .toLowerCase()

/** The number of rows that are searched before other requests get their turn. */
const block = 500

/** The searchable text of each row. */
const textsOf = (rows: Listing<PageRow>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const texts: Array<string> = []
    for (let start = 0; start < rows.size; start += block) {
      texts.push(...rows.slice(start, block).map(textOf))
      yield* Effect.yieldNow()
    }
    return texts
  })

/** The indexes of the rows that have all words of a search. */
const placesOf = (texts: ReadonlyArray<string>, search: string): ReadonlyArray<number> => {
  const words = search.toLowerCase().split(/\s+/)
  return texts.flatMap((text, place) => (words.every((word) => text.includes(word)) ? [place] : []))
}

const invalid = "Fill in every field of the form."

/** The fields of a form. Fails if a field is missing or unknown. */
const fieldsOf = (
  form: PageForm | undefined,
  given: unknown
): Either.Either<Readonly<Record<string, string>>, string> => {
  if (typeof given !== "object" || given === null || form === undefined) return Either.left(invalid)
  const { fields } = form
  const values = new Map<string, unknown>(Object.entries(given))
  const found: Record<string, string> = {}
  for (const { label, name, options } of fields) {
    const value = values.get(name)
    if (typeof value !== "string" || value.trim() === "") return Either.left(`${label} is missing.`)
    if (options !== undefined && !options.includes(value))
      return Either.left(`${label} must be one of ${options.join(", ")}.`)
    found[name] = value
  }
  return values.size === fields.length ? Either.right(found) : Either.left(invalid)
}

/** The lists of a tenant. */
export const listsOf = (tenant: Tenant, state: State): Lists => {
  const partOf = (list: string): PagePart | undefined => pageParts.find(({ id }) => id === list)
  const recordsOf = (list: string): Records | undefined => {
    const records: unknown = Object.entries(state).find(([key]) => key === list)?.[1]
    return partOf(list) !== undefined && isRecords(records) ? records : undefined
  }

  const version = Effect.gen(function* () {
    yield* tenant.settle
    const now = yield* Clock.currentTimeMillis
    let processing = 0
    for (const [, { readyAt }] of tenant.storage.entries()) if (now < readyAt) processing++
    return `${tenant.revision()}.${processing}`
  })

  /** The texts of the lists that were searched, so that typing the next letter does not build all their rows again. */
  const searched = new Map<string, { readonly version: string; readonly texts: ReadonlyArray<string> }>()

  return {
    version,
    rows: (list, { limit, offset, search }) =>
      Effect.gen(function* () {
        const part = partOf(list)
        if (part === undefined) return undefined
        const now = yield* version
        const rows = yield* part.rows(tenant)
        if (search === "") return { count: rows.size, found: rows.size, rows: rows.slice(offset, limit) }
        const before = searched.get(list)
        const texts = before?.version === now ? before.texts : yield* textsOf(rows)
        searched.set(list, { version: now, texts })
        const places = placesOf(texts, search)
        return {
          count: rows.size,
          found: places.length,
          rows: places.slice(offset, offset + limit).flatMap((place) => rows.slice(place, 1))
        }
      }),
    open: (list, id) =>
      Effect.gen(function* () {
        yield* tenant.settle
        const [part, records] = [partOf(list), recordsOf(list)]
        const record = part?.open?.(tenant, id) ?? (yield* records?.get(id) ?? Effect.succeed(undefined))
        if (record === undefined) return undefined
        return { record, belongings: part?.belongings?.(tenant, id) ?? [], canBeDeleted: records !== undefined }
      }),
    make: (list, given) =>
      Effect.gen(function* () {
        const [part, records] = [partOf(list), recordsOf(list)]
        if (part === undefined || records === undefined) return undefined
        return (yield* records.put(yield* fieldsOf(part.form, given))).id
      }),
    remove: (list, id) => recordsOf(list)?.remove(id) ?? Effect.succeed(false)
  }
}
