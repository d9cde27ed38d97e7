/**
 * Custom apps: first an upload to storage, then the app that uses it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { readInput } from "../../gateway/body.js"
import { json, type WholeRequest } from "../../gateway/exchange.js"
import { readFields } from "../../gateway/fields.js"
import { type Reply, route } from "../../gateway/router.js"
import { activeTags, pageRows, words } from "../../tenant/pageWords.js"
import { fromArray } from "../../tenant/collection.js"
import { resource } from "../../tenant/resource.js"
import { datesOf, named, pick, type Seeding } from "../../tenant/seeding.js"
import { hex, idOf, rowsOf, scramble } from "../../tenant/seedNumbers.js"
import { software } from "../../tenant/seedWords.js"
import { glance } from "../../tenant/snapshot.js"
import { dates, recordsOf } from "../../tenant/state.js"
import { table } from "../../tenant/table.js"
import type { Tenant } from "../../tenant/tenant.js"
import { microseconds, seconds, timestamp } from "../../tenant/time.js"
import {
  installerFacts,
  installerOf,
  installerTag,
  isFileOf,
  removeFilesOf,
  seededFile,
  uniqueName,
  uploadRow,
  uploadsOf
} from "./appFiles.js"
import { libraryRoutes, type LibraryResource } from "./library.js"
import {
  checkShowing,
  drawShowing,
  hidden,
  inSelfService,
  readShowing,
  renderShowing,
  showingFacts,
  showingFields
} from "./selfService.js"

const path = "/api/v1/library/custom-apps"
const installTypes = ["package", "zip", "image"] as const
const enforcements = ["install_once", "continuously_enforce", "no_enforcement"] as const

const App = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  file_key: Schema.String,
  install_type: Schema.Literal(...installTypes),
  install_enforcement: Schema.Literal(...enforcements),
  audit_script: Schema.String,
  unzip_location: Schema.String,
  active: Schema.Boolean,
  restart: Schema.Boolean,
  preinstall_script: Schema.String,
  postinstall_script: Schema.String,
  /** In milliseconds. */
  fileUpdated: Schema.Number,
  created_at: Schema.String,
  updated_at: Schema.String,
  ...showingFields
})

/** A stored app. */
export interface AppRecord extends Schema.Schema.Type<typeof App> {}

/** The fields for putting an app, and the content of its installer. */
export type NewApp = Partial<AppRecord> &
  Pick<AppRecord, "name"> & { readonly installer?: string | Uint8Array | undefined }

const stillProcessing = json(503, { detail: "The upload is still being processed." })

const folder = "/library/custom_apps/"

/** `…/MyApp_d00561c3.pkg` */
const appKey = (companyId: string, name: string): string =>
  `companies/companies/${companyId}${folder}${uniqueName(name)}`

const seededFolder = (seeding: Seeding): string => `companies/companies/${idOf(0, seeding.key("company"))}${folder}`

/** The apps of a tenant. */
export const appTable = table<AppRecord, typeof App.Encoded>({
  key: "customApps",
  schema: App,
  seed: (seeding) =>
    rowsOf(
      seeding.count("customApps", () => 16),
      seeding.key("customApps"),
      (index, id, draw) => {
        const name = named(software, index)
        const type = pick(["package", "package", "zip", "image"], draw)
        const shown = drawShowing(seeding, draw, draw(2) === 0)
        const enforcement = shown.show_in_self_service
          ? pick(["no_enforcement", "install_once"], draw)
          : pick(["install_once", "continuously_enforce"], draw)
        const file = `${name.replace(/[^A-Za-z0-9]+/g, "")}_${hex(scramble(index, seeding.key("customApps")), 12)}`
        const { created, created_at, updated_at } = datesOf(draw)
        return {
          id,
          name,
          file_key: `${seededFolder(seeding)}${file}.${{ package: "pkg", zip: "zip", image: "dmg" }[type]}`,
          install_type: type,
          install_enforcement: enforcement,
          audit_script:
            enforcement === "continuously_enforce" ? `#!/bin/zsh\n[[ -d "/Applications/${name}.app" ]]` : "",
          unzip_location: type === "zip" ? "/Applications" : "",
          active: draw(12) > 0,
          restart: draw(25) === 0,
          preinstall_script: draw(6) === 0 ? `#!/bin/zsh\npkill -x "${name}"\nexit 0` : "",
          postinstall_script: "",
          fileUpdated: Math.floor(created / 1000) * 1000,
          created_at,
          updated_at,
          ...shown
        }
      }
    )
})

