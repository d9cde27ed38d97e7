/**
 * The tenant's profiles, scripts and apps behind one interface.
 */
import * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import { ApiClientError } from "../../errors/ApiClientError.js"
import type { PayloadError } from "../../errors/PayloadIntegrityError.js"
import { withDigest } from "../../installers/publishing.js"
import { checkFields } from "../../operation/arguments.js"
import {
  CreateCustomApp,
  type CreateCustomApp as CreateApp,
  type CustomApp,
  UpdateCustomApp
} from "../../schemas/CustomApp.js"
import { CreateCustomProfile, type CustomProfile, UpdateCustomProfile } from "../../schemas/CustomProfile.js"
import {
  CreateCustomScript,
  type CreateCustomScript as CreateScript,
  type CustomScript,
  CustomScriptChanges
} from "../../schemas/CustomScript.js"
import type { PayloadList } from "../../schemas/PayloadList.js"
import { appRules, scriptRules } from "../../schemas/rules.js"
import { changedFields } from "../../services/comparing.js"
import { CustomApps } from "../../services/CustomApps.js"
import { CustomProfiles } from "../../services/CustomProfiles.js"
import { CustomScripts } from "../../services/CustomScripts.js"
import type { TransferProgress } from "../../services/InstallerTransfer.js"
import { type Fields, fieldsOf, hashOf, meaningful, type Values, valuesOf } from "../model/Fields.js"
import { isFileId } from "../model/Info.js"
import type { Kind } from "../model/kinds.js"

/** An item of the tenant. */
export interface TenantItem {
  readonly kind: Kind
  readonly id: string
  readonly name: string
  readonly record: CustomProfile | CustomScript | CustomApp
  readonly values: Values
  readonly fields: Fields
  readonly hash: string
}

/** The values and files that the tenant should have for an item. */
export interface Wanted {
  readonly values: Values
  /** The bytes of a profile's `.mobileconfig` in the folder. */
  readonly file?: Uint8Array | undefined
  /** An app's installer, if it is to be uploaded. */
  readonly installer?: { readonly path: string; readonly name: string } | undefined
}

