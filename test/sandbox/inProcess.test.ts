import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import { effect } from "@effect/vitest"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Readable } from "node:stream"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { Blueprints, CustomApps, CustomProfiles, CustomScripts } from "../../src/index.js"
import { Iru } from "../../src/node/index.js"
import { Fault, Sandbox } from "../../src/sandbox/index.js"
import { at, eventually, formBytes, formType, keysOf, textAt } from "./support.js"

const Test = Iru.layerHttpClient(Sandbox.inTests).pipe(Layer.provideMerge(Sandbox.layerTest()))
const test = Effect.provide(Test)
const scripts = "/api/v1/library/custom-scripts"

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-in-process-test-"))
})
afterAll(() => rmSync(folder, { recursive: true }))

const request = (method: "GET" | "HEAD" | "POST", path: string, body: HttpBody.HttpBody = HttpBody.empty) =>
  Effect.gen(function* () {
    const { apiToken, tenantUrl } = yield* Sandbox
    const http = yield* HttpClient.HttpClient
    const url = new URL(path, tenantUrl)
    const bare = HttpClientRequest.make(method)(url, { body })
    return yield* http.execute(url.origin === tenantUrl ? HttpClientRequest.bearerToken(bare, apiToken) : bare)
  })

const presigned = Effect.gen(function* () {
  const place = yield* Effect.flatMap(
    request("POST", "/api/v1/library/custom-apps/upload", HttpBody.unsafeJson({ name: "MyApp.pkg" })),
    (response) => response.json
  )
  const data = at(place, "post_data")
  return {
    url: textAt(place, "post_url"),
    key: textAt(place, "file_key"),
    fields: keysOf(data).map((name) => [name, textAt(data, name)] as const)
  }
})

const profile = `<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>`

describe("the tenant in this process, with the real client", () => {
  effect("every resource works: records are created, listed, changed, assigned, transferred and deleted", () =>
    Effect.gen(function* () {
      const scripts = yield* CustomScripts
      const script = yield* scripts.create({ name: "a", execution_frequency: "once", script: "true" })
      yield* scripts.update(script.id, { name: "b" })
      expect((yield* scripts.list()).results.map(({ name }) => name)).toEqual(["b"])

      const profiles = yield* CustomProfiles
      const file = { content: profile, name: "x.mobileconfig" }
      const wifi = yield* profiles.create({ name: "Wi-Fi", file, runs_on_mac: true })
      expect(wifi.mdm_identifier).toContain(wifi.id)

      const apps = yield* CustomApps
      const installer = randomBytes(3 << 20)
      const app = yield* apps.create({
        name: "MyApp",
        install_type: "package",
        install_enforcement: "install_once",
        installer: { bytes: installer, name: "MyApp.pkg" }
      })
      expect(app.sha256).toBe(createHash("sha256").update(installer).digest("hex"))
      const to = join(folder, "MyApp.pkg")
      yield* apps.download(app.id, { to })
      expect(readFileSync(to).equals(installer)).toBe(true)

      const blueprints = yield* Blueprints
      const blueprint = yield* blueprints.create({ name: "All", enrollment_code: { is_active: true } })
      yield* blueprints.assign(blueprint.id, { library_item_id: app.id })
      expect((yield* blueprints.libraryItems(blueprint.id)).results).toEqual([{ id: app.id, name: "MyApp" }])

      yield* scripts.delete(script.id)
      expect((yield* scripts.list()).count).toBe(0)
    }).pipe(test)
  )

  effect("two layers share nothing, and neither do two tests with one layer", () => {
    const add = Effect.flatMap(CustomScripts, (scripts) =>
      scripts.create({ name: "a", execution_frequency: "once", script: "true" })
    )
    const count = Effect.flatMap(Sandbox.state, ({ customScripts }) => customScripts.count)
    return Effect.gen(function* () {
      yield* Effect.zipRight(add, count).pipe(
        test,
        Effect.tap((count) => expect(count).toBe(1))
      )
      expect(yield* Effect.zipRight(add, count).pipe(test)).toBe(1)
      const other = Effect.provide(count, Sandbox.layerTest())
      expect(yield* Effect.all([Effect.zipRight(add, count), other]).pipe(test)).toEqual([1, 0])
    })
  })

  effect("the clock is that of the test: an upload form expires when a day has passed", () =>
    Effect.gen(function* () {
      const { url, fields } = yield* presigned
      const form = HttpBody.uint8Array(formBytes([...fields, ["file", "bytes", "x.pkg"]]), formType)
      yield* TestClock.adjust("24 hours")
      const late = yield* request("POST", url, form)
      expect(late.status).toBe(403)
      expect(yield* late.text).toContain("Policy expired")
    }).pipe(test)
  )

  effect("a test sees the requests, and can put the records that it needs", () =>
    Effect.gen(function* () {
      const { state } = yield* Sandbox
      const put = yield* state.customScripts.put({ name: "put by hand", script: "true" })
      const scripts = yield* CustomScripts
      expect(yield* scripts.get(put.id)).toMatchObject({ id: put.id, name: "put by hand" })
      yield* scripts.update(put.id, { active: false })
      expect((yield* state.customScripts.get(put.id))?.active).toBe(false)
      const sent = (yield* Sandbox.requests).at(-1)
      expect(sent).toMatchObject({ method: "PATCH", status: 200, body: '{"active":false}' })
      expect(JSON.stringify(sent)).not.toContain(Sandbox.inTests.apiToken)
    }).pipe(test)
  )
})

