/**
 * Records that look like those of a tenant in use. Each is made from its place and a number alone, so the same number
 * gives the same records, and a million of them need no memory.
 */
import type { BlueprintRecord } from "../api/blueprints.js"
import type { AppRecord } from "../api/customApps.js"
import { profileIdentifier, type ProfileRecord } from "../api/customProfiles.js"
import type { ScriptRecord } from "../api/customScripts.js"
import { type Category, hidden, type Showing } from "../api/selfService.js"
import type { Rows } from "./collection.js"
import { microseconds } from "./time.js"
import { people, profiles, scripts, software } from "./seedWords.js"

/** How many records of each kind. */
export interface SeedCounts {
  readonly customProfiles?: number | undefined
  readonly customScripts?: number | undefined
  readonly customApps?: number | undefined
  readonly blueprints?: number | undefined
  /** Library items on each Blueprint. */
  readonly assignments?: number | undefined
}

/** A tenant of a company with a few hundred devices. */
export const usualCounts: Required<SeedCounts> = {
  customProfiles: 24,
  customScripts: 40,
  customApps: 16,
  blueprints: 8,
  assignments: 12
}

/** The rows of one seed, and the installers of its apps. */
export interface Seeded {
  readonly customProfiles: Rows<ProfileRecord>
  readonly customScripts: Rows<ScriptRecord>
  readonly customApps: Rows<AppRecord>
  readonly blueprints: Rows<BlueprintRecord>
  /** What lies under the key of a seeded app. */
  readonly installer: (key: string) => Uint8Array | undefined
}

type Draw = (below: number) => number

/** 32 bits that look like chance. */
const mix = (...parts: ReadonlyArray<number>): number => {
  let hash = 0x9e3779b9
  for (const part of parts) {
    hash = Math.imul(hash ^ part, 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash ^= hash >>> 16
  }
  return hash >>> 0
}

const drawFrom = (...parts: ReadonlyArray<number>): Draw => {
  let step = 0
  return (below) => mix(...parts, ++step) % below
}

const half = 0xffffff

/** A permutation of 48 bits (four rounds of Feistel): the last group of an id, from which its place can be read again. */
const scramble = (index: number, key: number): number => {
  let [left, right] = [Math.floor(index / (half + 1)), index & half]
  for (let round = 0; round < 4; round++) [left, right] = [right, left ^ (mix(key, round, right) & half)]
  return left * (half + 1) + right
}

const unscramble = (value: number, key: number): number => {
  let [left, right] = [Math.floor(value / (half + 1)), value & half]
  for (let round = 3; round >= 0; round--) [left, right] = [right ^ (mix(key, round, left) & half), left]
  return left * (half + 1) + right
}

const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, "0").slice(-digits)

const idOf = (index: number, key: number): string => {
  const [one, two, three] = [mix(key, 1, index), mix(key, 2, index), mix(key, 3, index)]
  return `${hex(one, 8)}-${hex(two, 4)}-4${hex(two >>> 16, 3)}-8${hex(three, 3)}-${hex(scramble(index, key), 12)}`
}

const rowsOf = <R>(size: number, key: number, build: (index: number, id: string, draw: Draw) => R): Rows<R> => ({
  size,
  at: (index) => build(index, idOf(index, key), drawFrom(key, index)),
  indexOf: (id) => {
    const index = unscramble(Number.parseInt(id.slice(24), 16), key)
    return index < size && idOf(index, key) === id ? index : undefined
  }
})

const pick = <const A>(items: readonly [A, ...ReadonlyArray<A>], draw: Draw): A => items[draw(items.length)] ?? items[0]

const epoch = Date.UTC(2023, 0, 9, 8)

/** Between January 2023 and the end of 2025, changed a while after they were made. */
const datesOf = (draw: Draw) => {
  const created = epoch + draw(900) * 86_400_000 + draw(36_000_000)
  return { created, created_at: microseconds(created), updated_at: microseconds(created + draw(180 * 86_400_000)) }
}

/** A name for every place: the words first as they are, then numbered. */
const named = (words: readonly [string, ...ReadonlyArray<string>], index: number): string => {
  const word = words[index % words.length] ?? words[0]
  return index < words.length ? word : `${word} ${Math.floor(index / words.length) + 1}`
}

