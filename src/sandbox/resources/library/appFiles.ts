/**
 * The installers of apps in storage.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { randomBytes } from "node:crypto"
import type { Identified, Rows } from "../../tenant/collection.js"
import { bytes } from "../../tenant/pageWords.js"
import type { PageRow, PageTag } from "../../tenant/resource.js"
import { mix, unscramble } from "../../tenant/seedNumbers.js"
import type { Table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"

/** An app with an installer. */
export interface WithFile extends Identified {
  readonly name: string
  readonly active: boolean
  readonly file_key: string
}

/**
 * Adds 8 hex digits to a file name, so that two uploads never have the same key: `MyApp.pkg` becomes
 * `MyApp_d00561c3.pkg`.
 */
export const uniqueName = (name: string): string => {
  const file = name.split("/").at(-1) ?? name
  const dot = file.lastIndexOf(".")
  const token = randomBytes(4).toString("hex")
  return dot > 0 ? `${file.slice(0, dot)}_${token}${file.slice(dot)}` : `${file}_${token}`
}

/**
 * Whether an app uses the file with this key. Only added or changed apps need a search: untouched seeded apps never
 * share a file.
 */
export const isFileOf = <R extends WithFile>(tenant: Tenant, table: Table<R>, key: string): boolean => {
  for (const { file_key } of tenant.records(table).touched()) if (file_key === key) return true
  return false
}

/** Removes the file of a deleted app, unless `isUsed` says that another record needs it. */
export const removeFilesOf = <R extends WithFile>(
  tenant: Tenant,
  table: Table<R>,
  isUsed: (tenant: Tenant, key: string) => boolean
): void =>
  tenant.on(table, ({ action, record: { file_key } }) =>
    action === "delete" && !isUsed(tenant, file_key) ? tenant.storage.remove(file_key) : Effect.void
  )

/** Pseudo-random bytes, a few kilobytes, in place of an installer. */
const installerBytes = (key: number, index: number): Uint8Array => {
  const bytes = Buffer.alloc(1024 + (mix(key, 7, index) % 3072))
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.writeUInt32LE(mix(key, index, at), at)
  return bytes
}

/**
 * The file of a seeded app; `undefined` if there is no such app. The file key ends in the scrambled index of the app.
 */
export const seededFile = (rows: Rows<WithFile>, rowsKey: number, fileKey: string): Uint8Array | undefined => {
  const token = /_([0-9a-f]{12})\.[a-z]+$/.exec(fileKey)?.[1]
  if (token === undefined) return undefined
  const index = unscramble(Number.parseInt(token, 16), rowsKey)
  return index < rows.size && rows.at(index).file_key === fileKey ? installerBytes(rowsKey, index) : undefined
}

/** The state of an app's file. */
export interface InstallerAtAGlance {
  /** `missing`: the app has no installer. */
  readonly installer: "missing" | "processing" | "ready"
  /** In bytes. */
  readonly file_size: number
  readonly sha256: string
}

/** An uploaded installer. */
export interface UploadAtAGlance {
  readonly file_key: string
  /** In bytes. */
  readonly file_size: number
  readonly sha256: string
}

/** The state of an app's file at a time. */
export const installerOf = ({ storage }: Tenant, { file_key }: WithFile, now: number): InstallerAtAGlance => {
  const stored = storage.find(file_key)
  return {
    installer: stored === undefined ? "missing" : now < stored.readyAt ? "processing" : "ready",
    file_size: stored?.size ?? 0,
    sha256: stored?.sha256 ?? ""
  }
}

/** Uploads that the service is still processing. No app can be made of them yet. */
export const uploadsOf = ({ storage }: Tenant): Effect.Effect<ReadonlyArray<UploadAtAGlance>> =>
  Effect.map(Clock.currentTimeMillis, (now) =>
    Array.from(storage.entries()).flatMap(([file_key, { readyAt, sha256, size }]) =>
      now < readyAt ? [{ file_key, file_size: size, sha256 }] : []
    )
  )

/** The row of such an upload on the page. */
export const uploadRow = ({ file_key, file_size, sha256 }: UploadAtAGlance): PageRow => ({
  id: file_key,
  name: file_key.split("/").at(-1) ?? file_key,
  facts: [bytes(file_size), { sha256 }],
  tags: [{ text: "processing", kind: "warn" }]
})

const installers = { ready: "good", processing: "warn", missing: "bad" } as const

/** The size and the checksum of an app's file, for the page. */
export const installerFacts = ({ file_size, installer, sha256 }: InstallerAtAGlance) =>
  installer === "missing" ? [] : [bytes(file_size), { sha256 }]

/** The tag for the state of an app's file on the page. */
export const installerTag = ({ installer }: InstallerAtAGlance): PageTag => ({
  text: installer === "missing" ? "no installer" : installer,
  kind: installers[installer]
})
