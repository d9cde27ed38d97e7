/**
 * In-house apps: first an upload to storage, then processing, then the app that uses it. Their files have URLs on the
 * API's own host that contain a token.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as Schema from "effect/Schema"
import { randomUUID } from "node:crypto"
import { type IpaFacts, readIpa } from "../../files/ipa.js"
import { readInput } from "../../gateway/body.js"
import { calledOrigin } from "../../gateway/called.js"
import { type Answer, empty, json, noMatch, type WholeRequest } from "../../gateway/exchange.js"
import { readFields } from "../../gateway/fields.js"
import { decoded, type Reply, route } from "../../gateway/router.js"
import { judgeToken, tokenFor } from "../../storage/addressToken.js"
import { conditional } from "../../storage/conditional.js"
import { encodePath } from "../../storage/sigv4.js"
import { activeTags, pageRows, platformsOf } from "../../tenant/pageWords.js"
import { resource } from "../../tenant/resource.js"
import { datesOf, named, pick, type Seeding } from "../../tenant/seeding.js"
import { hex, idOf, rowsOf, scramble } from "../../tenant/seedNumbers.js"
import { inHouse } from "../../tenant/seedWords.js"
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
  uniqueName
} from "./appFiles.js"
import { libraryRoutes, type LibraryResource } from "./library.js"

const App = Schema.Struct({
  id: Schema.String,
  name: Schema.String,
  file_key: Schema.String,
  active: Schema.Boolean,
  runs_on_iphone: Schema.Boolean,
  runs_on_ipad: Schema.Boolean,
  runs_on_tv: Schema.Boolean,
  /** The metadata in the file. */
  app: Schema.Struct({
    identifier: Schema.String,
    name: Schema.String,
    version: Schema.String,
    minimumOs: Schema.String,
    families: Schema.Array(Schema.String)
  }),
  /** In milliseconds. */
  fileUpdated: Schema.Number,
  created_at: Schema.String,
  updated_at: Schema.String
})

/** A stored in-house app. */
export interface InHouseAppRecord extends Schema.Schema.Type<typeof App> {}

/** The fields for putting an in-house app, and the content of its file. */
export type NewInHouseApp = Partial<InHouseAppRecord> &
  Pick<InHouseAppRecord, "name"> & { readonly installer?: string | Uint8Array | undefined }

const path = "/api/v1/library/ipa-apps"
const folder = "/library/ipa_apps/"

/** Whether a key belongs to a file of an in-house app. */
const isIpaKey = (key: string): boolean => key.includes(folder)

/** `Sammy.ipa` becomes `…/Sammy_2a450666.ipa`. */
const ipaKey = (companyId: string, filename: string): string => `tenants/${companyId}${folder}${uniqueName(filename)}`

/** The path of a picture that the service extracts from the file. The sandbox does not serve it. */
const picture = (key: string, kind: "Icon" | "IpadIcon"): string => `${key.replace(/\.[^.]*$/, "")}-${kind}.png`

const picturesOf = (key: string, { families }: IpaFacts) => ({
  icon: picture(key, "Icon"),
  ipad_icon: families.includes("iPad") ? picture(key, "IpadIcon") : ""
})

const factsOf = (app: IpaFacts) => ({
  app_identifier: app.identifier,
  app_name: app.name,
  app_version: app.version,
  supported_device_families: app.families,
  minimum_os_version: app.minimumOs
})

const seededFolder = (seeding: Seeding): string => `tenants/${idOf(0, seeding.key("company"))}${folder}`

/** The in-house apps of a tenant. */
export const inHouseTable = table<InHouseAppRecord, typeof App.Encoded>({
  key: "inHouseApps",
  schema: App,
  seed: (seeding) =>
    rowsOf(
      seeding.count("inHouseApps", () => 3),
      seeding.key("inHouseApps"),
      (index, id, draw) => {
        const name = named(inHouse, index)
        const short = name.replace(/[^A-Za-z0-9]+/g, "")
        const { created, created_at, updated_at } = datesOf(draw)
        const isPad = draw(3) > 0
        return {
          id,
          name,
          file_key: `${seededFolder(seeding)}${short}_${hex(scramble(index, seeding.key("inHouseApps")), 12)}.ipa`,
          active: draw(12) > 0,
          runs_on_iphone: true,
          runs_on_ipad: isPad,
          runs_on_tv: false,
          app: {
            identifier: `com.example.${short.toLowerCase()}`,
            name: short,
            version: `${1 + draw(4)}.${draw(10)}.${draw(10)}`,
            minimumOs: pick(["16.0", "17.0", "17.5", "18.0"], draw),
            families: isPad ? ["iPhone", "iPad"] : ["iPhone"]
          },
          fileUpdated: Math.floor(created / 1000) * 1000,
          created_at,
          updated_at
        }
      }
    )
})

