/**
 * Writes what the tenant has into an item's files. Only what differs is written, in the order: texts, info file, what is
 * known of the item.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type { PlatformError } from "@effect/platform/Error"
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { removeFile, writeWhole } from "../folder/files.js"
import { type LocalItem, stamped } from "../folder/reading.js"
import * as InfoDocument from "../format/InfoDocument.js"
import { isText, platforms } from "../model/Fields.js"
import { keysOf } from "../model/Info.js"
import { kinds } from "../model/kinds.js"
import { payloadName } from "../planning/checking.js"
import { appOf } from "../planning/downloads.js"
import type { TenantItem } from "../planning/library.js"

type Info = Readonly<Record<string, InfoDocument.Value | undefined>>

/** The value of a field that the tenant has. `undefined`: it has none, or it means nothing. */
const valueOf = ({ fields, values }: TenantItem, field: string): string | boolean | undefined =>
  field in fields ? values[field] : undefined

/** The values of an info file for some fields of the tenant. */
export const infoOf = (there: TenantItem, fields: ReadonlyArray<string>): Info => {
  const entries = fields
    .filter((field) => !isText(field))
    .flatMap((field): ReadonlyArray<readonly [string, InfoDocument.Value | undefined]> => {
      if (field === "sha256") {
        const app = appOf(there)
        const sha256 = app?.sha256
        return app === undefined || sha256 === undefined
          ? []
          : [["file", { name: payloadName(app.file_name, sha256), sha256 }]]
      }
      // One platform that is named makes all that are not named false.
      if (field.startsWith("runs_on_")) return platforms.map((platform) => [platform, there.values[platform] ?? false])
      return [[field, valueOf(there, field) === "" ? undefined : valueOf(there, field)]]
    })
  return Object.fromEntries(entries)
}

/** The times and the identifier that the tenant gives an item. */
export const stampsOf = ({ record }: TenantItem): Info => ({
  created_at: record.created_at,
  updated_at: record.updated_at,
  ...("mdm_identifier" in record ? { mdm_identifier: record.mdm_identifier } : {})
})

/** A text of the tenant's, with the white space that ends the text in the folder: the tenant keeps none. */
const withEndOf = (text: string, old: string | undefined): string =>
  old === undefined ? text : text.trimEnd() + (/\s*$/.exec(old)?.[0] ?? "")

/** How an item is written. */
export interface Writing {
  /** The fields that are taken from the tenant. */
  readonly fields: ReadonlyArray<string>
  /** Other keys of the info file. */
  readonly info?: Info
  /** Whether scripts become exactly the tenant's. If not, the white space at their ends stays. */
  readonly exact?: boolean
}

/** Writes fields of the tenant, and keys of the info file, into the files of an item. */
export const writeItem = (
  root: string,
  local: LocalItem,
  there: TenantItem,
  { exact = false, fields, info = {} }: Writing
): Effect.Effect<void, PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    const texts: Record<string, string | undefined> = { ...local.texts }
    for (const content of kinds[local.kind].files) {
      const { field, mode, newName } = content
      if (!fields.includes(field)) continue
      const old = local.files.get(field)
      const value = String(valueOf(there, field) ?? "")
      const text = exact || field === "profile" ? value : withEndOf(value, local.texts[field])
      if (value.trim() === "") {
        texts[field] = undefined
        if (old !== undefined) yield* removeFile(join(root, local.path, old.name))
      } else if (text !== local.texts[field]) {
        texts[field] = text
        const path = join(root, local.path, old?.name ?? newName(text))
        yield* writeWhole(root, path, new TextEncoder().encode(text), mode)
      }
    }
    const next = stamped(local.kind, without({ ...local.infoFile.record, ...infoOf(there, fields), ...info }), texts)
    const { bytes, format, name } = local.infoFile
    const written = InfoDocument.edit(bytes, format, next, keysOf(local.kind))
    if (written !== bytes) yield* writeWhole(root, join(root, local.path, name), written)
  })

/** The keys that have a value. */
export const without = (info: Info): InfoDocument.Record =>
  Object.fromEntries(Object.entries(info).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])))

/** Of `values`, those whose keys an info file has already. */
export const present = (record: InfoDocument.Record, values: Info): Info =>
  Object.fromEntries(Object.entries(values).filter(([key]) => key in record))
