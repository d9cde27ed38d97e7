/**
 * A program that uses the library is tested with mock layers, which have only the methods that the program calls.
 */
import { effect } from "@effect/vitest"
import {
  AdeDevices,
  AdeIntegrations,
  type ApiClient,
  ApiClientError,
  AuditEvents,
  BlueprintRouting,
  Blueprints,
  catchReason,
  CustomApps,
  CustomProfiles,
  CustomScripts,
  DeviceActions,
  DeviceNotes,
  Devices,
  DeviceSecrets,
  InHouseApps,
  InstallerTransfer,
  type IruServices,
  LibraryItems,
  LostMode,
  PayloadTransferError,
  Prism,
  SelfServiceCategories,
  Settings,
  Tags,
  Threats,
  Users,
  Vulnerabilities
} from "effect-iru"
import { Example } from "effect-iru/testing"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"

/** The program under test: it publishes an app in a category and assigns it to a Blueprint. */
const publish = (path: string, blueprintName: string) =>
  Effect.gen(function* () {
    const category = yield* Effect.flatten((yield* SelfServiceCategories).find("apps"))
    const app = yield* (yield* CustomApps).create({
      name: "Firefox",
      install_type: "package",
      install_enforcement: "no_enforcement",
      show_in_self_service: true,
      self_service_category_id: category.id,
      installer: { path }
    })
    const blueprints = yield* Blueprints
    const blueprint = yield* blueprints.stream().pipe(
      Stream.filter(({ name }) => name === blueprintName),
      Stream.runHead,
      Effect.flatten
    )
    const { status } = yield* blueprints.assign(blueprint.id, { library_item_id: app.id })
    return `${app.name} (${app.file_name}) is ${status} to ${blueprint.name}`
  })

const categories = Layer.mock(SelfServiceCategories, {
  find: (name) => Effect.succeed(name === "apps" ? Option.some(Example.selfServiceCategory()) : Option.none())
})
const blueprints = Layer.mock(Blueprints, {
  stream: () =>
    Stream.make(Example.blueprint({ id: "b-1", name: "Sales" }), Example.blueprint({ id: "b-2", name: "Engineering" })),
  assign: (id, { library_item_id }) =>
    Effect.succeed({ status: id === "b-2" ? "assigned" : "already-assigned", library_item_ids: [library_item_id] })
})

