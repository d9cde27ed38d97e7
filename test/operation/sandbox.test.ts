/**
 * Calls every operation once on a sandbox tenant over HTTP. The answers decode, and every operation that is not a plain
 * read is in the audit log.
 */
import { scoped } from "@effect/vitest"
import {
  AdeDevices,
  AdeIntegrations,
  ApiClient,
  type ApiClientError,
  AuditEvents,
  Blueprints,
  CustomApps,
  DeviceNotes,
  InHouseApps,
  InstallerTransfer,
  LostMode,
  Prism,
  type Operation,
  Vulnerabilities
} from "effect-iru"
import { Iru } from "effect-iru/node"
import * as operations from "effect-iru/operations"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { expect } from "vitest"
import { ipa } from "../sandbox/ipa.js"
import { tenantAt } from "../support/tenant.js"
import { bodiesOf, queries } from "./arguments.js"

/** Reads come first and destructive operations last. Lost mode is canceled after the operations that need it. */
const placeOf = ({ kind, name }: Operation.Any) => kinds.indexOf(kind) + (name === "LostMode.cancel" ? 0.5 : 0)
const kinds = ["read", "secret", "write", "device", "fleet", "destructive"]
const all = Object.values(operations)
  .flatMap((group): ReadonlyArray<Operation.Any> => Object.values(group))
  .sort((one, other) => placeOf(one) - placeOf(other))

const run = (client: ApiClient.Service, operation: Operation.Any, given: ReadonlyArray<unknown>) => {
  const query = queries[operation.name]
  const ids = query === undefined ? given : [...given, query]
  const call: Effect.Effect<unknown, ApiClientError> =
    operation._tag === "Operation"
      ? Reflect.apply(client.call(operation), undefined, ids)
      : Stream.runDrain(Stream.take(Reflect.apply(client.listing(operation).stream, undefined, ids), 400))
  return Effect.either(call)
}

const newScript = { name: "To assign", script: "#!/bin/zsh", execution_frequency: "once" } as const

const session = Layer.unwrapEffect(
  Effect.map(Sandbox, ({ apiToken, tenantUrl }) =>
    Iru.layer(
      tenantAt(tenantUrl, { apiToken, retry: { times: 0 }, pace: { perSecond: 100_000, perHour: 100_000_000 } })
    )
  )
)

scoped("the sandbox serves each operation, and logs each one that is not a read", () =>
  Effect.gen(function* () {
    yield* Sandbox.seed({ devices: 60, users: 20, tags: 3, blueprints: 3, customApps: 2, inHouseApps: 2 })
    const { state } = yield* Sandbox
    const client = yield* ApiClient
    const device = (platform: string) =>
      Effect.map(state.devices.list({ limit: 60 }), (all) => all.find((one) => one.platform === platform)?.id ?? "")
    const [mac, phone] = [yield* device("Mac"), yield* device("iPhone")]
    const note = yield* Effect.flatMap(DeviceNotes, (notes) => notes.create(mac, { content: "A note" }))
    const first = <A extends { readonly id: string }>(all: ReadonlyArray<A>) => all[0]?.id ?? ""
    const tag = first(yield* state.tags.list())
    const user = yield* state.users.put({ name: "Nobody's", email: "nobody@sandbox.invalid" })
    const blueprint = first((yield* (yield* Blueprints).list()).results)
    const item: Readonly<Record<string, string>> = {
      CustomApps: first((yield* (yield* CustomApps).list()).results),
      CustomProfiles: first(yield* state.customProfiles.list()),
      CustomScripts: first(yield* state.customScripts.list()),
      InHouseApps: first(yield* state.inHouseApps.list()),
      LibraryItems: first(yield* state.customScripts.list())
    }
    const prismExport = yield* (yield* Prism).startExport({ category: "apps" })
    const android = yield* device("Android")
    const onPhones = ["clearPasscode", "dataRoaming", "personalHotspot", "refreshCellularPlans"].map(
      (verb) => `DeviceActions.${verb}`
    )
    const integrations = yield* AdeIntegrations
    const ade = first((yield* integrations.list()).results)
    const adeDevice = first((yield* (yield* AdeDevices).list()).results)
    const cves = yield* (yield* Vulnerabilities).list()
    const cve = cves.results[0]?.cve_id ?? ""
    const upload = yield* (yield* InHouseApps).presign({ filename: "App.ipa" })
    const place = Effect.succeed({ ...upload, name: upload.filename })
    yield* (yield* InstallerTransfer).upload({ bytes: ipa(), name: "App.ipa" }, { presign: place })
    const { file_key } = yield* (yield* CustomApps).presign("App.pkg")
    const toAssign = yield* state.customScripts.put(newScript)
    const bodies = bodiesOf(blueprint, toAssign.id, { app: file_key, inHouse: upload.file_key })
    const idFor = ({ name }: Operation.Any, id: string): string => {
      const [service = ""] = name.split(".")
      if (service === "AdeDevices") return adeDevice
      if (name === "DeviceActions.resetWorkProfilePasscode") return android
      if (id === "device_id") return onPhones.includes(name) || service === "LostMode" ? phone : mac
      if (id === "library_item_id") return item[service] ?? ""
      return (
        {
          cve_id: cve,
          export_id: prismExport.id,
          ade_token_id: ade,
          pending_upload_id: upload.id,
          note_id: note.note_id,
          tag_id: tag,
          user_id: user.id,
          blueprint_id: blueprint
        }[id] ?? "1"
      )
    }

    yield* (yield* LostMode).enable(phone)
    yield* TestClock.adjust("3 seconds")
    const auditEvents = yield* AuditEvents
    const events = Effect.map(auditEvents.list(), ({ count }) => count)
    expect(all).toHaveLength(131)
    for (const operation of all) {
      const before = yield* events
      const ids = operation.ids.map((id) => idFor(operation, id))
      const body = bodies[operation.name]
      expect(body === undefined, operation.name).toBe(operation.body === undefined)
      const outcome = yield* run(client, operation, body === undefined ? ids : [...ids, body])
      expect.soft(Either.isLeft(outcome) ? outcome.left.message : "", operation.name).toBe("")
      const isAudited = operation.kind !== "read" && !operation.name.endsWith(".presign")
      expect.soft((yield* events) > before, `${operation.name} is in the audit log`).toBe(isAudited)
    }
  }).pipe(Effect.provide(session), Effect.provide(Sandbox.layer()))
)
