/**
 * Pseudo-random numbers that are derived from an index and a key, and ids that can be turned back into the index.
 */
import type { Rows } from "./collection.js"

/** A pseudo-random number from 0 up to a limit, exclusive. Each call returns another one. */
export type Draw = (below: number) => number

const start = 0x9e3779b9

/** Mixes a number into the numbers so far. */
const add = (mixed: number, part: number): number => {
  const first = Math.imul(mixed ^ part, 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return second ^ (second >>> 16)
}

/** A pseudo-random number of 32 bits. It takes no array of numbers, since a fleet needs millions of results. */
export const mix = (one: number, two?: number, three?: number, four?: number): number => {
  let mixed = add(start, one)
  if (two !== undefined) mixed = add(mixed, two)
  if (three !== undefined) mixed = add(mixed, three)
  if (four !== undefined) mixed = add(mixed, four)
  return mixed >>> 0
}

/** A number of 32 bits that is derived from a text. */
export const hash = (text: string): number => {
  let mixed = start
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place)
    if (code > 127) return Buffer.from(text).reduce(add, start) >>> 0
    mixed = add(mixed, code)
  }
  return mixed >>> 0
}

/** Draws that depend only on the given numbers. */
export const drawFrom = (one: number, two?: number): Draw => {
  const mixed = mix(one, two)
  let step = 0
  return (below) => (add(mixed, ++step) >>> 0) % below
}

/** The largest number of 24 bits. */
export const half = 0xffffff

/**
 * A permutation of 48-bit numbers (a Feistel network with four rounds). It makes the last group of an id, and can be
 * reversed to get the index.
 */
export const scramble = (index: number, key: number): number => {
  let [left, right] = [Math.floor(index / (half + 1)), index & half]
  for (let round = 0; round < 4; round++) {
    const before = left
    left = right
    right = before ^ (mix(key, round, right) & half)
  }
  return left * (half + 1) + right
}

/** The index from a scrambled number. */
export const unscramble = (value: number, key: number): number => {
  let [left, right] = [Math.floor(value / (half + 1)), value & half]
  for (let round = 3; round >= 0; round--) {
    const before = right
    right = left
    left = before ^ (mix(key, round, left) & half)
  }
  return left * (half + 1) + right
}

/** A number in hexadecimal with a fixed number of digits. */
export const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0").slice(-digits)

/** The id for an index. */
export const idOf = (index: number, key: number): string => {
  const [one, two, three] = [mix(key, 1, index), mix(key, 2, index), mix(key, 3, index)]
  return `${hex(one, 8)}-${hex(two, 4)}-4${hex(two >>> 16, 3)}-8${hex(three, 3)}-${hex(scramble(index, key), 12)}`
}

/** Seeded records, found by index or by id. */
export const rowsOf = <R>(size: number, key: number, build: (index: number, id: string, draw: Draw) => R): Rows<R> => ({
  size,
  idAt: (index) => idOf(index, key),
  at: (index) => build(index, idOf(index, key), drawFrom(key, index)),
  indexOf: (id) => {
    const index = unscramble(Number.parseInt(id.slice(24), 16), key)
    return index < size && idOf(index, key) === id ? index : undefined
  }
})
