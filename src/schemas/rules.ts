/**
 * The API's rules on fields that depend on each other. The service checks them too, with a 400 and the same field
 * names, but only after a 5 GB installer is uploaded. In an update they hold among the fields that are given: those
 * that depend on each other are changed together.
 */
import type * as Schema from "effect/Schema"

/** Not shown in Self Service, or shown in a category. */
export type SelfService = HiddenFromSelfService | ShownInSelfService

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

interface SelfServiceFields {
  readonly show_in_self_service?: boolean | undefined
  readonly self_service_category_id?: string | undefined
  readonly self_service_recommended?: boolean | undefined
}

/**
 * Annotates a filter that looks at several fields, as Schema annotates its own: it runs beside the checks of each field,
 * so a caller is told everything at once.
 */
export const besides = { [Symbol.for("effect/annotation/StableFilter")]: true }

const issue = (field: string, message: string): Schema.FilterIssue => ({ path: [field], message })

const selfServiceIssues = (
  fields: SelfServiceFields,
  enforcement: { readonly key: string; readonly none: boolean }
) => {
  const issues: Array<Schema.FilterIssue> = []
  if (enforcement.none && fields.show_in_self_service !== true) {
    issues.push(issue("show_in_self_service", `must be true with ${enforcement.key} "no_enforcement"`))
  }
  if ((fields.show_in_self_service === true || enforcement.none) && !fields.self_service_category_id) {
    issues.push(issue("self_service_category_id", "is required when show_in_self_service is true"))
  }
  if (fields.show_in_self_service === false && fields.self_service_category_id) {
    issues.push(issue("self_service_category_id", "has a meaning only when show_in_self_service is true"))
  }
  if (fields.show_in_self_service === false && fields.self_service_recommended === true) {
    issues.push(issue("self_service_recommended", "has a meaning only when show_in_self_service is true"))
  }
  return issues
}

/** What is new is not shown in Self Service unless it says so. What is changed stays as it is. */
export const asNew = <A extends SelfServiceFields>(fields: A) => ({
  ...fields,
  show_in_self_service: fields.show_in_self_service ?? false
})

/** @see 400 keys `show_in_self_service`, `self_service_category_id` of `/api/v1/library/custom-scripts` */
export const scriptRules = (fields: SelfServiceFields & { readonly execution_frequency?: string | undefined }) =>
  selfServiceIssues(fields, { key: "execution_frequency", none: fields.execution_frequency === "no_enforcement" })

interface AppFields extends SelfServiceFields {
  readonly install_type?: string | undefined
  readonly install_enforcement?: string | undefined
  readonly unzip_location?: string | undefined
  readonly audit_script?: string | undefined
}

/** @see 400 keys `unzip_location`, `audit_script` and those of Self Service of `/api/v1/library/custom-apps` */
export const appRules = (fields: AppFields) => {
  const issues = selfServiceIssues(fields, {
    key: "install_enforcement",
    none: fields.install_enforcement === "no_enforcement"
  })
  if (fields.install_type === "zip" && !fields.unzip_location) {
    issues.push(issue("unzip_location", 'is required when install_type is "zip"'))
  }
  if (fields.install_type !== undefined && fields.install_type !== "zip" && fields.unzip_location) {
    issues.push(issue("unzip_location", 'can only be used with install_type "zip"'))
  }
  if (fields.install_enforcement === "continuously_enforce" && !fields.audit_script) {
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

/** An installer is uploaded, or was uploaded before. What is uploaded is hashed on the way. */
export const oneInstaller = ({ fileKey, installer, sha256 }: InstallerFields) => [
  ...(installer !== undefined && fileKey !== undefined
    ? [issue("fileKey", "cannot be given together with an installer")]
    : []),
  ...(sha256 !== undefined && fileKey === undefined ? [issue("sha256", "can only be used with fileKey")] : [])
]

/** A new app has an installer. */
export const someInstaller = (fields: InstallerFields) =>
  fields.installer === undefined && fields.fileKey === undefined
    ? [issue("installer", "is required, or the fileKey of one")]
    : []

const platforms = ["mac", "iphone", "ipad", "tv", "vision"] as const

/** A new profile runs somewhere. */
export const anyPlatform = (fields: {
  readonly [P in `runs_on_${(typeof platforms)[number]}`]?: boolean | undefined
}) =>
  platforms.some((platform) => fields[`runs_on_${platform}`] === true)
    ? []
    : [issue("runs_on_mac", "at least one runs_on_* must be true")]
