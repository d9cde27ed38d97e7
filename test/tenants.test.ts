/**
 * Several tenants in one program: no tenant is sent what belongs to another.
 */
import { scoped } from "@effect/vitest"
import { ApiClient, ApiConfig, CustomScripts, IruServices as Core } from "effect-iru"
import { Iru, NodeInstallerTransfer, NodeTransport } from "effect-iru/node"
import * as Config from "effect/Config"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as LayerMap from "effect/LayerMap"
import { describe, expect } from "vitest"
import { pageOf, scriptRecord } from "./support/records.js"
import { serve, type TestServer } from "./support/server.js"
import { tenantAt } from "./support/tenant.js"

const tokenOf = { north: "11111111-1111-4111-8111-111111111111", south: "22222222-2222-4222-8222-222222222222" }

class North extends Context.Tag("test/North")<North, CustomScripts.Service>() {}
class South extends Context.Tag("test/South")<South, CustomScripts.Service>() {}

/** A server with one script of this name. */
const tenantWith = (name: string) => serve(() => ({ body: pageOf([scriptRecord({ name })]) }))

const namesOf = (scripts: CustomScripts.Service) =>
  Effect.map(scripts.list(), ({ results }) => results.map(({ name }) => name))

const tokensAt = ({ received }: TestServer) => received.map(({ headers }) => headers.authorization)

/** Reads from both tenants, one after the other and at the same time. */
const askBoth = Effect.gen(function* () {
  const [north, south] = [yield* North, yield* South]
  yield* Effect.all([namesOf(north), namesOf(south)], { concurrency: 2 })
  return [yield* namesOf(north), yield* namesOf(south)]
})

const bearer = (token: string) => [`Bearer ${token}`, `Bearer ${token}`]