const isUsed = (tenant: Tenant, key: string): boolean => isFileOf(tenant, inHouseTable, key)

const presign = ({ identity, storage }: Tenant, incoming: WholeRequest): Reply =>
  Effect.gen(function* () {
    const now = yield* Clock.currentTimeMillis
    const { values } = yield* readInput(incoming, ["json"])
    const fields = readFields(values)
    const filename = fields.text("filename", { required: true }) ?? ""
    yield* fields.checked
    const id = randomUUID()
    const key = ipaKey(identity.companyId, filename)
    const place = yield* storage.presignPost(key, now, id)
    return json(201, {
      id,
      filename: key.slice(key.lastIndexOf("/") + 1),
      sha256: null,
      expires: microseconds(place.expires),
      post_url: place.url,
      post_data: place.fields,
      file_key: key
    })
  })

/** The status of an upload: first the checksum is computed, then the content is validated. */
const look = ({ storage }: Tenant, id: string, now: number): Answer => {
  const place = storage.reservation(id)
  if (place === undefined) return noMatch("IPAAppUpload")
  const stored = storage.find(place.key)
  if (stored === undefined) {
    return now <= place.expires
      ? json(200, { status: "UPLOADING" })
      : json(200, { status: "UPLOAD_FAILED", reason: "The file was not uploaded before the upload expired" })
  }
  const { readyAt, sha256, size, storedAt } = stored
  if (now < readyAt) {
    const part = Math.floor((3 * (now - storedAt)) / (readyAt - storedAt))
    return json(200, part < 1 ? { status: "UPLOADING" } : { status: part < 2 ? "UPLOADED" : "VALIDATING", sha256 })
  }
  const app = readIpa(stored)
  if (app === undefined) {
    return json(200, { status: "VALIDATE_FAILED", reason: "The file is not a valid IPA file", sha256 })
  }
  const { icon, ipad_icon } = picturesOf(place.key, app)
  const pictures = { app_icon: icon, icon, icon_path: icon, ipad_icon, ipad_icon_path: ipad_icon }
  const metadata = { ...pictures, ...factsOf(app), file_key: place.key, file_size: size }
  return json(200, { status: "VALIDATED", sha256, metadata })
}

const write =
  ({ storage }: Tenant): LibraryResource<InHouseAppRecord>["write"] =>
  (incoming, before) =>
    Effect.gen(function* () {
      const now = yield* timestamp
      const millis = yield* Clock.currentTimeMillis
      const { values } = yield* readInput(incoming, ["json"])
      const fields = readFields(values)
      const required = before === undefined
      const fileKey = fields.text("file_key", { required })
      const name = fields.text("name", { required })
      const iphone = fields.boolean("runs_on_iphone")
      const ipad = fields.boolean("runs_on_ipad")
      const tv = fields.boolean("runs_on_tv")
      const active = fields.boolean("active")

      const isNew = fileKey !== undefined && fileKey !== before?.file_key
      const stored = isNew && isIpaKey(fileKey) ? storage.find(fileKey) : undefined
      const app = stored === undefined || millis < stored.readyAt ? undefined : readIpa(stored)
      if (isNew && (!isIpaKey(fileKey) || !storage.isReserved(fileKey))) fields.refuse("file_key", "Invalid file key.")
      else if (isNew && app === undefined) fields.refuse("file_key", "The upload is not validated.")
      yield* fields.checked

      const facts = app ?? before?.app ?? noFacts
      const runs = (family: string): boolean => facts.families.includes(family)
      return {
        id: before?.id ?? randomUUID(),
        name: name ?? before?.name ?? "",
        file_key: fileKey ?? before?.file_key ?? "",
        active: active ?? before?.active ?? true,
        runs_on_iphone: iphone ?? before?.runs_on_iphone ?? runs("iPhone"),
        runs_on_ipad: ipad ?? before?.runs_on_ipad ?? runs("iPad"),
        runs_on_tv: tv ?? before?.runs_on_tv ?? runs("Apple TV"),
        app: facts,
        fileUpdated: isNew ? Math.max(millis, (before?.fileUpdated ?? 0) + 1000) : (before?.fileUpdated ?? millis),
        created_at: before?.created_at ?? now,
        updated_at: now
      }
    })

const noFacts: IpaFacts = { identifier: "", name: "", version: "", minimumOs: "", families: [] }

