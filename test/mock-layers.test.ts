/**
 * A program tested with mock layers, as one that uses the library would be: only what it calls is there.
 */
import { effect } from "@effect/vitest"
import {
  ApiClientError,
  Blueprints,
  catchReason,
  type CustomApp,
  CustomApps,
  CustomProfiles,
  CustomScripts,
  InstallerTransfer,
  PayloadTransferError,
  SelfServiceCategories
} from "effect-iru"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"

/** What is tested: an app is published under a category, and put on the Blueprint of a name. */
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

const app: CustomApp = {
  id: "app-1",
  name: "Firefox",
  file_key: "x/Firefox_d00561c3.pkg",
  file_name: "Firefox.pkg",
  install_type: "package",
  install_enforcement: "no_enforcement",
  unzip_location: null,
  audit_script: "",
  preinstall_script: "",
  postinstall_script: "",
  active: true,
  restart: false,
  show_in_self_service: true,
  self_service_category_id: "category-1",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z"
}

const categories = Layer.mock(SelfServiceCategories, {
  find: (name) => Effect.succeed(name === "apps" ? Option.some({ id: "category-1", name: "Apps" }) : Option.none())
})
const blueprints = Layer.mock(Blueprints, {
  stream: () => Stream.make({ id: "b-1", name: "Sales" }, { id: "b-2", name: "Engineering" }),
  assign: (id) =>
    Effect.succeed({ status: id === "b-2" ? "assigned" : "already-assigned", library_item_ids: ["app-1"] })
})

describe("a program over mock layers", () => {
  effect("the way through", () =>
    Effect.gen(function* () {
      expect(yield* publish("Firefox.pkg", "Engineering")).toBe("Firefox (Firefox.pkg) is assigned to Engineering")
    }).pipe(
      Effect.provide([
        categories,
        blueprints,
        Layer.mock(CustomApps, {
          create: (fields) =>
            fields.self_service_category_id === "category-1" ? Effect.succeed(app) : Effect.die("wrong category")
        })
      ])
    )
  )

  effect("a failure of the service, and a failure of a transfer", () =>
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

  effect("what is not mocked says so by its name when it is called", () =>
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
})
