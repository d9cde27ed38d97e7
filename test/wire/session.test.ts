/**
 * What every request of a session has in common, and what storage gets.
 */
import { effect } from "@effect/vitest"
import { ApiClient, CustomApps, CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { appsTenant, fileKey, root as apps } from "../support/apps.js"
import { temporaryFolder } from "../support/files.js"
import { appId, pageOf, scriptRecord } from "../support/records.js"
import { inTurn, serve } from "../support/server.js"
import { tenantAt } from "../support/tenant.js"
import { expectApiHeaders, expectUntraced, lineOf, sent } from "./support.js"

const installer = { bytes: Buffer.from("an installer"), name: "test.pkg" }
const anything = { body: { ok: true } }

describe("the escape hatch", () => {
  const devices = "/api/v1/devices"

  effect("get: the query as it was given, lists joined, and source once", () =>
    Effect.gen(function* () {
      const received = yield* sent(
        anything,
        Effect.flatMap(ApiClient, (client) =>
          client.get(devices, Schema.Unknown, {
            query: { limit: 300, platform: ["Mac", "iPad"], archived: false, none: undefined, source: "mine", q: "ü&" }
          })
        )
      )
      expect(received.map(lineOf)).toEqual([
        `GET ${devices}?limit=300&platform=Mac%2CiPad&archived=false&source=effect-iru&q=%C3%BC%26`
      ])
      received.forEach(expectApiHeaders)
    })
  )

  const device = "d/1?x=#"
  const devicePath = ApiClient.path`/api/v1/devices/${device}/notes`
  const encoded = "/api/v1/devices/d%2F1%3Fx%3D%23/notes"

  effect("post, patch and delete: the three kinds of body, and none", () =>
    Effect.gen(function* () {
      const received = yield* sent(
        anything,
        Effect.gen(function* () {
          const client = yield* ApiClient
          yield* client.post(devicePath, Schema.Unknown, { body: { json: { content: "a note" } }, query: { a: 1 } })
          yield* client.patch(devicePath, Schema.Unknown, { body: { form: { "a.b": true, none: undefined } } })
          yield* client.post(devicePath, Schema.Unknown, { body: { multipart: { a: 1 } } })
          yield* client.post(devicePath, Schema.Unknown)
          yield* client.delete(devicePath, { query: { b: "2" } })
        })
      )
      expect(received.map(lineOf)).toEqual([
        `POST ${encoded}?a=1&source=effect-iru`,
        `PATCH ${encoded}?source=effect-iru`,
        `POST ${encoded}?source=effect-iru`,
        `POST ${encoded}?source=effect-iru`,
        `DELETE ${encoded}?b=2&source=effect-iru`
      ])
      expect(received.map(({ headers }) => headers["content-type"]?.replace(/boundary=.*/, "boundary=…"))).toEqual([
        "application/json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=…",
        undefined,
        undefined
      ])
      expect(received.map(({ body }) => body.toString("utf8").split("\r\n")[0])).toEqual([
        '{"content":"a note"}',
        "a.b=true",
        expect.stringMatching(/^--effect-iru-/),
        "",
        ""
      ])
      received.forEach(expectApiHeaders)
    })
  )

  effect("a path with a query, a fragment, another host or dots in it is refused, and nothing is sent", () =>
    Effect.gen(function* () {
      const refused = [
        "",
        "api",
        "/api?x",
        "/api#x",
        "//evil.example/api",
        "/api//v1",
        "/a/../b",
        "/a/%2e%2E/b",
        "/a b"
      ]
      const received = yield* sent(
        anything,
        Effect.flatMap(ApiClient, (client) =>
          Effect.forEach(refused, (path) =>
            Effect.map(Effect.flip(client.get(path, Schema.Unknown)), ({ fieldErrors, reason }) => {
              expect([path, reason, Object.keys(fieldErrors ?? {})]).toEqual([path, "InvalidArgument", ["path"]])
            })
          )
        )
      )
      expect(received).toEqual([])
    })
  )
})

describe("the source tag", () => {
  effect("it is sent once, also where the server's next names one", () =>
    Effect.gen(function* () {
      const next = "https://x.api.iru.com/api/v1/library/custom-scripts?page=2&source=somebody"
      const received = yield* sent(
        inTurn({ body: pageOf([scriptRecord()], { next }) }, { body: pageOf([scriptRecord()]) }),
        Effect.flatMap(CustomScripts, (scripts) => scripts.list())
      )
      expect(received.map(({ search }) => search)).toEqual(["?source=effect-iru", "?page=2&source=effect-iru"])
    })
  )

  effect("it says so where a program runs in CI", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const server = yield* serve(() => ({ body: pageOf([]) }))
        yield* Effect.flatMap(CustomScripts, (scripts) => scripts.list()).pipe(
          Effect.provide(Iru.layer(tenantAt(server.origin))),
          Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["CI", "1"]])))
        )
        expect(server.received.map(({ search }) => search)).toEqual(["?source=effect-iru-ci"])
      })
    )
  )
})

describe("storage", () => {
  effect("an upload and a download take no token, no source, no accept of JSON and no traces there", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const received = yield* sent(
        appsTenant(),
        Effect.gen(function* () {
          const service = yield* CustomApps
          yield* service.create({
            name: "App",
            install_type: "package",
            install_enforcement: "install_once",
            installer
          })
          yield* service.download(appId, { to: join(folder, "app.pkg") })
        })
      )
      expect(received.map(lineOf)).toEqual([
        `POST ${apps}/upload?source=effect-iru`,
        "POST /storage/",
        `POST ${apps}?source=effect-iru`,
        `GET ${apps}/${appId}?source=effect-iru`,
        "GET /stored/test_18cf0dfc.pkg?X-Amz-Signature=secret"
      ])
      for (const request of received) {
        if (request.path.startsWith("/stor")) {
          expect(request.headers.authorization).toBeUndefined()
          expect(request.headers.accept).not.toBe("application/json")
          expectUntraced(request.headers)
        } else {
          expectApiHeaders(request)
        }
      }
      const [presign, , create] = received
      expect(presign?.body.toString()).toBe('{"name":"test.pkg"}')
      expect(create?.body.toString()).toBe(
        `name=App&install_type=package&install_enforcement=install_once&file_key=${encodeURIComponent(fileKey)}`
      )
    }).pipe(Effect.scoped)
  )
})
