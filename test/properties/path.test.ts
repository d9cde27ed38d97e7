import {
  type ApiClientError,
  Blueprints,
  CustomApps,
  CustomProfiles,
  CustomScripts,
  type PayloadError
} from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Context from "effect/Context"
import { afterAll, expect, test } from "vitest"
import { serve, type TestServer } from "../support/server.js"
import { tenantAt } from "../support/tenant.js"

class Server extends Context.Tag("test/Server")<Server, TestServer>() {}

const server = Layer.scoped(
  Server,
  serve(() => ({ status: 404 }))
)
const tenant = Layer.unwrapEffect(
  Effect.map(Server, ({ origin }) => Iru.layer(tenantAt(origin, { pace: { perSecond: 1e6, perHour: 1e9 } })))
)
const runtime = ManagedRuntime.make(Layer.provideMerge(tenant, server))
afterAll(() => runtime.dispose())

/** Any text, and texts that would change the path if they were not encoded. */
const id = FastCheck.oneof(
  FastCheck.string({ unit: "binary" }),
  FastCheck.string({ unit: "grapheme" }),
  FastCheck.array(
    FastCheck.constantFrom("..", ".", "/", "\\", "%2e", "%2F", "?", "#", "@", ":", ";", "//", " ", "\t", "\n", "x", "é")
  ).map((parts) => parts.join("")),
  FastCheck.constantFrom("upload", "../blueprints", "a/../../devices", "?limit=1", "//evil.example")
)

const library = "/api/v1/library"
type Operation = (id: string) => Effect.Effect<unknown, ApiClientError | PayloadError, Iru.Services>
const operations: ReadonlyArray<readonly [root: string, rest: string, operation: Operation]> = [
  [`${library}/custom-scripts`, "", (id: string) => Effect.flatMap(CustomScripts, (scripts) => scripts.get(id))],
  [`${library}/custom-profiles`, "", (id: string) => Effect.flatMap(CustomProfiles, (profiles) => profiles.delete(id))],
  [`${library}/custom-apps`, "", (id: string) => Effect.flatMap(CustomApps, (apps) => apps.update(id, { name: "x" }))],
  [
    "/api/v1/blueprints",
    "/assign-library-item",
    (id: string) => Effect.flatMap(Blueprints, (blueprints) => blueprints.assign(id, { library_item_id: "x" }))
  ]
]

for (const [root, rest, operation] of operations) {
  test(`any id reaches ${root}/<id>${rest}, or is refused`, () =>
    FastCheck.assert(
      FastCheck.asyncProperty(id, async (id) => {
        const { received } = await runtime.runPromise(Server)
        const before = received.length
        const error = await runtime.runPromise(Effect.flip(operation(id)))
        const request = received[before]
        if (request === undefined) {
          expect(error).toMatchObject({ reason: "InvalidArgument" })
          expect(id === "" || id === "." || id === ".." || !id.isWellFormed()).toBe(true)
        } else {
          expect(received.length).toBe(before + 1)
          const segments = request.path.split("/").map(decodeURIComponent)
          expect(segments).toEqual([...root.split("/"), id, ...rest.split("/").slice(1)])
          expect(request.search).toMatch(/^\?source=/)
        }
      }),
      { numRuns: 150 }
    ))
}
