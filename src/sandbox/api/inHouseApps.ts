/**
 * In-house apps: a place in storage first, then a look at what was uploaded, then the app over it. Their files are read
 * from the API's own host, with a token in the address.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import { randomUUID } from "node:crypto"
import { readInput } from "../gateway/body.js"
import { calledOrigin } from "../gateway/called.js"
import type { Collection } from "../tenant/collection.js"
import { type Answer, empty, json, noMatch, type WholeRequest } from "../gateway/exchange.js"
import { readFields } from "../gateway/fields.js"
import { type IpaFacts, readIpa } from "../files/ipa.js"
import { decoded, type Route } from "../gateway/router.js"
import { microseconds, seconds, timestamp } from "../tenant/time.js"
import { judgeToken, tokenFor } from "../storage/addressToken.js"
import { conditional } from "../storage/conditional.js"
import { encodePath } from "../storage/sigv4.js"
import type { Storage } from "../storage/Storage.js"
import { uniqueName } from "./customApps.js"
import { libraryRoutes, type LibraryResource } from "./library.js"

/** An in-house app as the tenant keeps it. */
export interface InHouseAppRecord {
  readonly id: string
  readonly name: string
  readonly file_key: string
  readonly active: boolean
  readonly runs_on_iphone: boolean
  readonly runs_on_ipad: boolean
  readonly runs_on_tv: boolean
  /** What its file says of itself. */
  readonly app: IpaFacts
  /** Milliseconds. */
  readonly fileUpdated: number
  readonly created_at: string
  readonly updated_at: string
}

const path = "/api/v1/library/ipa-apps"
const folder = "/library/ipa_apps/"

/** Whether a key is one of an in-house app. */
export const isIpaKey = (key: string): boolean => key.includes(folder)

/** `Sammy.ipa` becomes `…/Sammy_2a450666.ipa`. */
export const ipaKey = (companyId: string, filename: string): string =>
  `tenants/${companyId}${folder}${uniqueName(filename)}`

/** Where the service puts the pictures that it finds in a file. They are not served. */
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

/** The routes of `/api/v1/library/ipa-apps`, and the one that its files are read from. */
export const inHouseAppRoutes = (
  options: {
    readonly records: Collection<InHouseAppRecord>
    readonly storage: Storage
    readonly companyId: string
  } & Pick<LibraryResource<InHouseAppRecord>, "onDelete" | "onWrite" | "pageSize">
): ReadonlyArray<Route> => {
  const { companyId, records, storage } = options

  const presign = (incoming: WholeRequest): Effect.Effect<Answer, Answer> =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const { values } = yield* readInput(incoming, ["json"])
      const fields = readFields(values)
      const filename = fields.text("filename", { required: true }) ?? ""
      yield* fields.checked
      const id = randomUUID()
      const key = ipaKey(companyId, filename)
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

  /** How far the service is with a file: first its checksum, then its contents. */
  const look = (id: string, now: number): Answer => {
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

  const write: LibraryResource<InHouseAppRecord>["write"] = (incoming, before) =>
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

  const render = (record: InHouseAppRecord) =>
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

  const download = ({ headers, url }: WholeRequest): Effect.Effect<Answer> =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const key = decoded(url.pathname.slice(1))
      const refused = judgeToken(storage.credentials, key, url.searchParams.get("auth"), now)
      if (refused !== undefined) return refused
      const stored = storage.find(key)
      return stored === undefined ? empty(404) : conditional(headers, stored)
    })

  return [
    { method: "POST", path: `${path}/upload`, endpoint: presign },
    {
      method: "GET",
      path: `${path}/upload/:id/status`,
      endpoint: (_, id) => Effect.map(Clock.currentTimeMillis, (now) => look(id, now))
    },
    ...libraryRoutes({
      path,
      model: "IPAApp",
      pageSize: options.pageSize,
      records,
      write,
      render,
      onWrite: options.onWrite,
      onDelete: options.onDelete,
      // The vendor's examples of these answers have no body.
      isSilent: true
    }),
    { method: "GET", path: `/tenants/:id${folder}:id`, endpoint: download, isOpen: true }
  ]
}

const noFacts: IpaFacts = { identifier: "", name: "", version: "", minimumOs: "", families: [] }