const isUsed = (tenant: Tenant, key: string): boolean => isFileOf(tenant, appTable, key)

const presign = ({ identity, storage }: Tenant, incoming: WholeRequest): Reply =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const { values } = yield* readInput(incoming, ["json", "urlencoded"])
    const fields = readFields(values)
    const name = fields.text("name", { required: true }) ?? ""
    yield* fields.checked
    const key = appKey(identity.companyId, name)
    const place = yield* storage.presignPost(key, now)
    return json(201, {
      name,
      expires: microseconds(place.expires),
      post_url: place.url,
      post_data: place.fields,
      file_key: key
    })
  })

const write =
  ({ identity, storage }: Tenant): LibraryResource<AppRecord>["write"] =>
  (incoming, before) =>
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
        // The API shows whole seconds. A second file within the same second gets a later time, so that the change is
        // visible.
        fileUpdated: replaced ? Math.max(millis, (before?.fileUpdated ?? 0) + 1000) : (before?.fileUpdated ?? millis),
        created_at: before?.created_at ?? now,
        updated_at: now,
        ...showing
      }

      checkShowing(fields, record, record.install_enforcement === "no_enforcement", identity.categories)
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

const render =
  ({ storage }: Tenant) =>
  (record: AppRecord) =>
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

export const customApps = resource({
  tables: [appTable],
  counts: { customApps: 16 },
  files: {
    seeded: (seeding, key) =>
      key.startsWith(seededFolder(seeding))
        ? seededFile(appTable.rows(seeding), seeding.key("customApps"), key)
        : undefined,
    isUsed
  },
  setup: (tenant) => removeFilesOf(tenant, appTable, isUsed),
  routes: (tenant) => [
    route("POST", `${path}/upload`, (incoming) => presign(tenant, incoming)),
    ...libraryRoutes(tenant, {
      path,
      model: "CustomApp",
      table: appTable,
      write: write(tenant),
      render: render(tenant)
    })
  ],
  state: (tenant) => ({
    customApps: recordsOf(tenant, appTable, ({ installer, ...given }: NewApp, before, id, now) =>
      Effect.gen(function* () {
        const file_key = given.file_key ?? before?.file_key ?? appKey(tenant.identity.companyId, `${given.name}.pkg`)
        if (installer !== undefined) yield* tenant.storage.put(file_key, Buffer.from(installer))
        return {
          install_type: "package",
          install_enforcement: "install_once",
          audit_script: "",
          unzip_location: "",
          active: true,
          restart: false,
          preinstall_script: "",
          postinstall_script: "",
          fileUpdated: yield* Clock.currentTimeMillis,
          ...hidden,
          ...dates(now),
          ...before,
          ...given,
          file_key,
          id
        } satisfies AppRecord
      })
    )
  }),
  snapshot: (tenant, limit) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      return {
        customApps: glance(tenant.records(appTable), limit, (record) => ({
          ...record,
          ...inSelfService(tenant, record),
          ...installerOf(tenant, record, now)
        })),
        /** Uploads that the service is still processing. No app can be made of them yet. */
        uploads: yield* uploadsOf(tenant)
      }
    }),
  page: [
    {
      id: "uploads",
      place: "library",
      title: "Uploads that are still being processed",
      noun: "uploads",
      rows: (tenant) => Effect.map(uploadsOf(tenant), (uploads) => pageRows(fromArray(uploads), uploadRow)),
      open: () => undefined
    },
    {
      id: "customApps",
      place: "library",
      title: "Apps",
      noun: "apps",
      path,
      rows: (tenant) =>
        Effect.map(Clock.currentTimeMillis, (now) =>
          pageRows(tenant.records(appTable), (app) => {
            const installer = installerOf(tenant, app, now)
            return {
              id: app.id,
              name: app.name,
              facts: [
                words(app.install_type),
                words(app.install_enforcement),
                ...installerFacts(installer),
                ...showingFacts(tenant, app)
              ],
              tags: [...activeTags(app), installerTag(installer)]
            }
          })
        ),
      form: { title: "New app", fields: [{ name: "name", label: "Name" }] }
    }
  ]
})
