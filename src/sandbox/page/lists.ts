/**
 * The lists of the page, read from a tenant: by range, so that a fleet of any size can be scrolled.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { State } from "../resources/index.js"
import type { Listing } from "../tenant/collection.js"
import type { PageBelongings, PageForm, PagePart, PageRow } from "../tenant/resource.js"
import type { Tenant } from "../tenant/tenant.js"
import { pageParts } from "./parts.js"

/** Which rows of a list. */
export interface Range {
  readonly offset: number
  readonly limit: number
  /** Words that stand in a row, in any case. `""`: all rows. */
  readonly search: string
}

/** Some rows of a list. */
export interface Rows {
  /** How many the list has. */
  readonly count: number
  /** How many the search has found. */
  readonly found: number
  readonly rows: ReadonlyArray<PageRow>
}

/** An opened record. */
export interface Opened {
  readonly record: object
  readonly belongings: ReadonlyArray<PageBelongings>
  readonly canBeDeleted: boolean
}

/** The lists of the page. A name that is not a list's gives `undefined`. */
export interface Lists {
  /** Another text whenever a list may have changed. */
  readonly version: Effect.Effect<string>
  readonly rows: (list: string, range: Range) => Effect.Effect<Rows | undefined>
  readonly open: (list: string, id: string) => Effect.Effect<Opened | undefined>
  /** Makes a record of the fields of its form, and gives its id. Fails with what is wrong with them. */
  readonly make: (list: string, given: unknown) => Effect.Effect<string | undefined, string>
  /** Deletes a record, as the API does. Whether it was there. */
  readonly remove: (list: string, id: string) => Effect.Effect<boolean>
}

/** What the page does with the records of `Sandbox.state`. */
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

/** How many rows are looked at before another request has its turn. */
const block = 500

/** The words of all rows. */
const textsOf = (rows: Listing<PageRow>): Effect.Effect<ReadonlyArray<string>> =>
  Effect.gen(function* () {
    const texts: Array<string> = []
    for (let start = 0; start < rows.size; start += block) {
      texts.push(...rows.slice(start, block).map(textOf))
      yield* Effect.yieldNow()
    }
    return texts
  })

/** The places of the rows that have all words of a search. */
const placesOf = (texts: ReadonlyArray<string>, search: string): ReadonlyArray<number> => {
  const words = search.toLowerCase().split(/\s+/)
  return texts.flatMap((text, place) => (words.every((word) => text.includes(word)) ? [place] : []))
}

const invalid = "Fill in every field of the form."

/** The fields of a form, if each of them is filled in and none is unknown. */
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

  /** The words of the list that was searched last: the next letter of a search does not make all its rows again. */
  let last: { readonly key: string; readonly texts: ReadonlyArray<string> } | undefined

  return {
    version,
    rows: (list, { limit, offset, search }) =>
      Effect.gen(function* () {
        const part = partOf(list)
        if (part === undefined) return undefined
        const key = `${list} ${yield* version}`
        const rows = yield* part.rows(tenant)
        if (search === "") return { count: rows.size, found: rows.size, rows: rows.slice(offset, limit) }
        const texts = last?.key === key ? last.texts : yield* textsOf(rows)
        last = { key, texts }
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
