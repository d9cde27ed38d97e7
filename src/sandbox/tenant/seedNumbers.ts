/**
 * Numbers that look like chance and follow from a place and a key, and ids from which the place can be read again.
 */
import type { Rows } from "./collection.js"

/** A number from 0 up to a limit; another one every time. */
export type Draw = (below: number) => number

const start = 0x9e3779b9

/** Adds a number to what was mixed so far. */
const add = (mixed: number, part: number): number => {
  const first = Math.imul(mixed ^ part, 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return second ^ (second >>> 16)
}

/** 32 bits that look like chance. Without a list of numbers: a fleet takes millions of them. */
export const mix = (one: number, two?: number, three?: number, four?: number): number => {
  let mixed = add(start, one)
  if (two !== undefined) mixed = add(mixed, two)
  if (three !== undefined) mixed = add(mixed, three)
  if (four !== undefined) mixed = add(mixed, four)
  return mixed >>> 0
}

/** 32 bits that a text always has. */
export const hash = (text: string): number => {
  let mixed = start
  for (let place = 0; place < text.length; place++) {
    const code = text.charCodeAt(place)
    if (code > 127) return Buffer.from(text).reduce(add, start) >>> 0
    mixed = add(mixed, code)
  }
  return mixed >>> 0
}

/** Draws that are the same for the same numbers. */
export const drawFrom = (one: number, two?: number): Draw => {
  const mixed = mix(one, two)
  let step = 0
  return (below) => (add(mixed, ++step) >>> 0) % below
}

/** The most that 24 bits hold. */
export const half = 0xffffff

/** A permutation of 48 bits (four rounds of Feistel): the last group of an id, from which its place can be read again. */
export const scramble = (index: number, key: number): number => {
  let [left, right] = [Math.floor(index / (half + 1)), index & half]
  for (let round = 0; round < 4; round++) {
    const before = left
    left = right
    right = before ^ (mix(key, round, right) & half)
  }
  return left * (half + 1) + right
}

/** The place that was scrambled. */
export const unscramble = (value: number, key: number): number => {
  let [left, right] = [Math.floor(value / (half + 1)), value & half]
  for (let round = 3; round >= 0; round--) {
    const before = right
    right = left
    left = before ^ (mix(key, round, left) & half)
  }
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
