/**
 * Custom profiles: a form with a file. The service writes its own identifier, name and UUID into what it stores.
 */
import * as Effect from "effect/Effect"
import { randomUUID } from "node:crypto"
import { readInput } from "../gateway/body.js"
import type { Collection } from "../tenant/collection.js"
import type { Answer, WholeRequest } from "../gateway/exchange.js"
import { readFields } from "../gateway/fields.js"
import type { Route } from "../gateway/router.js"
import { rewrite } from "../files/plist.js"
import { timestamp } from "../tenant/time.js"
import { libraryRoutes, type LibraryResource } from "./library.js"

/** A profile as the tenant keeps it. */
export interface ProfileRecord {
  readonly id: string
  readonly name: string
  readonly active: boolean
  readonly profile: string
  readonly mdm_identifier: string
  readonly runs_on_mac: boolean
  readonly runs_on_iphone: boolean
  readonly runs_on_ipad: boolean
  readonly runs_on_tv: boolean
  readonly runs_on_vision: boolean
  readonly created_at: string
  readonly updated_at: string
}

/** A profile's property list with what the service writes into it. Nothing when it is none. */
export const stamped = (profile: string, name: string, identifier: string): string | undefined =>
  rewrite(profile, { PayloadDisplayName: name, PayloadIdentifier: identifier, PayloadUUID: randomUUID() })

/** The identifier that the service gives to a profile. */
export const profileIdentifier = (id: string): string => `com.kandji.profile.custom.${id}`

/** The routes of `/api/v1/library/custom-profiles`. */
export const customProfileRoutes = (
  options: {
    readonly records: Collection<ProfileRecord>
  } & Pick<LibraryResource<ProfileRecord>, "onDelete" | "onWrite" | "pageSize">
): ReadonlyArray<Route> => {
  const write = (incoming: WholeRequest, before: ProfileRecord | undefined): Effect.Effect<ProfileRecord, Answer> =>
    Effect.gen(function* () {
      const now = yield* timestamp
      const { files, values } = yield* readInput(incoming, ["multipart", "urlencoded"])
      const fields = readFields(values)
      const file = files["file"]

      const name = fields.text("name", { required: before === undefined }) ?? before?.name ?? ""
      const active = fields.boolean("active")
      const mac = fields.boolean("runs_on_mac")
      const iphone = fields.boolean("runs_on_iphone")
      const ipad = fields.boolean("runs_on_ipad")
      const tv = fields.boolean("runs_on_tv")
      const vision = fields.boolean("runs_on_vision")
      if (file === undefined && "file" in values) {
        fields.refuse("file", "The submitted data was not a file. Check the encoding type on the form.")
      } else if (file === undefined && before === undefined) {
        fields.refuse("file", "No file was submitted.")
      } else if (file?.bytes.length === 0) {
        fields.refuse("file", "The submitted file is empty.")
      }
      yield* fields.checked

      const id = before?.id ?? randomUUID()
      const identifier = before?.mdm_identifier ?? profileIdentifier(id)
      const uploaded = file === undefined ? (before?.profile ?? "") : new TextDecoder().decode(file.bytes)
      const profile = stamped(uploaded, name, identifier)
      if (profile === undefined) fields.refuse("file", "The submitted file is not a valid configuration profile.")
      yield* fields.checked

      const anywhere = [mac, iphone, ipad, tv, vision].some((runs) => runs !== undefined)
      return {
        id,
        name,
        active: active ?? before?.active ?? true,
        profile: profile ?? "",
        mdm_identifier: identifier,
        runs_on_mac: mac ?? before?.runs_on_mac ?? !anywhere,
        runs_on_iphone: iphone ?? before?.runs_on_iphone ?? false,
        runs_on_ipad: ipad ?? before?.runs_on_ipad ?? false,
        runs_on_tv: tv ?? before?.runs_on_tv ?? false,
        runs_on_vision: vision ?? before?.runs_on_vision ?? false,
        created_at: before?.created_at ?? now,
        updated_at: now
      }
    })

  return libraryRoutes({
    path: "/api/v1/library/custom-profiles",
    model: "CustomProfile",
    pageSize: options.pageSize,
    records: options.records,
    write,
    onWrite: options.onWrite,
    onDelete: options.onDelete,
    render: (record) =>
      Effect.succeed({
        id: record.id,
        name: record.name,
        active: record.active,
        profile: record.profile,
        mdm_identifier: record.mdm_identifier,
        runs_on_mac: record.runs_on_mac,
        runs_on_iphone: record.runs_on_iphone,
        runs_on_ipad: record.runs_on_ipad,
        runs_on_tv: record.runs_on_tv,
        runs_on_vision: record.runs_on_vision,
        runs_on_android: false,
        runs_on_windows: false,
        created_at: record.created_at,
        updated_at: record.updated_at
      })
  })
}
