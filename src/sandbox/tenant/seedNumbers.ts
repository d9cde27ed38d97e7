/**
 * Numbers that look like chance and follow from a place and a key, and ids from which the place can be read again.
 */
import type { Rows } from "./collection.js"

/** A number from 0 up to a limit; another one every time. */
export type Draw = (below: number) => number

/** 32 bits that look like chance. */
export const mix = (...parts: ReadonlyArray<number>): number => {
  let hash = 0x9e3779b9
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}

/** 32 bits that a text always has. */
export const hash = (text: string): number => mix(...Buffer.from(text))

/** Draws that are the same for the same numbers. */
export const drawFrom = (...parts: ReadonlyArray<number>): Draw => {
  let step = 0
  return (below) => mix(...parts, ++step) % below
}

/** The most that 24 bits hold. */
export const half = 0xffffff

/** A permutation of 48 bits (four rounds of Feistel): the last group of an id, from which its place can be read again. */
export const scramble = (index: number, key: number): number => {
  let [left, right] = [Math.floor(index / (half + 1)), index & half]
  for (let round = 0; round < 4; round++) [left, right] = [right, left ^ (mix(key, round, right) & half)]
  return left * (half + 1) + right
}

/** The place that was scrambled. */
export const unscramble = (value: number, key: number): number => {
  let [left, right] = [Math.floor(value / (half + 1)), value & half]
  for (let round = 3; round >= 0; round--) [left, right] = [right ^ (mix(key, round, left) & half), left]
  return left * (half + 1) + right
}

/** So many digits. */
export const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0").slice(-digits)

/** The id at a place. */
export const idOf = (index: number, key: number): string => {
  const [one, two, three] = [mix(key, 1, index), mix(key, 2, index), mix(key, 3, index)]
  return `${hex(one, 8)}-${hex(two, 4)}-4${hex(two >>> 16, 3)}-8${hex(three, 3)}-${hex(scramble(index, key), 12)}`
}

/** Records by their place, and the place by their id. */
export const rowsOf = <R>(size: number, key: number, build: (index: number, id: string, draw: Draw) => R): Rows<R> => ({
  size,
  idAt: (index) => idOf(index, key),
  at: (index) => build(index, idOf(index, key), drawFrom(key, index)),
  indexOf: (id) => {
    const index = unscramble(Number.parseInt(id.slice(24), 16), key)
    return index < size && idOf(index, key) === id ? index : undefined
  }
})
