/**
 * An item as it is compared: the fields that the tenant keeps, levelled. What differs here differs in meaning.
 */
import * as Either from "effect/Either"
import { parsePlistText } from "../../plist/Plist.js"
import { storedText } from "../../services/comparing.js"
import { sha256 } from "./hash.js"
import type { Kind } from "./kinds.js"
import { profileText } from "./profileText.js"

/** Fields of an item by the API's names, levelled. A field that means nothing for the item is missing. */
export interface Fields {
  readonly [field: string]: string | boolean
}

/** Fields as they stand in a file, or in a record of the tenant. */
export interface Values {
  readonly [field: string]: string | boolean | undefined
}

/** The platforms of a profile that the API can set. */
export const platforms = ["runs_on_mac", "runs_on_iphone", "runs_on_ipad", "runs_on_tv", "runs_on_vision"] as const

const selfService = ["show_in_self_service", "self_service_category_id", "self_service_recommended"] as const

/** What is compared, in the order in which a plan shows it. */
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

/** What a field means if it is missing. For all others that is `""`. */
const defaults: Values = {
  active: true,
  execution_frequency: "once",
  restart: false,
  show_in_self_service: false,
  self_service_recommended: false,
  ...Object.fromEntries(platforms.map((platform) => [platform, false]))
}

/** Whether a field means something, given the others. The service keeps some that mean nothing any more. */
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

/** A text that is no property list is compared as it stands. */
const levelProfile = (text: string): string =>
  Either.match(parsePlistText(text), {
    onLeft: () => storedText(text),
    onRight: (profile) => profileText(profile)
  })

/** The texts and switches of a record or of an info file, without what else it holds. */
export const valuesOf = (kind: Kind, record: object): Values =>
  Object.fromEntries(
    Object.entries(record).filter(
      ([field, value]) => compared[kind].includes(field) && (typeof value === "string" || typeof value === "boolean")
    )
  )

/** The fields that mean something, given the others, as they stand. */
export const meaningful = (kind: Kind, values: Values): Values =>
  Object.fromEntries(
    compared[kind]
      .filter((field) => values[field] !== undefined && hasMeaning(field, values))
      .map((field) => [field, values[field]])
  )

/** The levelled fields of an item. */
export const fieldsOf = (kind: Kind, values: Values): Fields =>
  Object.fromEntries(
    compared[kind]
      .filter((field) => hasMeaning(field, values))
      .map((field) => [field, level(field, values[field] ?? defaults[field] ?? "")])
  )

/** The fields that differ. A field that only one side has differs, unless it is a sha256 that the tenant does not tell. */
export const differing = (one: Fields, other: Fields): ReadonlyArray<string> =>
  [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (field) =>
      one[field] !== other[field] && !(field === "sha256" && (one[field] === undefined || other[field] === undefined))
  )

/** One text for all items with equal fields. */
export const hashOf = (fields: Fields): string =>
  sha256(JSON.stringify(Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1))))

/** The hash of an item's fields, without a sha256 that the other side does not tell. */
export const hashBeside = ({ sha256, ...fields }: Fields, other: Fields): string =>
  hashOf(sha256 === undefined || other["sha256"] === undefined ? fields : { ...fields, sha256 })

/** The hash of one field. */
export const fieldHash = (value: string | boolean | undefined): string => sha256(JSON.stringify(value ?? null))
