/**
 * The compiler checks the public signatures.
 */
import type { FileSystem } from "@effect/platform/FileSystem"
import type { HttpClient } from "@effect/platform/HttpClient"
import {
  ApiClient,
  type ApiClientError,
  type ApiConfig,
  type AssignmentResult,
  type Blueprint,
  Blueprints,
  type BlueprintTemplateCategory,
  type CustomApp,
  CustomApps,
  type CustomAppUpload,
  type CustomProfile,
  CustomProfiles,
  type CustomScript,
  CustomScripts,
  type DownloadedInstaller,
  type InstallerTransfer,
  type IruServices as Core,
  type LibraryItem,
  type PayloadError,
  type PayloadList,
  SelfServiceCategories,
  type SelfServiceCategory
} from "effect-iru"
import type { Iru, NodeInstallerTransfer, NodeTransport } from "effect-iru/node"
import type { ConfigError } from "effect/ConfigError"
import type { Effect } from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Option } from "effect/Option"
import * as Schema from "effect/Schema"
import type { Scope } from "effect/Scope"
import type { Stream } from "effect/Stream"
import { describe, expectTypeOf, test } from "vitest"

describe("the result and the errors of operations", () => {
  test("have the right types for profiles and scripts", () => {
    type Profiles = CustomProfiles.Service
    expectTypeOf<ReturnType<Profiles["stream"]>>().toEqualTypeOf<Stream<CustomProfile, ApiClientError>>()
    expectTypeOf<ReturnType<Profiles["list"]>>().toEqualTypeOf<Effect<PayloadList<CustomProfile>, ApiClientError>>()
    expectTypeOf<ReturnType<Profiles["get"]>>().toEqualTypeOf<Effect<CustomProfile, ApiClientError>>()
    expectTypeOf<ReturnType<Profiles["create"]>>().toEqualTypeOf<Effect<CustomProfile, ApiClientError>>()
    expectTypeOf<ReturnType<Profiles["update"]>>().toEqualTypeOf<Effect<CustomProfile, ApiClientError>>()
    expectTypeOf<ReturnType<Profiles["delete"]>>().toEqualTypeOf<Effect<void, ApiClientError>>()

    type Scripts = CustomScripts.Service
    expectTypeOf<ReturnType<Scripts["stream"]>>().toEqualTypeOf<Stream<CustomScript, ApiClientError>>()
    expectTypeOf<ReturnType<Scripts["list"]>>().toEqualTypeOf<Effect<PayloadList<CustomScript>, ApiClientError>>()
    expectTypeOf<ReturnType<Scripts["get"]>>().toEqualTypeOf<Effect<CustomScript, ApiClientError>>()
    expectTypeOf<ReturnType<Scripts["create"]>>().toEqualTypeOf<Effect<CustomScript, ApiClientError>>()
    expectTypeOf<ReturnType<Scripts["update"]>>().toEqualTypeOf<Effect<CustomScript, ApiClientError>>()
    expectTypeOf<ReturnType<Scripts["delete"]>>().toEqualTypeOf<Effect<void, ApiClientError>>()
  })

  test("include PayloadError for apps only if the operation transfers an installer", () => {
    type Apps = CustomApps.Service
    type Moved<A> = Effect<A, ApiClientError | PayloadError>
    expectTypeOf<ReturnType<Apps["stream"]>>().toEqualTypeOf<Stream<CustomApp, ApiClientError>>()
    expectTypeOf<ReturnType<Apps["list"]>>().toEqualTypeOf<Effect<PayloadList<CustomApp>, ApiClientError>>()
    expectTypeOf<ReturnType<Apps["get"]>>().toEqualTypeOf<Effect<CustomApp, ApiClientError>>()
    expectTypeOf<ReturnType<Apps["delete"]>>().toEqualTypeOf<Effect<void, ApiClientError>>()
    expectTypeOf<ReturnType<Apps["presign"]>>().toEqualTypeOf<Effect<CustomAppUpload, ApiClientError>>()
    expectTypeOf<ReturnType<Apps["create"]>>().toEqualTypeOf<Moved<CustomApp>>()
    expectTypeOf<ReturnType<Apps["update"]>>().toEqualTypeOf<Moved<CustomApp>>()
    expectTypeOf<ReturnType<Apps["publish"]>>().toEqualTypeOf<Moved<CustomApps.Published>>()
    expectTypeOf<ReturnType<Apps["download"]>>().toEqualTypeOf<Moved<DownloadedInstaller>>()
    type Pieces = Stream<Uint8Array, ApiClientError | PayloadError>
    expectTypeOf<ReturnType<Apps["installer"]>>().toEqualTypeOf<Pieces>()
    const downloadAll = (apps: Apps) => apps.downloadAll(apps.stream(), { to: "folder" })
    expectTypeOf<ReturnType<typeof downloadAll>>().toEqualTypeOf<Stream<CustomApps.DownloadOutcome, ApiClientError>>()
  })

  test("have one of two statuses for an assignment to a Blueprint", () => {
    type Service = Blueprints.Service
    type Assigned<Status extends string> = Effect<AssignmentResult<Status>, ApiClientError>
    expectTypeOf<ReturnType<Service["stream"]>>().toEqualTypeOf<Stream<Blueprint, ApiClientError>>()
    expectTypeOf<ReturnType<Service["list"]>>().toEqualTypeOf<Effect<PayloadList<Blueprint>, ApiClientError>>()
    expectTypeOf<ReturnType<Service["get"]>>().toEqualTypeOf<Effect<Blueprint, ApiClientError>>()
    expectTypeOf<ReturnType<Service["create"]>>().toEqualTypeOf<Effect<Blueprint, ApiClientError>>()
    expectTypeOf<ReturnType<Service["update"]>>().toEqualTypeOf<Effect<Blueprint, ApiClientError>>()
    expectTypeOf<ReturnType<Service["delete"]>>().toEqualTypeOf<Effect<void, ApiClientError>>()
    expectTypeOf<ReturnType<Service["templates"]>>().toEqualTypeOf<Stream<BlueprintTemplateCategory, ApiClientError>>()
    expectTypeOf<ReturnType<Service["libraryItems"]>>().toEqualTypeOf<
      Effect<PayloadList<LibraryItem>, ApiClientError>
    >()
    expectTypeOf<ReturnType<Service["assign"]>>().toEqualTypeOf<Assigned<"assigned" | "already-assigned">>()
    expectTypeOf<ReturnType<Service["remove"]>>().toEqualTypeOf<Assigned<"removed" | "not-assigned">>()
  })

  test("have the right types for categories", () => {
    type Service = SelfServiceCategories.Service
    type Categories = ReadonlyArray<SelfServiceCategory>
    expectTypeOf<ReturnType<Service["list"]>>().toEqualTypeOf<Effect<Categories, ApiClientError>>()
    expectTypeOf<ReturnType<Service["find"]>>().toEqualTypeOf<Effect<Option<SelfServiceCategory>, ApiClientError>>()
  })

  test("follow the schema in the calls of ApiClient", () => {
    const Device = Schema.Struct({ device_id: Schema.String, days: Schema.optional(Schema.NumberFromString) })
    const get = (client: ApiClient.Service) => client.get("/api/v1/devices", Schema.Array(Device))
    expectTypeOf<ReturnType<typeof get>>().toEqualTypeOf<Effect<ReadonlyArray<typeof Device.Type>, ApiClientError>>()
    const remove = (client: ApiClient.Service) => client.delete(ApiClient.path`/api/v1/devices/${"x"}`)
    expectTypeOf<ReturnType<typeof remove>>().toEqualTypeOf<Effect<void, ApiClientError>>()
    // @ts-expect-error a segment of a path is a string
    void ((id: number) => ApiClient.path`/api/v1/devices/${id}`)
    // @ts-expect-error a body needs an encoding
    void ((client: ApiClient.Service) => client.post("/api/v1/devices", Schema.Void, { body: "text" }))
  })

  test("have readonly records, and enums that may have unknown values", () => {
    // @ts-expect-error a record is readonly
    void ((script: CustomScript) => (script.name = "x"))
    type Frequency = "once" | "every_15_min" | "every_day" | "no_enforcement" | (string & {})
    expectTypeOf<CustomScript["execution_frequency"]>().toEqualTypeOf<Frequency>()
    expectTypeOf<CustomApp["unzip_location"]>().toEqualTypeOf<string | null>()
    expectTypeOf<PayloadList<CustomScript>["next"]>().toEqualTypeOf<null>()
  })
})