/** How to follow the transfer of installers. */
export interface Watch {
  /** Called with the progress of each installer. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined
}

type Failure = ApiClientError | PayloadError

/** The operations on one kind of items. */
export interface Shelf {
  /** All items, and whether the listing is complete, so that it has as many items as `count` says. */
  readonly list: Effect.Effect<
    { readonly items: ReadonlyArray<TenantItem>; readonly complete: boolean },
    ApiClientError
  >
  readonly get: (id: string) => Effect.Effect<TenantItem, ApiClientError>
  /** Checks the request without sending it. */
  readonly check: (wanted: Wanted, there?: TenantItem) => Effect.Effect<void, ApiClientError>
  readonly create: (wanted: Wanted, watch?: Watch) => Effect.Effect<TenantItem, Failure>
  /** Sends the changed fields. Sends nothing if no field has changed. */
  readonly update: (there: TenantItem, wanted: Wanted, watch?: Watch) => Effect.Effect<TenantItem, Failure>
  readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
}

/** The tenant's library. */
export type Library = Readonly<Record<Kind, Shelf>>

/** The fields to send: those that have an effect, without a profile and a sha256, which are sent in another form. */
const sent = (kind: Kind, values: Values, isNew: boolean): Values =>
  Object.fromEntries(
    Object.entries(meaningful(kind, values)).filter(
      ([field, value]) => field !== "profile" && field !== "sha256" && !(isNew && value === "")
    )
  )

const itemOf = (kind: Kind, record: CustomProfile | CustomScript | CustomApp): TenantItem => {
  const values = valuesOf(kind, record)
  const fields = fieldsOf(kind, values)
  return { kind, id: record.id, name: record.name, record, values, fields, hash: hashOf(fields) }
}

/** The tenant's library, built from the services in the context. */
export const makeLibrary: Effect.Effect<Library, never, CustomProfiles | CustomScripts | CustomApps> = Effect.gen(
  function* () {
    return {
      profile: profileShelf(yield* CustomProfiles),
      script: scriptShelf(yield* CustomScripts),
      app: appShelf(yield* CustomApps)
    }
  }
)

/** The service of a kind, and the checks of its requests. */
interface Parts<Stored, Created, Changes extends object> {
  readonly service: {
    readonly list: () => Effect.Effect<PayloadList<Stored>, ApiClientError>
    readonly get: (id: string) => Effect.Effect<Stored, ApiClientError>
    readonly create: (fields: Created, watch?: Watch) => Effect.Effect<Stored, Failure>
    readonly update: (id: string, changes: Changes, watch?: Watch) => Effect.Effect<Stored, Failure>
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
  }
  /** Waits until the service has computed all fields of a record. */
  readonly whole?: (record: Stored) => Effect.Effect<Stored, ApiClientError>
  readonly created: (wanted: Wanted) => Effect.Effect<Created, ApiClientError>
  readonly changes: (there: TenantItem, wanted: Wanted) => Effect.Effect<Changes, ApiClientError>
}

const operations = { profile: "CustomProfiles", script: "CustomScripts", app: "CustomApps" } as const

const shelf = <Stored extends TenantItem["record"], Created, Changes extends object>(
  kind: Kind,
  { changes, created, service, whole = Effect.succeed }: Parts<Stored, Created, Changes>
): Shelf => {
  const item = (record: Stored): Effect.Effect<TenantItem, ApiClientError> =>
    isFileId(record.id)
      ? Effect.succeed(itemOf(kind, record))
      : Effect.fail(
          new ApiClientError({
            reason: "Decode",
            operation: `${operations[kind]}.get`,
            detail: `The tenant has a ${kind} with an invalid id: ${JSON.stringify(record.id.slice(0, 100))}.`
          })
        )
  return {
    list: Effect.gen(function* () {
      const { count, results } = yield* service.list()
      const records = yield* Effect.forEach(results, whole, { concurrency: 4 })
      return { items: yield* Effect.forEach(records, item), complete: results.length >= count }
    }),
    get: (id) => Effect.flatMap(Effect.flatMap(service.get(id), whole), item),
    check: (wanted, there) =>
      there === undefined ? Effect.asVoid(created(wanted)) : Effect.asVoid(changes(there, wanted)),
    create: (wanted, watch) =>
      Effect.flatMap(
        Effect.flatMap(created(wanted), (fields) => service.create(fields, watch)),
        item
      ),
    update: (there, wanted, watch) =>
      Effect.flatMap(changes(there, wanted), (fields) =>
        Object.keys(fields).length === 0
          ? Effect.succeed(there)
          : Effect.flatMap(service.update(there.id, fields, watch), item)
      ),
    delete: service.delete
  }
}

const profileShelf = (service: CustomProfiles.Service): Shelf => {
  const checkCreate = checkFields("CustomProfiles.create", CreateCustomProfile)
  const checkUpdate = checkFields("CustomProfiles.update", UpdateCustomProfile)
  const fileOf = ({ file, values }: Wanted) =>
    file === undefined ? {} : { file: { content: file, name: `${String(values["name"])}.mobileconfig` } }
  return shelf("profile", {
    service,
    created: (wanted) => checkCreate({ ...sent("profile", wanted.values, true), ...fileOf(wanted) }),
    changes: (there, wanted) =>
      checkUpdate({
        ...changedFields(sent("profile", wanted.values, false), there.values),
        ...(fieldsOf("profile", wanted.values)["profile"] === there.fields["profile"] ? {} : fileOf(wanted))
      })
  })
}

const scriptShelf = (service: CustomScripts.Service): Shelf => {
  // The schema checks the rules between fields that the type expresses as a union.
  const checkCreate = checkFields("CustomScripts.create", CreateCustomScript as Schema.Schema<CreateScript, unknown>)
  const checkUpdate = checkFields("CustomScripts.update", CustomScriptChanges)
  return shelf("script", {
    service: {
      ...service,
      create: (fields: CreateScript) => service.create(fields),
      update: (id, changes) => service.update(id, changes)
    },
    created: ({ values }) => checkCreate(sent("script", values, true)),
    changes: (there, { values }) =>
      checkUpdate(changedFields(sent("script", values, false), there.values, scriptRules("publish")))
  })
}

const appShelf = (service: CustomApps.Service): Shelf => {
  const checkCreate = checkFields("CustomApps.create", CreateCustomApp as Schema.Schema<CreateApp, unknown>)
  const checkUpdate = checkFields("CustomApps.update", UpdateCustomApp)
  const installerOf = ({ installer }: Wanted) => (installer === undefined ? {} : { installer })
  return shelf("app", {
    service,
    whole: (app) => (app.file_key === "" ? Effect.succeed(app) : withDigest(app, service.get(app.id))),
    created: (wanted) => checkCreate({ ...sent("app", wanted.values, true), ...installerOf(wanted) }),
    changes: (there, wanted) =>
      checkUpdate({
        ...changedFields(sent("app", wanted.values, false), there.values, appRules("publish")),
        ...installerOf(wanted)
      })
  })
}
