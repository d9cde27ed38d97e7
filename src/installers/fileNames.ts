/**
 * Names of files that come from a server, made safe to write: never out of the folder that they are meant for, and
 * the same on every system.
 */
import { baseName } from "./files.js"

/**
 * What some system does not allow in a name, reads as something else, or does not show: separators, controls, drives,
 * streams, marks that turn the direction of a text around (`Firefox` and `gkp.hs` in another order) or have no width.
 */
const forbidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\:*?"<>|]/gu
/** What Windows keeps for devices, whatever the extension. */
export const device = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(?:\.|$)/i
/** File systems take 255 bytes; some are left for the name of an unfinished file. */
const longest = 200

/** Whether a text is a single part of a path: not empty, not `.` or `..`, and without a separator. */
export const safeFileName = (name: string): string => {
  const plain = baseName(name.normalize("NFC"))
    .replace(forbidden, "_")
    .replace(/[. ]+$/, "")
    .trimStart()
  const named = /^\.*$/.test(plain) ? "installer" : device.test(plain) ? `_${plain}` : plain
  return withSuffix(named, "")
}

/** `Firefox.pkg` with ` (1)` is `Firefox (1).pkg`. What is too long is cut before the suffix. */
const withSuffix = (name: string, suffix: string): string => {
  const dot = name.lastIndexOf(".")
  const [stem, extension] = dot > 0 && name.length - dot <= 16 ? [name.slice(0, dot), name.slice(dot)] : [name, ""]
  let room = longest - bytesOf(suffix) - bytesOf(extension)
  let cut = ""
  for (const character of stem) {
    room -= bytesOf(character)
    if (room < 0) break
    cut += character
  }
  return cut + suffix + extension
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length

/**
 * A name of its own for each record, by id. Records whose file names are the same, also where a file system makes no
 * difference between upper and lower case, have their id in it: the names depend on the records, not on their order.
 */
export const distinctNames = (fileNames: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const ids = [...fileNames.keys()].sort()
  const names = new Map([...fileNames].map(([id, name]) => [id, safeFileName(name)]))
  let suffixOf = (id: string) => ` (${safeFileName(id).slice(0, 64)})`
  for (let alike = sharing(names); alike.length > 0; alike = sharing(names)) {
    for (const id of alike) names.set(id, withSuffix(names.get(id) ?? "", suffixOf(id)))
    // A server that chooses its ids and names to collide once more gets numbers.
    suffixOf = (id) => ` (${ids.indexOf(id) + 1})`
  }
  return names
}

/** The ids of the records that share their name with another record. */
const sharing = (names: ReadonlyMap<string, string>): ReadonlyArray<string> => {
  const holders = new Map<string, Array<string>>()
  for (const [id, name] of names) {
    const folded = name.toUpperCase().toLowerCase()
    holders.set(folded, [...(holders.get(folded) ?? []), id])
  }
  return [...holders.values()].filter((ids) => ids.length > 1).flat()
}
