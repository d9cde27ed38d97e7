/**
 * A seed of a tenant: a number and the counts of its records. Each record is derived from its index and a key, so the
 * same number always gives the same records, and a million records need no memory.
 */
import { type Draw, half, idOf, mix, hash } from "./seedNumbers.js"
import { sites } from "./seedWords.js"
import { microseconds } from "./time.js"
import type { Category } from "./identity.js"

/** A seed. */
export interface Seeding {
  /**
   * The number of records of a kind. If `counts` does not contain the kind, `forDevices` derives it from the number of
   * devices (default 0): a fleet also gets users, Blueprints and a library.
   */
  readonly count: (name: string, forDevices?: (devices: number) => number) => number
  /**
   * The number from which the rows of a kind are derived. It differs for each name, each seed, and each time that a
   * seed is added.
   */
  readonly key: (name: string) => number
  readonly categories: ReadonlyArray<Category>
  readonly counts: Readonly<Record<string, number | undefined>>
  readonly seed: number
}

/** `ordinal` distinguishes the seeds of one tenant. */
export const makeSeeding = (
  counts: Readonly<Record<string, number | undefined>>,
  seed: number,
  ordinal: number,
  categories: ReadonlyArray<Category>
): Seeding => ({
  counts,
  seed,
  categories,
  count: (name, forDevices = () => 0) => {
    const devices = counts["devices"] ?? 0
    return counts[name] ?? (devices === 0 ? 0 : forDevices(devices))
  },
  key: (name) => mix(seed >>> 0, Math.floor(seed / 2 ** 32), ordinal, hash(name))
})

/** Picks one of several values. */
export const pick = <const A>(items: readonly [A, ...ReadonlyArray<A>], draw: Draw): A =>
  items[draw(items.length)] ?? items[0]

const epoch = Date.UTC(2023, 0, 9, 8)

/** A creation date between January 2023 and the end of 2025, and a later date of the last change. */
export const datesOf = (draw: Draw) => {
  const created = epoch + draw(900) * 86_400_000 + draw(36_000_000)
  return { created, created_at: microseconds(created), updated_at: microseconds(created + draw(180 * 86_400_000)) }
}

/** A different name for each index: first the words, then each word with each site of the company, then numbered. */
export const named = (words: readonly [string, ...ReadonlyArray<string>], index: number): string => {
  const word = words[index % words.length] ?? words[0]
  const round = Math.floor(index / words.length)
  if (round === 0) return word
  const site = sites[(round - 1) % sites.length] ?? sites[0]
  const again = Math.floor((round - 1) / sites.length)
  return again === 0 ? `${word} (${site})` : `${word} (${site}, ${again + 1})`
}

/** A pseudo-random id. */
export const drawnId = (draw: Draw, part: number): string => idOf(draw(half), part)
