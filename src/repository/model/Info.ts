/**
 * The keys of an info file. They are the keys of the vendor's tool, which refuses a file with other keys.
 */
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import type { FieldErrors } from "../../errors/ApiClientError.js"
import { fieldErrorsOf } from "../../operation/arguments.js"
import { InstallEnforcement, InstallType } from "../../schemas/CustomApp.js"
import { ExecutionFrequency } from "../../schemas/CustomScript.js"
import { given, Id, Required } from "../../schemas/internal.js"
import type { Kind } from "./kinds.js"

/** Whether an id can be the name of a file. */
export const isFileId = (id: string): boolean => /^[0-9a-z-]{1,100}$/.test(id)

/** The id of an item. Files are named by it, so it cannot contain a path. */
export const ItemId = Id.pipe(Schema.filter((id) => isFileId(id) || "is not an id"))

/** A time as text, or as a date in a property list. */
const Time = Schema.Union(Schema.String, Schema.DateFromSelf)

const Node = Schema.Struct({ blueprint: Required, node: Required })

/** A Blueprint to which an item should be assigned: its name or id, optionally with a node of its map. */
export const EnsuredBlueprint = Schema.Union(Required, Node).annotations({
  message: () => ({ message: "is the name or id of a Blueprint, or { blueprint, node }", override: true })
})
export type EnsuredBlueprint = typeof EnsuredBlueprint.Type

const base = {
  id: ItemId,
  name: Required,
  active: given(Schema.Boolean),
  created_at: given(Time),
  updated_at: given(Time),
  sync_hash: given(Schema.String),
  ensure_blueprints: given(Schema.Array(EnsuredBlueprint))
}

const selfService = {
  show_in_self_service: given(Schema.Boolean),
  /** A category's id, or its name. */
  self_service_category_id: given(Schema.String),
  self_service_recommended: given(Schema.Boolean)
}

/** The info file of a profile. */
export const ProfileInfo = Schema.Struct({
  ...base,
  mdm_identifier: given(Schema.String),
  runs_on_mac: given(Schema.Boolean),
  runs_on_iphone: given(Schema.Boolean),
  runs_on_ipad: given(Schema.Boolean),
  runs_on_tv: given(Schema.Boolean),
  runs_on_vision: given(Schema.Boolean),
  runs_on_android: given(Schema.Boolean),
  runs_on_windows: given(Schema.Boolean)
})
/** The info file of a profile, decoded. */
export interface ProfileInfo extends Schema.Schema.Type<typeof ProfileInfo> {}

/** The info file of a script. */
export const ScriptInfo = Schema.Struct({
  ...base,
  execution_frequency: given(ExecutionFrequency),
  restart: given(Schema.Boolean),
  ...selfService
})
/** The info file of a script, decoded. */
export interface ScriptInfo extends Schema.Schema.Type<typeof ScriptInfo> {}

/** The file name of an installer, without a folder. */
export const FileName = Required.pipe(Schema.filter((name) => !/[/\\\0]|^\.\.?$/.test(name) || "is not a file name"))

export const Sha256 = Schema.Lowercase.pipe(
  Schema.filter((text) => /^[0-9a-f]{64}$/.test(text) || "is not a sha256 in hex: 64 digits")
)

/** The info file of an app. */
export const AppInfo = Schema.Struct({
  ...base,
  install_type: InstallType,
  install_enforcement: InstallEnforcement,
  restart: given(Schema.Boolean),
  unzip_location: given(Schema.String),
  ...selfService,
  /** The installer in the payloads folder. */
  file: given(Schema.Struct({ name: FileName, sha256: Sha256 }))
})
/** The info file of an app, decoded. */
export interface AppInfo extends Schema.Schema.Type<typeof AppInfo> {}

/** The info file of any kind, decoded. */
export type Info = ProfileInfo | ScriptInfo | AppInfo

const schemas = { profile: ProfileInfo, script: ScriptInfo, app: AppInfo } as const

/** The keys of an info file, in the order in which they are written. */
export const keysOf = (kind: Kind): ReadonlyArray<string> => Object.keys(schemas[kind].fields)

const decoder = <A extends Info, I>(schema: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })
  return (record: unknown): Either.Either<Info, FieldErrors> =>
    Either.mapLeft(decode(record), ({ issue }) => fieldErrorsOf(issue))
}

/** Decodes the values of an info file, or returns the problems by key. */
export const decodeInfo: Readonly<Record<Kind, (record: unknown) => Either.Either<Info, FieldErrors>>> = {
  profile: decoder(ProfileInfo),
  script: decoder(ScriptInfo),
  app: decoder(AppInfo)
}
