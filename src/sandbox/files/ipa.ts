/**
 * Reads from an .ipa file the keys of its app's `Info.plist` that the service shows.
 */
import * as Either from "effect/Either"
import type { StoredObject } from "../storage/StoredObject.js"
import { readPlist } from "./plistBytes.js"
import { readEntry } from "./zip.js"

/** An app for iPhone, iPad or Apple TV. */
export interface IpaFacts {
  readonly identifier: string
  readonly name: string
  readonly version: string
  readonly minimumOs: string
  readonly families: ReadonlyArray<string>
}

const families: Readonly<Record<string, string>> = { 1: "iPhone", 2: "iPad", 3: "Apple TV" }

/** The app's facts; `undefined` if the file is not an .ipa, or if its app lacks an identifier, a name or a version. */
export const readIpa = (stored: StoredObject): IpaFacts | undefined => {
  try {
    const info = readEntry(stored, /^Payload\/[^/]+\.app\/Info\.plist$/)
    if (info === undefined) return undefined
    const values = Either.getOrThrow(readPlist(info)).values
    const text = (...keys: ReadonlyArray<string>): string => {
      const found = keys.map((key) => values.get(key)).find((value) => typeof value === "string" && value !== "")
      return typeof found === "string" ? found : ""
    }
    const identifier = text("CFBundleIdentifier")
    const name = text("CFBundleDisplayName", "CFBundleName", "CFBundleExecutable")
    const version = text("CFBundleShortVersionString", "CFBundleVersion")
    if (identifier === "" || name === "" || version === "") return undefined
    const given = values.get("UIDeviceFamily")
    const numbers = Array.isArray(given) ? given : [given ?? 1]
    return {
      identifier,
      name,
      version,
      minimumOs: text("MinimumOSVersion"),
      families: numbers.flatMap((number) => families[String(number)] ?? [])
    }
  } catch {
    // The archive is cut off, or its content cannot be unpacked.
    return undefined
  }
}