const propertyList = (id: string, name: string, type: string, draw: Draw): string => {
  const uuid = (part: number) => idOf(draw(half), part).toUpperCase()
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>PayloadContent</key>
	<array>
		<dict>
			<key>PayloadIdentifier</key>
			<string>${type}.${uuid(1)}</string>
			<key>PayloadType</key>
			<string>${type}</string>
			<key>PayloadUUID</key>
			<string>${uuid(2)}</string>
			<key>PayloadVersion</key>
			<integer>1</integer>
		</dict>
	</array>
	<key>PayloadDisplayName</key>
	<string>${name}</string>
	<key>PayloadIdentifier</key>
	<string>${profileIdentifier(id)}</string>
	<key>PayloadType</key>
	<string>Configuration</string>
	<key>PayloadUUID</key>
	<string>${uuid(3)}</string>
	<key>PayloadVersion</key>
	<integer>1</integer>
</dict>
</plist>
`
}

/** A few kilobytes that hold nothing but look like an installer's. */
const installerBytes = (key: number, index: number): Uint8Array => {
  const bytes = Buffer.alloc(1024 + (mix(key, 7, index) % 3072))
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeUInt32LE(mix(key, index, at), at)
  return bytes
}

/** A seed's rows. `ordinal` tells several seeds of one tenant apart. */
export const seeded = (
  counts: SeedCounts,
  seed: number,
  ordinal: number,
  categories: ReadonlyArray<Category>
): Seeded => {
  const keyOf = (kind: number) => mix(seed >>> 0, Math.floor(seed / 2 ** 32), ordinal, kind)
  const keys = { profiles: keyOf(1), scripts: keyOf(2), apps: keyOf(3), blueprints: keyOf(4), nodes: keyOf(5) }
  const folder = `companies/companies/${idOf(0, keyOf(6))}/library/custom_apps/`

  const showing = (draw: Draw, shown: boolean): Showing => {
    const category = categories[draw(Math.max(1, categories.length))]
    return shown && category !== undefined
      ? { show_in_self_service: true, self_service_category_id: category.id, self_service_recommended: draw(4) === 0 }
      : hidden
  }

  const customProfiles = rowsOf<ProfileRecord>(counts.customProfiles ?? 0, keys.profiles, (index, id, draw) => {
    const name = named(profiles.names, index)
    const mobile = draw(4) === 0
    const { created_at, updated_at } = datesOf(draw)
    return {
      id,
      name,
      active: draw(10) > 0,
      profile: propertyList(id, name, profiles.types[index % profiles.types.length] ?? "", draw),
      mdm_identifier: profileIdentifier(id),
      runs_on_mac: true,
      runs_on_iphone: mobile,
      runs_on_ipad: mobile,
      runs_on_tv: false,
      runs_on_vision: false,
      created_at,
      updated_at
    }
  })

  const customScripts = rowsOf<ScriptRecord>(counts.customScripts ?? 0, keys.scripts, (index, id, draw) => {
    const name = named(scripts.names, index)
    const frequency = pick(["once", "every_15_min", "every_day", "every_day", "no_enforcement"], draw)
    const shown = showing(draw, frequency === "no_enforcement" || draw(8) === 0)
    const { created_at, updated_at } = datesOf(draw)
    return {
      id,
      name,
      active: draw(10) > 0,
      execution_frequency: frequency === "no_enforcement" && !shown.show_in_self_service ? "once" : frequency,
      restart: draw(20) === 0,
      script: `#!/bin/zsh\n# ${name}\n# ${pick(people, draw)}\nset -eu\n${pick(scripts.lines, draw)}\nexit 0`,
      remediation_script: draw(3) === 0 ? `#!/bin/zsh\n${pick(scripts.lines, draw)}` : "",
      created_at,
      updated_at,
      ...shown
    }
  })

  const customApps = rowsOf<AppRecord>(counts.customApps ?? 0, keys.apps, (index, id, draw) => {
    const name = named(software, index)
    const type = pick(["package", "package", "zip", "image"], draw)
    const shown = showing(draw, draw(2) === 0)
    const enforcement = shown.show_in_self_service
      ? pick(["no_enforcement", "install_once"], draw)
      : pick(["install_once", "continuously_enforce"], draw)
    const file = `${name.replace(/[^A-Za-z0-9]+/g, "")}_${hex(scramble(index, keys.apps), 12)}`
    const { created, created_at, updated_at } = datesOf(draw)
    return {
      id,
      name,
      file_key: `${folder}${file}.${{ package: "pkg", zip: "zip", image: "dmg" }[type]}`,
      install_type: type,
      install_enforcement: enforcement,
      audit_script: enforcement === "continuously_enforce" ? `#!/bin/zsh\n[[ -d "/Applications/${name}.app" ]]` : "",
      unzip_location: type === "zip" ? "/Applications" : "",
      active: draw(12) > 0,
      restart: draw(25) === 0,
      preinstall_script: draw(6) === 0 ? `#!/bin/zsh\npkill -x "${name}"\nexit 0` : "",
      postinstall_script: "",
      fileUpdated: Math.floor(created / 1000) * 1000,
      created_at,
      updated_at,
      ...shown
    }
  })

  const library = [customProfiles, customScripts, customApps]
  const librarySize = customProfiles.size + customScripts.size + customApps.size

  const itemAt = (place: number): string | undefined => {
    let index = place
    for (const [kind, rows] of library.entries()) {
      if (index < rows.size) return idOf(index, [keys.profiles, keys.scripts, keys.apps][kind] ?? 0)
      index -= rows.size
    }
    return undefined
  }

  const blueprints = rowsOf<BlueprintRecord>(counts.blueprints ?? 0, keys.blueprints, (index, id, draw) => {
    const isMap = index % 3 === 2
    const items = new Set<string>()
    const wanted = Math.min(counts.assignments ?? 0, librarySize)
    for (let place = draw(Math.max(1, librarySize)); items.size < wanted; place++) {
      const item = itemAt(place % librarySize)
      if (item !== undefined) items.add(item)
    }
    return {
      id,
      name: named(people, index),
      icon: isMap ? "" : "ss-files",
      color: isMap ? "" : pick(["aqua-800", "blue-800", "purple-800", "orange-800"], draw),
      description: `Devices of ${named(people, index)}`,
      params: {},
      enrollment_code: { code: String(100_000 + draw(900_000)), is_active: draw(5) > 0 },
      type: isMap ? "map" : "classic",
      nodes: [{ id: idOf(index, keys.nodes), items: [...items] }]
    }
  })

  return {
    customProfiles,
    customScripts,
    customApps,
    blueprints,
    installer: (key) => {
      const token = /_([0-9a-f]{12})\.[a-z]+$/.exec(key)?.[1]
      if (token === undefined || !key.startsWith(folder)) return undefined
      const index = unscramble(Number.parseInt(token, 16), keys.apps)
      return index < customApps.size && customApps.at(index).file_key === key
        ? installerBytes(keys.apps, index)
        : undefined
    }
  }
}
