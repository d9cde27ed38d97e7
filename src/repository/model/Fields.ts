/**
 * The fields of an item that are compared, in a normalized form. If two items differ here, they differ in meaning.
 */
import * as Either from "effect/Either"
import { parsePlistText } from "../../plist/Plist.js"
import { storedText } from "../../services/comparing.js"
import { sha256 } from "./hash.js"
import type { Kind } from "./kinds.js"
import { profileText } from "./profileText.js"

/** Normalized fields of an item by the API's names. Fields that have no effect for the item are missing. */
export interface Fields {
  readonly [field: string]: string | boolean
}

/** Fields as they are in a file, or in a record of the tenant. */
export interface Values {
  readonly [field: string]: string | boolean | undefined
}

/** The platforms of a profile that the API can set. */
export const platforms = ["runs_on_mac", "runs_on_iphone", "runs_on_ipad", "runs_on_tv", "runs_on_vision"] as const

const selfService = ["show_in_self_service", "self_service_category_id", "self_service_recommended"] as const

/** The fields that are compared, in the order of a plan. */
const compared: Readonly<Record<Kind, ReadonlyArray<string>>> = {
  profile: ["name", "active", ...platforms, "profile"],
  script: ["name", "active", "execution_frequency", "restart", ...selfService, "script", "remediation_script"],
  app: [
    "name",
    "active",
    "install_type",
    "install_enforcement",
    "restart",
    "unzip_location",
    ...selfService,
    "audit_script",
    "preinstall_script",
    "postinstall_script",
    "sha256"
  ]
}

/** Fields that hold the content of a file. */
export const isText = (field: string): boolean => field === "profile" || field === "script" || field.endsWith("_script")

/** The value of a missing field. Fields that are not listed default to `""`. */
const defaults: Values = {
  active: true,
  execution_frequency: "once",
  restart: false,
  show_in_self_service: false,
  self_service_recommended: false,
  ...Object.fromEntries(platforms.map((platform) => [platform, false]))
}

/** Whether a field has an effect, given the other fields. The service also stores fields without an effect. */
const hasMeaning = (field: string, values: Values): boolean => {
  switch (field) {
    case "self_service_category_id":
    case "self_service_recommended":
      return values["show_in_self_service"] === true
    case "unzip_location":
      return values["install_type"] === "zip"
    case "audit_script":
      return values["install_enforcement"] === "continuously_enforce"
    // Missing while the service computes it.
    case "sha256":
      return values["sha256"] !== undefined
    default:
      return true
  }
}

const level = (field: string, value: string | boolean): string | boolean => {
  if (typeof value === "boolean") return value
  if (field === "profile") return levelProfile(value)
  if (field === "name") return value.normalize("NFC").trim()
  return field === "self_service_category_id" || field === "sha256" ? value.toLowerCase() : storedText(value)
}

/** A profile that cannot be parsed is compared as plain text. */
const levelProfile = (text: string): string =>
  Either.match(parsePlistText(text), {
    onLeft: () => storedText(text),
    onRight: (profile) => profileText(profile)
  })

/** The compared fields of a record or of an info file that are texts or booleans. */
export const valuesOf = (kind: Kind, record: object): Values =>
  Object.fromEntries(
    Object.entries(record).filter(
      ([field, value]) => compared[kind].includes(field) && (typeof value === "string" || typeof value === "boolean")
    )
  )

/** The fields that have an effect, not normalized. */
export const meaningful = (kind: Kind, values: Values): Values =>
  Object.fromEntries(
    compared[kind]
      .filter((field) => values[field] !== undefined && hasMeaning(field, values))
      .map((field) => [field, values[field]])
  )

/** The normalized fields of an item. */
export const fieldsOf = (kind: Kind, values: Values): Fields =>
  Object.fromEntries(
    compared[kind]
      .filter((field) => hasMeaning(field, values))
      .map((field) => [field, level(field, values[field] ?? defaults[field] ?? "")])
  )

/**
 * The names of the fields that differ. A missing field counts as different. A missing `sha256` does not: the tenant may
 * not have computed it yet.
 */
export const differing = (one: Fields, other: Fields): ReadonlyArray<string> =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (field) =>
      one[field] !== other[field] && !(field === "sha256" && (one[field] === undefined || other[field] === undefined))
  )

/** A hash of the fields. Items with equal fields have the same hash. */
export const hashOf = (fields: Fields): string =>
  sha256(JSON.stringify(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1))))

/** The hash of an item's fields, without `sha256` if the other side has none. */
export const hashBeside = ({ sha256, ...fields }: Fields, other: Fields): string =>
  hashOf(sha256 === undefined || other["sha256"] === undefined ? fields : { ...fields, sha256 })

/** The hash of one field. */
export const fieldHash = (value: string | boolean | undefined): string => sha256(JSON.stringify(value ?? null))
