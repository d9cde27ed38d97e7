/**
 * Writes the tenant's values into an item's files. Only changed files are written, in this order: texts, info file,
 * sync state.
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

/**
 * The value of a field in the tenant; `undefined` if the tenant has no value, or if the field has no effect for the
 * item.
 */
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
      // In an info file, a platform that is not named counts as `false` once another one is named.
      if (field.startsWith("runs_on_")) return platforms.map((platform) => [platform, there.values[platform] ?? false])
      return [[field, valueOf(there, field) === "" ? undefined : valueOf(there, field)]]
    })
  return Object.fromEntries(entries)
}

/** The times and the identifier that the tenant sets for an item. */
export const stampsOf = ({ record }: TenantItem): Info => ({
  created_at: record.created_at,
  updated_at: record.updated_at,
  ...("mdm_identifier" in record ? { mdm_identifier: record.mdm_identifier } : {})
})

/** A text from the tenant with the white space that ends the text in the folder, since the tenant removes it. */
const withEndOf = (text: string, old: string | undefined): string =>
  old === undefined ? text : text.trimEnd() + (/\s*$/.exec(old)?.[0] ?? "")

/** What is written into an item. */
export interface Writing {
  /** The fields whose values come from the tenant. */
  readonly fields: ReadonlyArray<string>
  /** Other keys of the info file. */
  readonly info?: Info
  /** Whether scripts are written exactly as in the tenant. If not, the white space at their ends stays. */
  readonly exact?: boolean
}

/** Writes the tenant's values of some fields, and keys of the info file, into the files of an item. */
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

/** The entries of `values` whose keys are already in an info file. */
export const present = (record: InfoDocument.Record, values: Info): Info =>
  Object.fromEntries(Object.entries(values).filter(([key]) => key in record))