describe("the output and the requirements of layers", () => {
  test("include a session for single services, and a platform where one is used", () => {
    expectTypeOf(CustomScripts.layer).toEqualTypeOf<Layer.Layer<CustomScripts, never, ApiClient>>()
    expectTypeOf(Blueprints.layer).toEqualTypeOf<Layer.Layer<Blueprints, never, ApiClient>>()
    expectTypeOf(SelfServiceCategories.layer).toEqualTypeOf<Layer.Layer<SelfServiceCategories, never, ApiClient>>()
    expectTypeOf(CustomProfiles.layer).toEqualTypeOf<Layer.Layer<CustomProfiles, never, ApiClient | FileSystem>>()
    expectTypeOf(CustomApps.layer).toEqualTypeOf<
      Layer.Layer<CustomApps, never, ApiClient | FileSystem | InstallerTransfer>
    >()
  })

  test("include a configuration and HTTP for a session, which lives in a scope", () => {
    type Session = Layer.Layer<ApiClient, never, ApiConfig | HttpClient>
    expectTypeOf<ReturnType<typeof ApiClient.layer<never>>>().toEqualTypeOf<Session>()
    type ByHand = Effect<ApiClient.Service, never, ApiConfig | HttpClient | Scope>
    expectTypeOf<ReturnType<typeof ApiClient.make<never>>>().toEqualTypeOf<ByHand>()
    expectTypeOf<ReturnType<typeof ApiConfig.layer>>().toEqualTypeOf<Layer.Layer<ApiConfig, ConfigError>>()
    expectTypeOf<ReturnType<typeof ApiConfig.layerConfig>>().toEqualTypeOf<Layer.Layer<ApiConfig, ConfigError>>()
  })

  test("are complete for a tenant on Node, and include the platform elsewhere", () => {
    type All = Core.Services
    type Anywhere = Layer.Layer<All, ConfigError, HttpClient | FileSystem | InstallerTransfer>
    expectTypeOf<ReturnType<typeof Core.layer<never>>>().toEqualTypeOf<Anywhere>()
    expectTypeOf<ReturnType<typeof Core.layerConfig>>().toEqualTypeOf<Anywhere>()
    type OnNode = Layer.Layer<All | InstallerTransfer, ConfigError>
    expectTypeOf<ReturnType<typeof Iru.layer<never>>>().toEqualTypeOf<OnNode>()
    expectTypeOf<ReturnType<typeof Iru.layerConfig>>().toEqualTypeOf<OnNode>()
    expectTypeOf<ReturnType<typeof NodeTransport.layer>>().toEqualTypeOf<
      Layer.Layer<HttpClient | FileSystem, ConfigError>
    >()
    type Transfer<Needs> = Layer.Layer<InstallerTransfer, never, Needs>
    expectTypeOf<ReturnType<typeof NodeInstallerTransfer.layer>>().toEqualTypeOf<Transfer<FileSystem>>()
    type OverHttpClient = Transfer<HttpClient | FileSystem>
    expectTypeOf<ReturnType<typeof NodeInstallerTransfer.layerHttpClient>>().toEqualTypeOf<OverHttpClient>()
    // @ts-expect-error a tenant needs a token
    void (() => Iru.layer({ tenantUrl: "x.api.iru.com" }))
    // @ts-expect-error a misspelled option
    void (() => Iru.layer({ tenantUrl: "x.api.iru.com", apiToken: "x", timout: "1 second" }))
  })

  test("are none for a mock layer, whose members have the right types", () => {
    expectTypeOf(Layer.mock(CustomScripts, {})).toEqualTypeOf<Layer.Layer<CustomScripts>>()
    // @ts-expect-error an unknown operation
    void (() => Layer.mock(CustomScripts, { fetch: () => undefined }))
    // @ts-expect-error an operation must return an Effect
    void (() => Layer.mock(CustomScripts, { get: (id: string) => Promise.resolve(id) }))
  })
})