describe("the HttpClient of a tenant in this process", () => {
  effect("an installer may be bytes, a Node stream, an Effect stream or a FormData", () =>
    Effect.gen(function* () {
      const bytes = (form: Uint8Array) => [
        HttpBody.uint8Array(form, formType),
        HttpBody.raw(Readable.from([form]), { contentType: formType, contentLength: form.length }),
        HttpBody.raw(form, { contentType: formType, contentLength: form.length }),
        HttpBody.stream(Stream.fromChunk(Chunk.of(form)), formType, form.length)
      ]
      for (const kind of [0, 1, 2, 3]) {
        const { fields, url } = yield* presigned
        const body = bytes(formBytes([...fields, ["file", "bytes", "x.pkg"]]))[kind] ?? HttpBody.empty
        expect((yield* request("POST", url, body)).status).toBe(204)
      }
      const { fields, url } = yield* presigned
      const form = new FormData()
      for (const [name, value] of fields) form.append(name, value)
      form.append("file", new Blob(["bytes"]), "x.pkg")
      expect((yield* request("POST", url, HttpBody.formData(form))).status).toBe(204)
    }).pipe(test)
  )

  for (const [what, stream] of [
    ["has fewer bytes than it said", Stream.make(new Uint8Array(3))],
    ["has more bytes than it said", Stream.make(new Uint8Array(8), new Uint8Array(8))],
    ["breaks", Stream.concat(Stream.make(new Uint8Array(3)), Stream.fail("it broke"))]
  ] as const) {
    effect(`an installer that ${what} is a Source failure, as over a network, and no app is created`, () =>
      Effect.gen(function* () {
        const apps = yield* CustomApps
        const installer = { stream, size: 10, name: "a.pkg" }
        const error = yield* Effect.flip(
          apps.create({ name: "A", install_type: "package", install_enforcement: "install_once", installer })
        )
        expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source", direction: "upload" })
        expect((yield* apps.list()).count).toBe(0)
      }).pipe(test)
    )
  }

  effect("a body that is shorter or longer than announced is a broken connection, and nothing is stored", () =>
    Effect.gen(function* () {
      const { fields, key, url } = yield* presigned
      const form = formBytes([...fields, ["file", "bytes", "x.pkg"]])
      for (const contentLength of [form.length + 1, form.length - 1]) {
        const body = HttpBody.raw(Readable.from([form]), { contentType: formType, contentLength })
        const response = yield* request("POST", url, body)
        expect([response.status, (yield* response.text).includes("IncompleteBody")]).toEqual([400, true])
      }
      const app = { name: "x", file_key: key, install_type: "package", install_enforcement: "install_once" }
      const created = yield* request("POST", "/api/v1/library/custom-apps", HttpBody.unsafeJson(app))
      expect(at(yield* created.json, "file_size")).toBe(0)
    }).pipe(test)
  )

  effect("every fault behaves as on a connection: no answer, a cut one, one that never ends", () =>
    Effect.gen(function* () {
      const get = request("GET", scripts)
      yield* Sandbox.fault(Fault.dropped())
      const lost = yield* Effect.flip(get)
      expect(lost).toMatchObject({ _tag: "RequestError", reason: "Transport", cause: { code: "UND_ERR_SOCKET" } })

      yield* Sandbox.fault(Fault.cut(5))
      const part = yield* get
      expect(part.status).toBe(200)
      const pieces: Array<string> = []
      const cut = yield* part.stream.pipe(
        Stream.decodeText(),
        Stream.runForEach((piece) => Effect.sync(() => pieces.push(piece))),
        Effect.flip
      )
      expect([pieces.join(""), at(cut, "cause", "code")]).toEqual(['{"cou', "UND_ERR_SOCKET"])

      yield* Sandbox.fault(Fault.stalled(1))
      const stalled = yield* get
      const reading = yield* Effect.fork(stalled.text)
      yield* Effect.yieldNow()
      expect(yield* Fiber.poll(reading)).toMatchObject({ _tag: "None" })
      yield* Fiber.interrupt(reading)

      const head = yield* request("HEAD", "/")
      expect([head.status, yield* head.text]).toEqual([404, ""])
    }).pipe(Effect.scoped, test)
  )

  effect("an interrupted call ends at once, even during a stalled upload", () =>
    Effect.gen(function* () {
      const { fields, url } = yield* presigned
      const form = formBytes([...fields, ["file", "bytes", "x.pkg"]])
      const body = HttpBody.stream(
        Stream.concat(Stream.make(form.subarray(0, 20)), Stream.never),
        formType,
        form.length
      )
      const sending = yield* Effect.fork(request("POST", url, body))
      yield* eventually(Effect.map(Sandbox.requests, (requests) => requests.length === 2))
      yield* Fiber.interrupt(sending)
      yield* eventually(Effect.map(Sandbox.requests, (requests) => requests[1]?.note === "The caller went away."))
    }).pipe(test)
  )

  effect("it reaches no other host, and no host at all after its layer is closed", () =>
    Effect.gen(function* () {
      const elsewhere = yield* Effect.flip(request("GET", "https://accuhive.api.kandji.io/"))
      expect(elsewhere).toMatchObject({ reason: "Transport", cause: { code: "ENOTFOUND" } })

      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(Sandbox.layerTest(), scope)
      yield* Sandbox.fault(Fault.delayed("1 hour")).pipe(Scope.extend(scope), Effect.provide(context))
      const waiting = yield* Effect.fork(Effect.exit(Effect.provide(request("GET", scripts), context)))
      yield* eventually(Effect.map(Sandbox.requests, (requests) => requests.length === 1).pipe(Effect.provide(context)))
      yield* Scope.close(scope, Exit.void)
      expect(Exit.isFailure(yield* Fiber.join(waiting))).toBe(true)
      const after = yield* Effect.flip(Effect.provide(request("GET", scripts), context))
      expect(after).toMatchObject({ reason: "Transport", cause: { code: "ECONNREFUSED" } })
    }).pipe(test)
  )
})
