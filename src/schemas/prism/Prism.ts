import * as Schema from "effect/Schema"
import { blankAsNull, choice, given, Id, Json, nullish, nullishText, openEnum } from "../internal.js"

/** Dates are ISO 8601. */
const dates = {
  lt: given(Schema.String),
  gt: given(Schema.String),
  lte: given(Schema.String),
  gte: given(Schema.String)
}

/** What a column is compared with. */
export const PrismOperators = Schema.Struct({
  /** For columns that are true or false. */
  eq: given(Schema.Boolean),
  /** One of these. */
  in: given(Schema.Array(Schema.String)),
  /** None of these. */
  not_in: given(Schema.Array(Schema.String)),
  /** Contains one of these. */
  like: given(Schema.Array(Schema.String)),
  /** Contains none of these. */
  not_like: given(Schema.Array(Schema.String)),
  ...dates,
  /** For dates: one of these has to fit. */
  or: given(Schema.Array(Schema.Struct(dates)))
})
/** What a column is compared with. */
export interface PrismOperators extends Schema.Schema.Type<typeof PrismOperators> {}

/**
 * Columns, and what each is compared with: `{ device__name: { like: ["lab"] }, apple_silicon: { eq: true } }`. A row has
 * to fit all of them.
 */
export const PrismFilter = Schema.Record({ key: Schema.String, value: PrismOperators })
export type PrismFilter = typeof PrismFilter.Type

/** The families of devices that Prism knows. */
export const PrismFamily = choice("Mac", "iPhone", "iPad", "tvOS")
export type PrismFamily = typeof PrismFamily.Type

/** Which rows a listing has, and in which order. */
export const PrismFilters = Schema.Struct({
  /** Only devices of these Blueprints. */
  blueprint_ids: given(Schema.Array(Schema.String)),
  /** Only devices of these families. */
  device_families: given(Schema.Array(PrismFamily)),
  filter: given(Schema.parseJson(PrismFilter)),
  /** A column. `-` before it reverses the order. */
  sort_by: given(Schema.String)
})
/** The filters of a Prism listing. */
export interface PrismFilters extends Schema.Schema.Type<typeof PrismFilters> {}

/** The categories of Prism, as paths and counts name them. */
export const PrismCategory = choice(
  "activation_lock",
  "application_firewall",
  "apps",
  "cellular",
  "certificates",
  "desktop_and_screensaver",
  "device_information",
  "filevault",
  "gatekeeper_and_xprotect",
  "installed_profiles",
  "kernel_extensions",
  "launch_agents_and_daemons",
  "local_users",
  "startup_settings",
  "system_extensions",
  "transparency_database"
)
export type PrismCategory = typeof PrismCategory.Type

/** Whose rows are counted. */
export const PrismCountOf = Schema.Struct({ category: PrismCategory })
/** What `Prism.count` takes. */
export interface PrismCountOf extends Schema.Schema.Type<typeof PrismCountOf> {}

/** How many rows a category has. */
export const PrismCount = Schema.Struct({
  count: Schema.Finite,
  /** Whether the number is an estimate. */
  approximate: nullish(Schema.Boolean)
}).annotations({ identifier: "PrismCount" })
/** How many rows a category has, decoded. */
export interface PrismCount extends Schema.Schema.Type<typeof PrismCount> {}

/** The categories that can be exported. */
export const PrismExportCategory = choice(
  "activation_lock",
  "apps",
  "desktop_and_screensaver",
  "device_information",
  "gatekeeper_and_xprotect",
  "installed_profiles",
  "kernel_extensions",
  "launch_agents_and_daemons",
  "local_users",
  "startup_settings",
  "system_extensions",
  "transparency_database"
)
export type PrismExportCategory = typeof PrismExportCategory.Type

/** Which rows an export has. */
export const StartPrismExport = Schema.Struct({
  category: PrismExportCategory,
  blueprint_ids: given(Schema.Array(Schema.String)),
  device_families: given(Schema.Array(PrismFamily)),
  filter: given(PrismFilter),
  sort_by: given(Schema.String)
})
/** What `Prism.startExport` takes. */
export interface StartPrismExport extends Schema.Schema.Type<typeof StartPrismExport> {}

/** An export that is under way, or has ended. */
export const PrismExport = Schema.Struct({
  id: Id,
  status: openEnum("pending", "success"),
  category: Schema.String,
  args: nullish(Schema.Record({ key: Schema.String, value: Json })),
  /** Why it failed. */
  error_msg: blankAsNull,
  path: blankAsNull,
  /** Where the CSV is, for 48 hours and without a token: it is a secret for that long. Missing until it is there. */
  signed_url: nullishText(Schema.Redacted(Schema.String)),
  created_at: blankAsNull,
  updated_at: blankAsNull
}).annotations({ identifier: "PrismExport" })
/** An export, decoded. */
export interface PrismExport extends Schema.Schema.Type<typeof PrismExport> {}
