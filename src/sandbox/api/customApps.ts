/**
 * Custom apps: a place in storage first, then the app over what lies there.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { randomBytes, randomUUID } from "node:crypto"
import { readInput } from "../gateway/body.js"
import type { Collection } from "../tenant/collection.js"
import { type Answer, type WholeRequest, json } from "../gateway/exchange.js"
import { readFields } from "../gateway/fields.js"
import type { Route } from "../gateway/router.js"
import { microseconds, seconds, timestamp } from "../tenant/time.js"
import type { Storage } from "../storage/Storage.js"
import { libraryRoutes, type LibraryResource } from "./library.js"
import { type Category, checkShowing, hidden, readShowing, renderShowing, type Showing } from "./selfService.js"

/** An app as the tenant keeps it. */
export interface AppRecord extends Showing {
  readonly id: string
  readonly name: string
  readonly file_key: string
  readonly install_type: (typeof installTypes)[number]
  readonly install_enforcement: (typeof enforcements)[number]
  readonly audit_script: string
  readonly unzip_location: string
  readonly active: boolean
  readonly restart: boolean
  readonly preinstall_script: string
  readonly postinstall_script: string
  /** Milliseconds. */
  readonly fileUpdated: number
  readonly created_at: string
  readonly updated_at: string
}

const installTypes = ["package", "zip", "image"] as const
const enforcements = ["install_once", "continuously_enforce", "no_enforcement"] as const
const path = "/api/v1/library/custom-apps"

const stillProcessing = json(503, { detail: "The upload is still being processed." })

/** `MyApp.pkg` becomes `MyApp_d00561c3.pkg`: two uploads of one name never meet. */
export const uniqueName = (name: string): string => {
  const file = name.split("/").at(-1) ?? name
  const dot = file.lastIndexOf(".")
  const token = randomBytes(4).toString("hex")
  return dot > 0 ? `${file.slice(0, dot)}_${token}${file.slice(dot)}` : `${file}_${token}`
}

const folder = "/library/custom_apps/"

/** `…/MyApp_d00561c3.pkg` */
export const appKey = (companyId: string, name: string): string =>
  `companies/companies/${companyId}${folder}${uniqueName(name)}`

/** The routes of `/api/v1/library/custom-apps`. */
export const customAppRoutes = (
  options: {
    readonly records: Collection<AppRecord>
    readonly categories: ReadonlyArray<Category>
    readonly storage: Storage
    readonly companyId: string
  } & Pick<LibraryResource<AppRecord>, "onDelete" | "onWrite" | "pageSize">
): ReadonlyArray<Route> => {
  const { categories, companyId, records, storage } = options

  const presign = (incoming: WholeRequest): Effect.Effect<Answer, Answer> =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const { values } = yield* readInput(incoming, ["json", "urlencoded"])
      const fields = readFields(values)
      const name = fields.text("name", { required: true }) ?? ""
      yield* fields.checked
      const key = appKey(companyId, name)
      const place = yield* storage.presignPost(key, now)
      return json(201, {
        name,
        expires: microseconds(place.expires),
        post_url: place.url,
        post_data: place.fields,
        file_key: key
      })
    })

  const write = (incoming: WholeRequest, before: AppRecord | undefined): Effect.Effect<AppRecord, Answer> =>
    Effect.gen(function* () {
      const now = yield* timestamp
      const millis = yield* Clock.currentTimeMillis
      const { values } = yield* readInput(incoming, ["urlencoded", "json"])
      const fields = readFields(values)
      const required = before === undefined

      const name = fields.text("name", { required })
      const fileKey = fields.text("file_key", { required })
      const installType = fields.choice("install_type", installTypes, { required })
      const enforcement = fields.choice("install_enforcement", enforcements, { required })
      const auditScript = fields.text("audit_script", { blank: true })
      const unzipLocation = fields.text("unzip_location", { blank: true })
      const preinstall = fields.text("preinstall_script", { blank: true })
      const postinstall = fields.text("postinstall_script", { blank: true })
      const active = fields.boolean("active")
      const restart = fields.boolean("restart")
      const showing = readShowing(fields, before ?? hidden)
      const isOwn = fileKey === before?.file_key
      if (fileKey !== undefined && !isOwn && !(fileKey.includes(folder) && storage.isReserved(fileKey))) {
        fields.refuse("file_key", "Invalid file key.")
      }
      yield* fields.checked

      const replaced = fileKey !== undefined && fileKey !== before?.file_key
      const record: AppRecord = {
        id: before?.id ?? randomUUID(),
        name: name ?? before?.name ?? "",
        file_key: fileKey ?? before?.file_key ?? "",
        install_type: installType ?? before?.install_type ?? "package",
        install_enforcement: enforcement ?? before?.install_enforcement ?? "install_once",
        audit_script: auditScript?.trimEnd() ?? before?.audit_script ?? "",
        unzip_location: unzipLocation ?? before?.unzip_location ?? "",
        active: active ?? before?.active ?? true,
        restart: restart ?? before?.restart ?? false,
        preinstall_script: preinstall?.trimEnd() ?? before?.preinstall_script ?? "",
        postinstall_script: postinstall?.trimEnd() ?? before?.postinstall_script ?? "",
        // Written in whole seconds, so a second file within one second has to move it by hand.
        fileUpdated: replaced ? Math.max(millis, (before?.fileUpdated ?? 0) + 1000) : (before?.fileUpdated ?? millis),
        created_at: before?.created_at ?? now,
        updated_at: now,
        ...showing
      }

      checkShowing(fields, record, record.install_enforcement === "no_enforcement", categories)
      yield* fields.checked
      if (record.install_enforcement === "continuously_enforce" && record.audit_script === "") {
        fields.refuse("audit_script", "Required when choosing continuously_enforce")
      } else if (
        record.install_enforcement !== "continuously_enforce" &&
        auditScript !== undefined &&
        auditScript !== ""
      ) {
        fields.refuse("audit_script", "Only allowed when choosing continuously_enforce")
      } else if (record.install_type === "zip" && record.unzip_location === "") {
        fields.refuse("unzip_location", "Required when choosing zip")
      }
      yield* fields.checked

      const stored = fileKey === undefined ? undefined : storage.find(fileKey)
      if (stored !== undefined && millis < stored.readyAt) return yield* Effect.fail(stillProcessing)
      return record
    })

  return [
    { method: "POST", path: `${path}/upload`, endpoint: presign },
    ...libraryRoutes({
      path,
      model: "CustomApp",
      pageSize: options.pageSize,
      records,
      write,
      onWrite: options.onWrite,
    onDelete: options.onDelete,
      render: (record) =>
        Effect.gen(function* () {
          const stored = storage.find(record.file_key)
          return {
            id: record.id,
            name: record.name,
            file_key: record.file_key,
            install_type: record.install_type,
            install_enforcement: record.install_enforcement,
            audit_script: record.audit_script,
            unzip_location: record.unzip_location,
            active: record.active,
            restart: record.restart,
            preinstall_script: record.preinstall_script,
            postinstall_script: record.postinstall_script,
            file_url: yield* storage.presignGet(record.file_key, yield* Clock.currentTimeMillis),
            sha256: stored?.sha256 ?? "",
            file_size: stored?.size ?? 0,
            file_updated: seconds(record.fileUpdated),
            created_at: record.created_at,
            updated_at: record.updated_at,
            ...renderShowing(record)
          }
        })
    })
  ]
}
