import * as Schema from "effect/Schema"
import { blankAsNull, choice, given, Id, Json, nullish, nullishText, openEnum } from "../internal.js"

/** Dates are in ISO 8601. */
const dates = {
  lt: given(Schema.String),
  gt: given(Schema.String),
  lte: given(Schema.String),
  gte: given(Schema.String)
}

/** Conditions for a column. */
export const PrismOperators = Schema.Struct({
  /** For boolean columns. */
  eq: given(Schema.Boolean),
  /** The value is one of these. */
  in: given(Schema.Array(Schema.String)),
  /** The value is none of these. */
  not_in: given(Schema.Array(Schema.String)),
  /** The value contains one of these texts. */
  like: given(Schema.Array(Schema.String)),
  /** The value contains none of these texts. */
  not_like: given(Schema.Array(Schema.String)),
  ...dates,
  /** For dates: at least one of these conditions must be met. */
  or: given(Schema.Array(Schema.Struct(dates)))
})
/** Conditions for a column. */
export interface PrismOperators extends Schema.Schema.Type<typeof PrismOperators> {}

/**
 * Conditions by column: `{ device__name: { like: ["lab"] }, apple_silicon: { eq: true } }`. A row must meet all of
 * them.
 */
export const PrismFilter = Schema.Record({ key: Schema.String, value: PrismOperators })
export type PrismFilter = typeof PrismFilter.Type

/** The device families of Prism. */
export const PrismFamily = choice("Mac", "iPhone", "iPad", "tvOS")
export type PrismFamily = typeof PrismFamily.Type

/** Filters and order for a Prism listing. */
export const PrismFilters = Schema.Struct({
  /** Only devices of these Blueprints. */
  blueprint_ids: given(Schema.Array(Schema.String)),
  /** Only devices of these families. */
  device_families: given(Schema.Array(PrismFamily)),
  filter: given(Schema.parseJson(PrismFilter)),
  /** The column to sort by. `-` before it reverses the order. */
  sort_by: given(Schema.String)
})
/** The filters of a Prism listing. */
export interface PrismFilters extends Schema.Schema.Type<typeof PrismFilters> {}

/** The categories of Prism, as they are named in paths and counts. */
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

/** The category to count. */
export const PrismCountOf = Schema.Struct({ category: PrismCategory })
/** The argument of `Prism.count`. */
export interface PrismCountOf extends Schema.Schema.Type<typeof PrismCountOf> {}

/** The number of rows of a category. */
export const PrismCount = Schema.Struct({
  count: Schema.Finite,
  /** Whether the number is an estimate. */
  approximate: nullish(Schema.Boolean)
}).annotations({ identifier: "PrismCount" })
/** The number of rows of a category, decoded. */
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

/** The rows of an export. */
export const StartPrismExport = Schema.Struct({
  category: PrismExportCategory,
  blueprint_ids: given(Schema.Array(Schema.String)),
  device_families: given(Schema.Array(PrismFamily)),
  filter: given(PrismFilter),
  sort_by: given(Schema.String)
})
/** The argument of `Prism.startExport`. */
export interface StartPrismExport extends Schema.Schema.Type<typeof StartPrismExport> {}

/** An export that is running or has ended. */
export const PrismExport = Schema.Struct({
  id: Id,
  status: openEnum("pending", "success"),
  category: Schema.String,
  args: nullish(Schema.Record({ key: Schema.String, value: Json })),
  /** Why the export failed. */
  error_msg: blankAsNull,
  path: blankAsNull,
  /** The URL of the CSV file. It is secret: for 48 hours, it works without a token. Missing until the file is ready. */
  signed_url: nullishText(Schema.Redacted(Schema.String)),
  created_at: blankAsNull,
  updated_at: blankAsNull
}).annotations({ identifier: "PrismExport" })
/** An export, decoded. */
export interface PrismExport extends Schema.Schema.Type<typeof PrismExport> {}
