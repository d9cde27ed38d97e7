/**
 * The API's rules for fields that depend on each other. The service checks them too and returns a 400 with the same
 * field names, but only after an installer of up to 5 GB was uploaded. An update only fails here if it is invalid for
 * every record: the record may already have a required field.
 */
import * as Schema from "effect/Schema"

/** Either not shown in Self Service, or shown there in a category. */
export type SelfService = HiddenFromSelfService | TakenFromSelfService | ShownInSelfService

export interface ShownInSelfService {
  readonly show_in_self_service: true
  readonly self_service_category_id: string
  readonly self_service_recommended?: boolean | undefined
}

export interface HiddenFromSelfService {
  readonly show_in_self_service?: false | undefined
  readonly self_service_category_id?: undefined
  readonly self_service_recommended?: undefined
}

/** Together with `false`, a category and a recommendation are ignored, as in the service. */
export interface TakenFromSelfService {
  readonly show_in_self_service: false
  readonly self_service_category_id?: string | undefined
  readonly self_service_recommended?: boolean | undefined
}

interface SelfServiceFields {
  readonly show_in_self_service?: boolean | undefined
  readonly self_service_category_id?: string | undefined
  readonly self_service_recommended?: boolean | undefined
}

/**
 * Makes a filter over several fields run even if a field is invalid, so that the error lists all problems. Schema uses
 * the same annotation for its own filters.
 */
export const besides = { [Symbol.for("effect/annotation/StableFilter")]: true }

const issue = (field: string, message: string): Schema.FilterIssue => ({ path: [field], message })

/** The operation that the fields are for. `publish` may create or update a record. */
type Purpose = "create" | "update" | "publish"

/** Whether a required field is missing. In an update, the record may already have it, unless `""` clears it. */
const isMissing = (value: unknown, purpose: Purpose): boolean =>
  value === "" || (value === undefined && purpose !== "update")

const selfServiceIssues = (
  {
    self_service_category_id: category,
    self_service_recommended: recommended,
    show_in_self_service: shown
  }: SelfServiceFields,
  enforcement: { readonly key: string; readonly none: boolean },
  purpose: Purpose
) => {
  const issues: Array<Schema.FilterIssue> = []
  if (enforcement.none && (purpose === "update" ? shown === false : shown !== true)) {
    issues.push(issue("show_in_self_service", `must be true with ${enforcement.key} "no_enforcement"`))
  }
  if ((shown === true || enforcement.none) && isMissing(category, purpose)) {
    issues.push(issue("self_service_category_id", "is required when show_in_self_service is true"))
  }
  // A new record without `show_in_self_service` is not shown there.
  if (purpose === "create" && shown === undefined && !enforcement.none) {
    if (category) {
      issues.push(issue("self_service_category_id", "only has an effect when show_in_self_service is true"))
    }
    if (recommended === true) {
      issues.push(issue("self_service_recommended", "only has an effect when show_in_self_service is true"))
    }
  }
  return issues
}

/** The fields without category and recommendation if the record is not shown in Self Service. */
export const withoutHidden = <A extends SelfServiceFields>(fields: A): A =>
  fields.show_in_self_service === false
    ? { ...fields, self_service_category_id: undefined, self_service_recommended: undefined }
    : fields

/** Leaves out category and recommendation of a record that is not shown in Self Service when encoding. */
export const sentWithoutHidden = <A extends SelfServiceFields, I>(schema: Schema.Schema<A, I>): Schema.Schema<A, I> =>
  Schema.transform(schema, Schema.typeSchema(schema), {
    strict: true,
    decode: (fields) => fields,
    encode: withoutHidden
  })

/** @see 400 keys `show_in_self_service`, `self_service_category_id` of `/api/v1/library/custom-scripts` */
export const scriptRules =
  (purpose: Purpose) => (fields: SelfServiceFields & { readonly execution_frequency?: string | undefined }) =>
    selfServiceIssues(
      fields,
      { key: "execution_frequency", none: fields.execution_frequency === "no_enforcement" },
      purpose
    )

interface AppFields extends SelfServiceFields {
  readonly install_type?: string | undefined
  readonly install_enforcement?: string | undefined
  readonly unzip_location?: string | undefined
  readonly audit_script?: unknown
}

/** @see 400 keys `unzip_location`, `audit_script` and those of Self Service of `/api/v1/library/custom-apps` */
export const appRules = (purpose: Purpose) => (fields: AppFields) => {
  const issues = selfServiceIssues(
    fields,
    { key: "install_enforcement", none: fields.install_enforcement === "no_enforcement" },
    purpose
  )
  if (fields.install_type === "zip" && isMissing(fields.unzip_location, purpose)) {
    issues.push(issue("unzip_location", 'is required when install_type is "zip"'))
  }
  if (fields.install_type !== undefined && fields.install_type !== "zip" && fields.unzip_location) {
    issues.push(issue("unzip_location", 'can only be used with install_type "zip"'))
  }
  if (fields.install_enforcement === "continuously_enforce" && isMissing(fields.audit_script, purpose)) {
    issues.push(issue("audit_script", 'is required with install_enforcement "continuously_enforce"'))
  }
  const otherEnforcement =
    fields.install_enforcement !== undefined && fields.install_enforcement !== "continuously_enforce"
  if (otherEnforcement && fields.audit_script) {
    issues.push(issue("audit_script", 'can only be used with install_enforcement "continuously_enforce"'))
  }
  return issues
}

interface InstallerFields {
  readonly installer?: unknown
  readonly fileKey?: string | undefined
  readonly sha256?: string | undefined
}

/** Allows only one of `installer` and `fileKey`. A `sha256` needs a `fileKey`, since an upload computes its own. */
export const oneInstaller = ({ fileKey, installer, sha256 }: InstallerFields) => [
  ...(installer !== undefined && fileKey !== undefined
    ? [issue("fileKey", "cannot be given together with an installer")]
    : []),
  ...(sha256 !== undefined && fileKey === undefined ? [issue("sha256", "can only be used with fileKey")] : [])
]

/** A new app needs an installer. */
export const someInstaller = (fields: InstallerFields) =>
  fields.installer === undefined && fields.fileKey === undefined
    ? [issue("installer", "is required unless fileKey is given")]
    : []

const platforms = ["mac", "iphone", "ipad", "tv", "vision"] as const

/** A new profile needs at least one platform. */
export const anyPlatform = (fields: {
  readonly [P in `runs_on_${(typeof platforms)[number]}`]?: boolean | undefined
}) =>
  platforms.some((platform) => fields[`runs_on_${platform}`] === true)
    ? []
    : [issue("runs_on_mac", "at least one runs_on_* must be true")]
