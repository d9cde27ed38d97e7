/**
 * What an info file says: the keys that the vendor's tool knows, and no other, since it refuses a file with more.
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

/** The id of an item: files are named by it, so it is never a path. */
export const ItemId = Id.pipe(Schema.filter((id) => isFileId(id) || "is no id"))

/** A time as text; property lists may have it as a date. */
const Time = Schema.Union(Schema.String, Schema.DateFromSelf)

const Node = Schema.Struct({ blueprint: Required, node: Required })

/** A Blueprint that an item is to be on: its name or id, maybe with a node of its map. */
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

/** `info.*` of a profile. */
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
/** It, decoded. */
export interface ProfileInfo extends Schema.Schema.Type<typeof ProfileInfo> {}

/** `info.*` of a script. */
export const ScriptInfo = Schema.Struct({
  ...base,
  execution_frequency: given(ExecutionFrequency),
  restart: given(Schema.Boolean),
  ...selfService
})
/** It, decoded. */
export interface ScriptInfo extends Schema.Schema.Type<typeof ScriptInfo> {}

/** A file name without a folder, as an installer's is. */
export const FileName = Required.pipe(Schema.filter((name) => !/[/\\\0]|^\.\.?$/.test(name) || "is no name of a file"))

export const Sha256 = Schema.Lowercase.pipe(
  Schema.filter((text) => /^[0-9a-f]{64}$/.test(text) || "is not a sha256 in hex: 64 digits")
)

/** `info.*` of an app. */
export const AppInfo = Schema.Struct({
  ...base,
  install_type: InstallType,
  install_enforcement: InstallEnforcement,
  restart: given(Schema.Boolean),
  unzip_location: given(Schema.String),
  ...selfService,
  /** The installer, which lies in the folder of payloads. */
  file: given(Schema.Struct({ name: FileName, sha256: Sha256 }))
})
/** It, decoded. */
export interface AppInfo extends Schema.Schema.Type<typeof AppInfo> {}

/** What an info file of any kind says. */
export type Info = ProfileInfo | ScriptInfo | AppInfo

const schemas = { profile: ProfileInfo, script: ScriptInfo, app: AppInfo } as const

/** The keys of an info file, in the order in which they are written. */
export const keysOf = (kind: Kind): ReadonlyArray<string> => Object.keys(schemas[kind].fields)

const decoder = <A extends Info, I>(schema: Schema.Schema<A, I>) => {
  const decode = Schema.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })
  return (record: unknown): Either.Either<Info, FieldErrors> =>
    Either.mapLeft(decode(record), ({ issue }) => fieldErrorsOf(issue))
}

/** Reads an info file's values: what it says, or what is wrong by key. */
export const decodeInfo: Readonly<Record<Kind, (record: unknown) => Either.Either<Info, FieldErrors>>> = {
  profile: decoder(ProfileInfo),
  script: decoder(ScriptInfo),
  app: decoder(AppInfo)
}
