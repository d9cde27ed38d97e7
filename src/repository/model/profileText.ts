/**
 * A profile as normalized text: profiles with the same content have the same text. Used for comparing and for diffs.
 */
import { isDictionary, type Plist } from "../../plist/Plist.js"
import { ownKeys } from "../../services/comparing.js"
import { sha256 } from "./hash.js"

/** Masks a value if it is secret. `keys` are the keys that lead to the value, the outermost first. */
export type Show = (value: string, keys: ReadonlyArray<string>) => string

const asIs: Show = (value) => value

/** The lines of a profile with sorted keys, without the three keys that the service overwrites. */
export const profileText = (profile: Plist, show: Show = asIs): string =>
  linesOf(ownKeys(profile), "", [], show).join("\n")

const linesOf = (value: Plist, indent: string, keys: ReadonlyArray<string>, show: Show): ReadonlyArray<string> => {
  if (isDictionary(value)) {
    if (value.size === 0) return [`${indent}{}`]
    return [...value]
      .sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0))
      .flatMap(([key, part]) => {
        const inner = [...keys, key]
        const label = `${indent}${JSON.stringify(key)}:`
        return isLeaf(part)
          ? [`${label} ${leaf(part, inner, show)}`]
          : [label, ...linesOf(part, `${indent}  `, inner, show)]
      })
  }
  if (Array.isArray(value)) {
    const parts: ReadonlyArray<Plist> = value
    if (parts.length === 0) return [`${indent}[]`]
    return parts.flatMap((part) =>
      isLeaf(part)
        ? [`${indent}- ${leaf(part, keys, show)}`]
        : [`${indent}-`, ...linesOf(part, `${indent}  `, keys, show)]
    )
  }
  return [indent + leaf(value, keys, show)]
}

const isLeaf = (value: Plist): boolean => !isDictionary(value) && !Array.isArray(value)

const leaf = (value: Plist, keys: ReadonlyArray<string>, show: Show): string => {
  if (typeof value === "string") return JSON.stringify(show(value, keys))
  if (value instanceof Date) return `date ${value.toISOString()}`
  if (value instanceof Uint8Array) return `data of ${value.length} bytes, sha256 ${sha256(value)}`
  // Equal numbers have the same text, whether they are an <integer> or a <real>.
  return typeof value === "number" && Number.isInteger(value) ? String(BigInt(value)) : String(value)
}