const render =
  ({ storage }: Tenant) =>
  (record: InHouseAppRecord) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const origin = (yield* FiberRef.get(calledOrigin)) ?? ""
      const stored = storage.find(record.file_key)
      const { icon, ipad_icon } = picturesOf(record.file_key, record.app)
      const auth = tokenFor(storage.credentials, record.file_key, now + storage.fileUrlTtl)
      return {
        id: record.id,
        name: record.name,
        file_key: record.file_key,
        active: record.active,
        icon,
        ipad_icon,
        identifier: record.app.identifier,
        ...factsOf(record.app),
        file_url: `${origin}/${encodePath(record.file_key)}?auth=${auth}`,
        sha256: stored?.sha256 ?? "",
        file_size: stored?.size ?? 0,
        file_updated: seconds(record.fileUpdated),
        created_at: record.created_at,
        updated_at: record.updated_at,
        runs_on_iphone: record.runs_on_iphone,
        runs_on_ipad: record.runs_on_ipad,
        runs_on_tv: record.runs_on_tv,
        runs_on_mac: false,
        runs_on_ipod: false,
        runs_on_watch: false
      }
    })

const download = ({ storage }: Tenant, { headers, url }: WholeRequest): Reply =>
  Effect.map(Clock.currentTimeMillis, (now) => {
    const key = decoded(url.pathname.slice(1))
    const refused = judgeToken(storage.credentials, key, url.searchParams.get("auth"), now)
    if (refused !== undefined) return refused
    const stored = storage.find(key)
    return stored === undefined ? empty(404) : conditional(headers, stored)
  })

/** In-house apps, and the route of their files. */
export const inHouseApps = resource({
  tables: [inHouseTable],
  counts: { inHouseApps: 3 },
  files: {
    seeded: (seeding, key) =>
      key.startsWith(seededFolder(seeding))
        ? seededFile(inHouseTable.rows(seeding), seeding.key("inHouseApps"), key)
        : undefined,
    isUsed
  },
  setup: (tenant) => removeFilesOf(tenant, inHouseTable, isUsed),
  routes: (tenant) => [
    route("POST", `${path}/upload`, (incoming) => presign(tenant, incoming)),
    route("GET", `${path}/upload/{pending_upload_id}/status`, (_, { pending_upload_id }) =>
      Effect.map(Clock.currentTimeMillis, (now) => look(tenant, pending_upload_id, now))
    ),
    ...libraryRoutes(tenant, {
      path,
      model: "IPAApp",
      table: inHouseTable,
      write: write(tenant),
      render: render(tenant),
      // In the vendor's examples, these answers have no body.
      isSilent: true
    }),
    route("GET", `/tenants/{company_id}${folder}{file}`, (incoming) => download(tenant, incoming), { isOpen: true })
  ],
  state: (tenant) => ({
    inHouseApps: recordsOf(tenant, inHouseTable, ({ installer, ...given }: NewInHouseApp, before, id, now) =>
      Effect.gen(function* () {
        const file_key = given.file_key ?? before?.file_key ?? ipaKey(tenant.identity.companyId, `${given.name}.ipa`)
        if (installer !== undefined) yield* tenant.storage.put(file_key, Buffer.from(installer))
        return {
          active: true,
          runs_on_iphone: true,
          runs_on_ipad: true,
          runs_on_tv: false,
          app: {
            identifier: `com.example.${given.name.toLowerCase().replace(/[^a-z0-9]+/g, "")}`,
            name: given.name,
            version: "1.0",
            minimumOs: "17.0",
            families: ["iPhone", "iPad"]
          },
          fileUpdated: yield* Clock.currentTimeMillis,
          ...dates(now),
          ...before,
          ...given,
          file_key,
          id
        } satisfies InHouseAppRecord
      })
    )
  }),
  snapshot: (tenant, limit) =>
    Effect.map(Clock.currentTimeMillis, (now) => ({
      inHouseApps: glance(tenant.records(inHouseTable), limit, (record) => ({
        ...record,
        ...installerOf(tenant, record, now)
      }))
    })),
  page: [
    {
      id: "inHouseApps",
      place: "library",
      title: "In-house apps",
      noun: "in-house apps",
      path,
      rows: (tenant) =>
        Effect.map(Clock.currentTimeMillis, (now) =>
          pageRows(tenant.records(inHouseTable), (item) => {
            const installer = installerOf(tenant, item, now)
            return {
              id: item.id,
              name: item.name,
              facts: [`${item.app.identifier} ${item.app.version}`, platformsOf(item), ...installerFacts(installer)],
              tags: [...activeTags(item), installerTag(installer)]
            }
          })
        ),
      form: { title: "New in-house app", fields: [{ name: "name", label: "Name" }] }
    }
  ]
})
