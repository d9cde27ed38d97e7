/**
 * The changes of an item for people: secrets are masked; scripts and profiles are shown as a unified diff.
 */
import { createTwoFilesPatch } from "diff"
import * as Either from "effect/Either"
import { parsePlist, parsePlistText, type Plist } from "../../plist/Plist.js"
import type { LocalItem } from "../folder/reading.js"
import { differing, type Fields, isText } from "../model/Fields.js"
import { sha256 } from "../model/hash.js"
import { makeMasking } from "../model/masking.js"
import { profileText } from "../model/profileText.js"
import type { Change } from "../Plan.js"
import type { TenantItem } from "./library.js"

/** The two sides whose changes are shown. */
interface Shown {
  readonly item: LocalItem | undefined
  readonly there: TenantItem | undefined
  readonly folder: Fields
  readonly tenant: Fields
  /** The names of Self Service categories, by id. */
  readonly categoryNames: ReadonlyMap<string, string>
  /** Whether the tenant changes; if not, the folder does. */
  readonly toTenant: boolean
}

/**
 * The changed fields with old and new values. If one side does not have the item yet, all fields of the other are
 * included.
 */
export const changesOf = ({ categoryNames, folder, item, tenant, there, toTenant }: Shown): ReadonlyArray<Change> => {
  const masking = makeMasking()
  const [before, after] = toTenant ? [tenant, folder] : [folder, tenant]
  const [textBefore, textAfter] = toTenant ? [tenantText, folderText] : [folderText, tenantText]
  const text = (read: typeof tenantText, field: string): string => {
    const content = read(field, item, there)
    if (field !== "profile") return masking.script(content)
    return Either.match(content === "" ? Either.left("") : parsePlistText(content), {
      onLeft: () => masking.script(content),
      onRight: (profile: Plist) => profileText(profile, masking.profileValue)
    })
  }
  const plain = (field: string, value: string | boolean | undefined): string | boolean | null => {
    if (value === undefined || value === "") return null
    if (typeof value === "boolean") return value
    if (isText(field)) return `sha256:${sha256(value)}`
    return field === "self_service_category_id" ? (categoryNames.get(value) ?? value) : masking.script(value)
  }
  return differing(before, after)
    .filter((field) => !(before[field] === undefined && isDefault(after[field])))
    .map((field) => ({
      field,
      from: plain(field, before[field]),
      to: plain(field, after[field]),
      ...(isText(field) ? { difference: difference(text(textBefore, field), text(textAfter, field)) } : {})
    }))
}

/** Whether a field of a new item has an empty value, which is not shown. */
const isDefault = (value: string | boolean | undefined): boolean => value === "" || value === false

const tenantText = (field: string, _: LocalItem | undefined, there: TenantItem | undefined): string =>
  String(there?.values[field] ?? "")

const folderText = (field: string, item: LocalItem | undefined): string => {
  const file = item?.files.get(field)
  if (item === undefined || file === undefined) return ""
  // A binary profile is not XML text, so its normalized text is shown.
  if (field !== "profile" || Either.isRight(parsePlistText(item.texts[field] ?? ""))) return item.texts[field] ?? ""
  return Either.match(parsePlist(file.bytes), { onLeft: () => "", onRight: (profile) => profileText(profile) })
}

/** The changed lines, each with three lines of context. */
const difference = (before: string, after: string): string => {
  const patch = createTwoFilesPatch("", "", endsWithLine(before), endsWithLine(after), undefined, undefined, {
    context: 3
  })
  const hunks = patch.indexOf("@@")
  return hunks === -1 ? "" : patch.slice(hunks).trimEnd()
}

const endsWithLine = (text: string): string => (text === "" || text.endsWith("\n") ? text : `${text}\n`)
