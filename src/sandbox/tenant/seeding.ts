/**
 * One seed of a tenant: the number and the counts that its rows are made from. Each row is made from its place and a key
 * alone, so the same number gives the same records, and a million of them need no memory.
 */
import { type Draw, half, idOf, mix, hash } from "./seedNumbers.js"
import { sites } from "./seedWords.js"
import { microseconds } from "./time.js"
import type { Category } from "./identity.js"

/** A seed. */
export interface Seeding {
  /**
   * How many records of a kind are asked for. Where nothing was said of them, as many as belong to the devices that are
   * asked for, which `forDevices` says (default none): a fleet brings its users, its Blueprints and its library.
   */
  readonly count: (name: string, forDevices?: (devices: number) => number) => number
  /** The number that rows are drawn from: another one for every name, every seed and every time that one is added. */
  readonly key: (name: string) => number
  readonly categories: ReadonlyArray<Category>
  readonly counts: Readonly<Record<string, number | undefined>>
  readonly seed: number
}

/** `ordinal` tells several seeds of one tenant apart. */
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

/** One of several, by chance. */
export const pick = <const A>(items: readonly [A, ...ReadonlyArray<A>], draw: Draw): A =>
  items[draw(items.length)] ?? items[0]

const epoch = Date.UTC(2023, 0, 9, 8)

/** Between January 2023 and the end of 2025, changed a while after they were made. */
export const datesOf = (draw: Draw) => {
  const created = epoch + draw(900) * 86_400_000 + draw(36_000_000)
  return { created, created_at: microseconds(created), updated_at: microseconds(created + draw(180 * 86_400_000)) }
}

/** A name for every place: the words first as they are, then once for each site of the company, then numbered. */
export const named = (words: readonly [string, ...ReadonlyArray<string>], index: number): string => {
  const word = words[index % words.length] ?? words[0]
  const round = Math.floor(index / words.length)
  if (round === 0) return word
  const site = sites[(round - 1) % sites.length] ?? sites[0]
  const again = Math.floor((round - 1) / sites.length)
  return again === 0 ? `${word} (${site})` : `${word} (${site}, ${again + 1})`
}

/** An id that is drawn. */
export const drawnId = (draw: Draw, part: number): string => idOf(draw(half), part)
