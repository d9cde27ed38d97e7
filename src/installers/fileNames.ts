/**
 * Makes file names that come from a server safe to write: they never lead out of their folder, and are the same on
 * every operating system.
 */
import { baseName } from "./files.js"

/**
 * Characters that some operating system forbids in a file name, gives a meaning (path separators, and the `:` of drives
 * and streams), or does not show: controls, characters without width, and marks that change the direction of the text,
 * which make `Firefoxgkp.hs` look like `Firefoxsh.pkg`.
 */
const forbidden = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}/\\:*?"<>|]/gu
/** Names that Windows reserves for devices, with any extension. */
export const device = /^(?:con|prn|aux|nul|conin\$|conout\$|com[\d¹²³]|lpt[\d¹²³]) *(?:\.|$)/i
/** In bytes. File systems allow 255, and the name of an unfinished file is longer than the final one. */
const longest = 200

/** A safe file name: one part of a path, no forbidden characters, no device name, at most 200 bytes. */
export const safeFileName = (name: string): string => {
  const plain = baseName(name.normalize("NFC"))
    .replace(forbidden, "_")
    .replace(/[. ]+$/, "")
    .trimStart()
  const named = /^\.*$/.test(plain) ? "installer" : device.test(plain) ? `_${plain}` : plain
  return withSuffix(named, "")
}

/** Puts a suffix before the extension: `Firefox (1).pkg`. Cuts the part before the suffix if the name is too long. */
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
 * A different file name for each record, by the record's id. Records with the same file name get their id in it, so that
 * the names do not depend on the order of the records. Names that differ only in upper and lower case count as the same,
 * because some file systems do not tell them apart.
 */
export const distinctNames = (fileNames: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
  const ids = [...fileNames.keys()].sort()
  const names = new Map([...fileNames].map(([id, name]) => [id, safeFileName(name)]))
  let suffixOf = (id: string) => ` (${safeFileName(id).slice(0, 64)})`
  for (let alike = sharing(names); alike.length > 0; alike = sharing(names)) {
    for (const id of alike) names.set(id, withSuffix(names.get(id) ?? "", suffixOf(id)))
    // A server could choose ids and names that collide again: those get numbers.
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
