/**
 * Records that look like those of a tenant in use. Each is made from its place and a number alone, so the same number
 * gives the same records, and a million of them need no memory.
 */
import type { BlueprintRecord } from "../api/blueprints.js"
import type { AppRecord } from "../api/customApps.js"
import { profileIdentifier, type ProfileRecord } from "../api/customProfiles.js"
import type { ScriptRecord } from "../api/customScripts.js"
import type { InHouseAppRecord } from "../api/inHouseApps.js"
import { type Category, hidden, type Showing } from "../api/selfService.js"
import type { Rows } from "./collection.js"
import type { Activity } from "./history.js"
import type { Computer, Computers } from "./memory.js"
import { type Draw, half, hex, idOf, mix, rowsOf, scramble, unscramble } from "./seedNumbers.js"
import { microseconds } from "./time.js"
import { inHouse, people, profiles, scripts, software } from "./seedWords.js"

/** How many records of each kind. */
export interface SeedCounts {
  readonly customProfiles?: number | undefined
  readonly customScripts?: number | undefined
  readonly customApps?: number | undefined
  readonly inHouseApps?: number | undefined
  readonly blueprints?: number | undefined
  /** Library items on each Blueprint. */
  readonly assignments?: number | undefined
  /** Devices, spread over the Blueprints: each has a status for every item on its own. */
  readonly computers?: number | undefined
}

/** A tenant of a company with a few hundred devices. */
export const usualCounts: Required<SeedCounts> = {
  customProfiles: 24,
  customScripts: 40,
  customApps: 16,
  inHouseApps: 3,
  blueprints: 8,
  assignments: 12,
  computers: 120
}

/** The rows of one seed, and the installers of its apps. */
export interface Seeded {
  readonly customProfiles: Rows<ProfileRecord>
  readonly customScripts: Rows<ScriptRecord>
  readonly customApps: Rows<AppRecord>
  readonly inHouseApps: Rows<InHouseAppRecord>
  readonly blueprints: Rows<BlueprintRecord>
  /** What lies under the key of a seeded app. */
  readonly installer: (key: string) => Uint8Array | undefined
  /** What happened to an item before the beginning, the newest first; nothing for an item that is not of this seed. */
  readonly activity: (itemId: string) => ReadonlyArray<Activity> | undefined
  /** The devices on a Blueprint of this seed. */
  readonly computersOn: (blueprintId: string) => Pick<Rows<Computer>, "at" | "size"> | undefined
  readonly computer: Computers["find"]
  /** What lay on a Blueprint of this seed from the beginning. */
  readonly itemsOn: (blueprintId: string) => ReadonlyArray<string> | undefined
}

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
  const keys = {
    profiles: keyOf(1),
    scripts: keyOf(2),
    apps: keyOf(3),
    blueprints: keyOf(4),
    nodes: keyOf(5),
    inHouseApps: keyOf(7),
    computers: keyOf(8)
  }
  const company = idOf(0, keyOf(6))
  const folder = `companies/companies/${company}/library/custom_apps/`
  const ipaFolder = `tenants/${company}/library/ipa_apps/`

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

  const inHouseApps = rowsOf<InHouseAppRecord>(counts.inHouseApps ?? 0, keys.inHouseApps, (index, id, draw) => {
    const name = named(inHouse, index)
    const short = name.replace(/[^A-Za-z0-9]+/g, "")
    const { created, created_at, updated_at } = datesOf(draw)
    const isPad = draw(3) > 0
    return {
      id,
      name,
      file_key: `${ipaFolder}${short}_${hex(scramble(index, keys.inHouseApps), 12)}.ipa`,
      active: draw(12) > 0,
      runs_on_iphone: true,
      runs_on_ipad: isPad,
      runs_on_tv: false,
      app: {
        identifier: `com.example.${short.toLowerCase()}`,
        name: short,
        version: `${1 + draw(4)}.${draw(10)}.${draw(10)}`,
        minimumOs: pick(["16.0", "17.0", "17.5", "18.0"], draw),
        families: isPad ? ["iPhone", "iPad"] : ["iPhone"]
      },
      fileUpdated: Math.floor(created / 1000) * 1000,
      created_at,
      updated_at
    }
  })

  const library = [
    { rows: customProfiles, key: keys.profiles },
    { rows: customScripts, key: keys.scripts },
    { rows: customApps, key: keys.apps },
    { rows: inHouseApps, key: keys.inHouseApps }
  ]
  const librarySize = library.reduce((sum, { rows }) => sum + rows.size, 0)

  const itemAt = (place: number): string | undefined => {
    let index = place
    for (const { key, rows } of library) {
      if (index < rows.size) return idOf(index, key)
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

  const computers = rowsOf<Computer>(
    blueprints.size === 0 ? 0 : (counts.computers ?? 0),
    keys.computers,
    (index, id) => ({
      id,
      name: `${named(people, index % blueprints.size)} Mac ${Math.floor(index / blueprints.size) + 1}`
    })
  )

  /** The installer whose key ends in the scrambled place of an app. */
  const installerOf = (rows: Rows<{ readonly file_key: string }>, rowsKey: number, fileKey: string) => {
    const token = /_([0-9a-f]{12})\.[a-z]+$/.exec(fileKey)?.[1]
    if (token === undefined) return undefined
    const index = unscramble(Number.parseInt(token, 16), rowsKey)
    return index < rows.size && rows.at(index).file_key === fileKey ? installerBytes(rowsKey, index) : undefined
  }

  const activityOf = (itemId: string): ReadonlyArray<Activity> | undefined => {
    for (const { key, rows } of library) {
      const index = rows.indexOf(itemId)
      if (index === undefined) continue
      const { created_at, updated_at } = rows.at(index)
      const id = mix(key, index) % 400_000_000
      return [
        { id: 2 * id + 2, itemId, activity_time: updated_at, activity_type: "library_item_edited", details: null },
        { id: 2 * id + 1, itemId, activity_time: created_at, activity_type: "library_item_created", details: null }
      ]
    }
    return undefined
  }

  return {
    customProfiles,
    customScripts,
    customApps,
    inHouseApps,
    blueprints,
    installer: (key) =>
      key.startsWith(folder)
        ? installerOf(customApps, keys.apps, key)
        : key.startsWith(ipaFolder)
          ? installerOf(inHouseApps, keys.inHouseApps, key)
          : undefined,
    activity: activityOf,
    computersOn: (blueprintId) => {
      const first = blueprints.indexOf(blueprintId)
      return first === undefined
        ? undefined
        : {
            size: Math.max(0, Math.ceil((computers.size - first) / blueprints.size)),
            at: (index) => computers.at(first + index * blueprints.size)
          }
    },
    computer: (id) => {
      const index = computers.indexOf(id)
      return index === undefined
        ? undefined
        : { computer: computers.at(index), blueprintId: blueprints.at(index % blueprints.size).id }
    },
    itemsOn: (blueprintId) => {
      const index = blueprints.indexOf(blueprintId)
      return index === undefined ? undefined : blueprints.at(index).nodes[0].items
    }
  }
}
