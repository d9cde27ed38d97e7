/**
 * Compares the values that `publish` was given with the values in the tenant.
 */
import * as Either from "effect/Either"
import * as Record from "effect/Record"
import type * as Schema from "effect/Schema"
import { isDictionary, isSamePlist, type Plist, parsePlistText } from "../plist/Plist.js"
import { withoutHidden } from "../schemas/rules.js"

/** The keys of a profile that the service overwrites. */
const rewritten: ReadonlySet<string> = new Set(["PayloadIdentifier", "PayloadUUID", "PayloadDisplayName"])

/** A profile without the keys that the service overwrites. */
export const ownKeys = (profile: Plist): Plist =>
  isDictionary(profile) ? new Map([...profile].filter(([key]) => !rewritten.has(key))) : profile

/** Whether a profile equals the one that the tenant stores, apart from the keys that the service overwrites. */
export const isSameProfile = (profile: Plist, stored: string): boolean =>
  Either.match(parsePlistText(stored), {
    onLeft: () => false,
    onRight: (there) => isSamePlist(ownKeys(profile), ownKeys(there))
  })

type Value = string | boolean | null | undefined

/** A text as the service stores it: without white space at its end. */
export const storedText = (text: string | null | undefined): string => (text ?? "").trimEnd()

/** Whether a field of a record differs from the wanted value. Upper and lower case in ids are the same. */
const differs = (field: string, wanted: Value, there: Value): boolean => {
  if (typeof wanted === "boolean") return wanted !== (there ?? false)
  const stored = (value: Value) => {
    const text = storedText(String(value ?? ""))
    return field === "self_service_category_id" ? text.toLowerCase() : text
  }
  return stored(wanted) !== stored(there)
}

/**
 * The wanted fields that differ from the record, and the fields that the API requires together with them. `rules` names
 * the latter.
 */
export const changedFields = <Fields extends { readonly [field: string]: Value }>(
  fields: Fields,
  record: { readonly [Field in keyof Fields]?: Value },
  rules: (changed: Partial<Fields>) => ReadonlyArray<Schema.FilterIssue> = () => []
): Partial<Fields> => {
  const wanted = withoutHidden(fields)
  const only = (names: ReadonlyArray<PropertyKey>): Partial<Fields> =>
    Record.filter<string, Value>(wanted, (_, field) => names.includes(field)) as Partial<Fields>
  const changed = Object.keys(wanted).filter((field) => differs(field, wanted[field], record[field]))
  return only([...changed, ...rules(only(changed)).flatMap(({ path }) => path)])
}