describe("a program with mock layers", () => {
  effect("succeeds with the answers of the mocks", () =>
    Effect.gen(function* () {
      expect(yield* publish("Firefox.pkg", "Engineering")).toBe("Firefox (Firefox.pkg) is assigned to Engineering")
    }).pipe(
      Effect.provide([
        categories,
        blueprints,
        Layer.mock(CustomApps, {
          create: (fields) =>
            fields.self_service_category_id === Example.selfServiceCategory().id
              ? Effect.succeed(Example.customApp({ name: fields.name }))
              : Effect.die("wrong category")
        })
      ])
    )
  )

  effect("handles a failure of the service and a failure of a transfer", () =>
    Effect.gen(function* () {
      const failing = (error: ApiClientError | PayloadTransferError) =>
        publish("Firefox.pkg", "Engineering").pipe(
          Effect.provide([categories, blueprints, Layer.mock(CustomApps, { create: () => Effect.fail(error) })]),
          catchReason("Conflict", ({ detail }) => Effect.succeed(`not published: ${detail}`)),
          Effect.catchTag("PayloadTransferError", ({ reason }) => Effect.succeed(`not uploaded: ${reason}`))
        )
      const conflict = new ApiClientError({ reason: "Conflict", operation: "CustomApps.create", detail: "it is there" })
      const stalled = new PayloadTransferError({ reason: "Stalled", direction: "upload", name: "Firefox.pkg" })
      expect(yield* failing(conflict)).toBe("not published: it is there")
      expect(yield* failing(stalled)).toBe("not uploaded: Stalled")
    })
  )

  effect("fails with the name of the method if it calls one that is not mocked", () =>
    Effect.gen(function* () {
      const calls: ReadonlyArray<readonly [string, Effect.Effect<unknown, unknown>]> = [
        [
          "effect-iru/CustomApps",
          Effect.provide(
            Effect.flatMap(CustomApps, (_) => _.list()),
            Layer.mock(CustomApps, {})
          )
        ],
        [
          "effect-iru/CustomProfiles",
          Effect.provide(
            Effect.flatMap(CustomProfiles, (_) => Stream.runDrain(_.stream())),
            Layer.mock(CustomProfiles, {})
          )
        ],
        [
          "effect-iru/CustomScripts",
          Effect.provide(
            Effect.flatMap(CustomScripts, (_) => _.get("x")),
            Layer.mock(CustomScripts, {})
          )
        ],
        [
          "effect-iru/InstallerTransfer",
          Effect.provide(
            Effect.flatMap(InstallerTransfer, (_) => _.sha256({ path: "x" })),
            Layer.mock(InstallerTransfer, {})
          )
        ]
      ]
      for (const [name, call] of calls) {
        const exit = yield* Effect.exit(call)
        expect(Exit.isFailure(exit) && Cause.pretty(exit.cause)).toContain(`${name}: Unimplemented method`)
      }
    })
  )

  effect("can mock every service", () =>
    Effect.gen(function* () {
      const event = Example.auditEvent()
      const position = { since: event.occurred_at, seen: [event.id] }

      // The compiler says that no service is missing here. `ApiClient` is the session itself, so it needs no mock.
      const Mocks: Layer.Layer<Exclude<IruServices.Services, ApiClient> | InstallerTransfer> = Layer.mergeAll(
        Layer.mock(AdeDevices, { list: () => Effect.succeed(Example.list([Example.adeDevice()])) }),
        Layer.mock(AdeIntegrations, { get: (id) => Effect.succeed(Example.adeIntegration({ id })) }),
        Layer.mock(AuditEvents, { follow: () => Stream.make({ event, position }) }),
        Layer.mock(BlueprintRouting, { get: () => Effect.succeed(Example.blueprintRoutingSettings()) }),
        Layer.mock(Blueprints, { find: (name) => Effect.succeedSome(Example.blueprint({ name })) }),
        Layer.mock(CustomApps, { get: (id) => Effect.succeed(Example.customApp({ id })) }),
        Layer.mock(CustomProfiles, { get: (id) => Effect.succeed(Example.customProfile({ id })) }),
        Layer.mock(CustomScripts, { stream: () => Stream.make(Example.customScript({ name: "Inventory" })) }),
        Layer.mock(DeviceActions, {
          lock: () => Effect.succeedSome(Example.lockPin()),
          run: () => Effect.succeed({ outcome: "completed", command: Example.deviceCommand() })
        }),
        Layer.mock(DeviceNotes, { list: () => Effect.succeed([Example.deviceNote()]) }),
        Layer.mock(DeviceSecrets, { fileVaultKey: () => Effect.succeed(Example.fileVaultKey()) }),
        Layer.mock(Devices, {
          get: (device_id) => Effect.succeed(Example.device({ device_id, platform: "iPhone" })),
          details: () => Effect.succeed(Example.appleDeviceDetails({ filevault: { filevault_enabled: false } }))
        }),
        Layer.mock(InHouseApps, { create: ({ name }) => Effect.succeed(Example.inHouseApp({ name })) }),
        Layer.mock(InstallerTransfer, { sha256: () => Effect.succeed("0".repeat(64)) }),
        Layer.mock(LibraryItems, { status: () => Stream.make(Example.libraryItemStatus({ status: "ERROR" })) }),
        Layer.mock(LostMode, { get: () => Effect.succeed(Example.lostModeDetails()) }),
        Layer.mock(Prism, {
          fileVault: () => Stream.make(Example.prismFileVault({ status: false })),
          export: (category) => Effect.succeed(Example.prismExport({ category }))
        }),
        Layer.mock(SelfServiceCategories, { list: () => Effect.succeed([Example.selfServiceCategory()]) }),
        Layer.mock(Settings, { licensing: () => Effect.succeed(Example.licensing({ counts: { macos_count: 7 } })) }),
        Layer.mock(Tags, { create: ({ name }) => Effect.succeed(Example.tag({ name })) }),
        Layer.mock(Threats, { stream: () => Stream.make(Example.threat({ severity: "critical" })) }),
        Layer.mock(Users, { find: ({ email }) => Effect.succeedSome(Example.user({ email })) }),
        Layer.mock(Vulnerabilities, { devices: () => Stream.make(Example.vulnerableDevice()) })
      )

      /** What a program sees of each service. */
      const seen = Effect.gen(function* () {
        const { outcome } = yield* (yield* DeviceActions).run("1", "restart")
        const { family } = yield* (yield* Devices).details("1")
        return {
          ade: (yield* (yield* AdeDevices).list()).count,
          integration: (yield* (yield* AdeIntegrations).get("ade-1")).id,
          events: yield* Stream.runCount((yield* AuditEvents).follow()),
          routing: (yield* (yield* BlueprintRouting).get()).enrollment_code.is_active,
          blueprint: Option.map(yield* (yield* Blueprints).find("Sales"), ({ name }) => name),
          customApp: (yield* (yield* CustomApps).get("app-1")).id,
          profile: (yield* (yield* CustomProfiles).get("profile-1")).id,
          script: Option.map(yield* Stream.runHead((yield* CustomScripts).stream()), ({ name }) => name),
          lock: Option.isSome(yield* (yield* DeviceActions).lock("1")),
          outcome,
          notes: (yield* (yield* DeviceNotes).list("1")).length,
          key: String((yield* (yield* DeviceSecrets).fileVaultKey("1")).key),
          platform: (yield* (yield* Devices).get("1")).platform,
          family,
          inHouseApp: (yield* (yield* InHouseApps).create({ name: "Field Notes 2", fileKey: "key" })).name,
          sha256: (yield* (yield* InstallerTransfer).sha256({ path: "x" })).length,
          item: Option.map(yield* Stream.runHead((yield* LibraryItems).status("1")), ({ status }) => status),
          lostMode: (yield* (yield* LostMode).get("1")).lost_mode_status,
          fileVault: Option.map(yield* Stream.runHead((yield* Prism).fileVault()), ({ status }) => status),
          export: (yield* (yield* Prism).export("local_users")).category,
          categories: (yield* (yield* SelfServiceCategories).list()).length,
          macs: (yield* (yield* Settings).licensing()).counts.macos_count,
          tag: (yield* (yield* Tags).create({ name: "Lobby" })).name,
          threat: Option.map(
            yield* Stream.runHead((yield* Threats).stream({ statuses: ["quarantined"] })),
            ({ severity }) => severity
          ),
          user: Option.map(yield* (yield* Users).find({ email: "grace@example.com" }), ({ email }) => email),
          vulnerable: yield* Stream.runCount((yield* Vulnerabilities).devices("CVE-2026-1815"))
        }
      })

      expect(yield* Effect.provide(seen, Mocks)).toEqual({
        ade: 1,
        integration: "ade-1",
        events: 1,
        routing: true,
        blueprint: Option.some("Sales"),
        customApp: "app-1",
        profile: "profile-1",
        script: Option.some("Inventory"),
        lock: true,
        outcome: "completed",
        notes: 1,
        key: "<redacted>",
        platform: "iPhone",
        family: "apple",
        inHouseApp: "Field Notes 2",
        sha256: 64,
        item: Option.some("ERROR"),
        lostMode: "ENABLED",
        fileVault: Option.some(false),
        export: "local_users",
        categories: 1,
        macs: 7,
        tag: "Lobby",
        threat: Option.some("critical"),
        user: Option.some("grace@example.com"),
        vulnerable: 1
      })
    })
  )
})