describe("two tenants in one program", () => {
  scoped("each has its own session and its own token", () =>
    Effect.gen(function* () {
      const [north, south] = [yield* tenantWith("north"), yield* tenantWith("south")]
      const northern = Iru.layer(tenantAt(north.origin, { apiToken: tokenOf.north }))
      const southern = Iru.layer(tenantAt(south.origin, { apiToken: tokenOf.south }))
      const both = Layer.merge(
        Layer.provide(Layer.effect(North, CustomScripts), northern),
        Layer.provide(Layer.effect(South, CustomScripts), southern)
      )
      expect(yield* Effect.provide(askBoth, both)).toEqual([["north"], ["south"]])
      expect(tokensAt(north)).toEqual(bearer(tokenOf.north))
      expect(tokensAt(south)).toEqual(bearer(tokenOf.south))
    })
  )

  scoped("can share connections, with the core's layer for each over one transport", () =>
    Effect.gen(function* () {
      const [north, south] = [yield* tenantWith("north"), yield* tenantWith("south")]
      const node = NodeInstallerTransfer.layer().pipe(Layer.provideMerge(NodeTransport.layer()))
      const both = Layer.merge(
        Layer.provide(
          Layer.effect(North, CustomScripts),
          Core.layer(tenantAt(north.origin, { apiToken: tokenOf.north }))
        ),
        Layer.provide(
          Layer.effect(South, CustomScripts),
          Core.layer(tenantAt(south.origin, { apiToken: tokenOf.south }))
        )
      ).pipe(Layer.provide(node))
      expect(yield* Effect.provide(askBoth, both)).toEqual([["north"], ["south"]])
      expect(tokensAt(north)).toEqual(bearer(tokenOf.north))
      expect(tokensAt(south)).toEqual(bearer(tokenOf.south))
    })
  )

  scoped("stay separate if each has layers of single services over its own ApiClient.layer()", () =>
    Effect.gen(function* () {
      const [north, south] = [yield* tenantWith("north"), yield* tenantWith("south")]
      const tenant = (server: TestServer, apiToken: string) =>
        Layer.fresh(CustomScripts.layer).pipe(
          Layer.provide(ApiClient.layer()),
          Layer.provide(ApiConfig.layer({ tenantUrl: server.origin, apiToken })),
          Layer.provide(NodeTransport.layer())
        )
      const both = Layer.merge(
        Layer.provide(Layer.effect(North, CustomScripts), tenant(north, tokenOf.north)),
        Layer.provide(Layer.effect(South, CustomScripts), tenant(south, tokenOf.south))
      )
      expect(yield* Effect.provide(askBoth, both)).toEqual([["north"], ["south"]])
      expect(tokensAt(south)).toEqual(bearer(tokenOf.south))
    })
  )

  scoped("are two sessions if the same tenant is given with two tokens", () =>
    Effect.gen(function* () {
      const server = yield* tenantWith("one")
      const both = Layer.merge(
        Layer.provide(
          Layer.effect(North, CustomScripts),
          Iru.layer(tenantAt(server.origin, { apiToken: tokenOf.north }))
        ),
        Layer.provide(
          Layer.effect(South, CustomScripts),
          Iru.layer(tenantAt(server.origin, { apiToken: tokenOf.south }))
        )
      )
      yield* Effect.gen(function* () {
        yield* namesOf(yield* North)
        yield* namesOf(yield* South)
      }).pipe(Effect.provide(both))
      expect(tokensAt(server)).toEqual([`Bearer ${tokenOf.north}`, `Bearer ${tokenOf.south}`])
    })
  )

  scoped("get their variables from the ConfigProvider that each layer is provided with", () =>
    Effect.gen(function* () {
      const [north, south] = [yield* tenantWith("north"), yield* tenantWith("south")]
      const variables = (server: TestServer, token: string) =>
        Layer.setConfigProvider(
          ConfigProvider.fromMap(
            new Map([
              ["IRU_TENANT_URL", server.origin],
              ["IRU_API_TOKEN", token]
            ])
          )
        )
      const both = Layer.merge(
        Layer.effect(North, CustomScripts).pipe(
          Layer.provide(Iru.layerConfig()),
          Layer.provide(variables(north, tokenOf.north))
        ),
        Layer.effect(South, CustomScripts).pipe(
          Layer.provide(Iru.layerConfig()),
          Layer.provide(variables(south, tokenOf.south))
        )
      )
      expect(yield* Effect.provide(askBoth, both)).toEqual([["north"], ["south"]])
      expect(tokensAt(north)).toEqual(bearer(tokenOf.north))
      expect(tokensAt(south)).toEqual(bearer(tokenOf.south))
    })
  )

  scoped("can come from one environment, each with its own variable names", () =>
    Effect.gen(function* () {
      const [north, south] = [yield* tenantWith("north"), yield* tenantWith("south")]
      const environment = ConfigProvider.fromMap(
        new Map([
          ["NORTH_URL", north.origin],
          ["NORTH_TOKEN", tokenOf.north],
          ["SOUTH_URL", south.origin],
          ["SOUTH_TOKEN", tokenOf.south]
        ])
      )
      const tenant = (name: string) =>
        Iru.layerConfig({
          tenantUrl: Config.string(`${name}_URL`),
          apiToken: Config.redacted(`${name}_TOKEN`),
          pace: { perSecond: Config.succeed(20) }
        })
      const both = Layer.merge(
        Layer.effect(North, CustomScripts).pipe(Layer.provide(tenant("NORTH"))),
        Layer.effect(South, CustomScripts).pipe(Layer.provide(tenant("SOUTH")))
      ).pipe(Layer.provide(Layer.setConfigProvider(environment)))
      expect(yield* Effect.provide(askBoth, both)).toEqual([["north"], ["south"]])
      expect(tokensAt(north)).toEqual(bearer(tokenOf.north))
      expect(tokensAt(south)).toEqual(bearer(tokenOf.south))
    })
  )

  scoped("fail with the names of the program's own variables if one is invalid", () =>
    Effect.gen(function* () {
      const config = { tenantUrl: Config.string("NORTH_URL"), apiToken: Config.redacted("NORTH_TOKEN") }
      const environment = new Map([
        ["NORTH_URL", "https://accuhive.example.com"],
        ["NORTH_TOKEN", "not a token"]
      ])
      const failure = yield* Effect.void.pipe(
        Effect.provide(Iru.layerConfig(config)),
        Effect.withConfigProvider(ConfigProvider.fromMap(environment)),
        Effect.flip
      )
      expect(String(failure)).toContain("NORTH_URL")
      expect(String(failure)).toContain("apiToken")
      expect(String(failure)).not.toContain("not a token")
    })
  )

  scoped("get one session each from a LayerMap, which keeps it", () =>
    Effect.gen(function* () {
      const servers = { north: yield* tenantWith("north"), south: yield* tenantWith("south") }
      const sessions = new Set<ApiClient.Service>()
      class Tenants extends LayerMap.Service<Tenants>()("test/Tenants", {
        lookup: (name: "north" | "south") => Iru.layer(tenantAt(servers[name].origin, { apiToken: tokenOf[name] })),
        idleTimeToLive: "1 minute"
      }) {}
      const ask = Effect.gen(function* () {
        sessions.add(yield* ApiClient)
        return yield* namesOf(yield* CustomScripts)
      })
      const answers = yield* Effect.forEach(
        ["north", "south", "north", "south"] as const,
        (name) => Effect.provide(ask, Tenants.get(name)),
        { concurrency: 2 }
      ).pipe(Effect.provide(Tenants.Default))
      expect(answers).toEqual([["north"], ["south"], ["north"], ["south"]])
      expect(tokensAt(servers.north)).toEqual(bearer(tokenOf.north))
      expect(tokensAt(servers.south)).toEqual(bearer(tokenOf.south))
      expect(sessions.size).toBe(2)
    })
  )
})

scoped("one layer value is one session, however often it is provided", () =>
  Effect.gen(function* () {
    const server = yield* tenantWith("one")
    const tenant = Iru.layer(tenantAt(server.origin))
    class First extends Context.Tag("test/First")<First, ApiClient.Service>() {}
    class Second extends Context.Tag("test/Second")<Second, ApiClient.Service>() {}
    const both = Layer.mergeAll(
      Layer.provide(Layer.effect(First, ApiClient), tenant),
      Layer.provide(Layer.effect(Second, ApiClient), tenant),
      tenant
    )
    yield* Effect.gen(function* () {
      expect(yield* First).toBe(yield* Second)
      expect(yield* First).toBe(yield* ApiClient)
      const other = Iru.layer(tenantAt(server.origin))
      expect(yield* Effect.provide(ApiClient, other)).not.toBe(yield* First)
    }).pipe(Effect.provide(both))
  })
)
