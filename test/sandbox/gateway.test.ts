import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { type IncomingHttpHeaders, request } from "node:http"
import { gunzipSync } from "node:zlib"
import { describe, expect } from "vitest"
import { CustomScripts } from "../../src/index.js"
import { Iru } from "../../src/node/index.js"
import { Fault, Sandbox } from "../../src/sandbox/index.js"
import { at, call, eventually, listAt, nowhere, textAt } from "./support.js"

const scripts = "/api/v1/library/custom-scripts"
const sandbox = Effect.provide(Sandbox.layer())

const create = (name: string) => call("POST", scripts, { json: { name, execution_frequency: "once", script: "true" } })

describe("the gateway", () => {
  effect("a path that the service does not know is Kong's 404, with and without a token", () =>
    Effect.gen(function* () {
      const paths = ["/", "/api/v1/nothing", `${scripts}/`, `${scripts}/${nowhere}/more`, "/api/v2/blueprints"]
      for (const path of paths) {
        for (const headers of [{}, { authorization: "" }]) {
          const unknown = yield* call("GET", path, { headers })
          expect(unknown.status).toBe(404)
          expect(unknown.json).toEqual({
            message: "no Route matched with those values",
            request_id: expect.stringMatching(/^[0-9a-f]{32}$/)
          })
        }
      }
    }).pipe(sandbox)
  )

  effect("a missing, malformed or wrong token is a 401 with a detail, and the request has no effect", () =>
    Effect.gen(function* () {
      const { apiToken } = yield* Sandbox
      for (const authorization of ["", apiToken, `Token ${apiToken}`, `Bearer ${nowhere}`, "Bearer"]) {
        const refused = yield* call("POST", scripts, {
          json: { name: "x", execution_frequency: "once", script: "true" },
          headers: { authorization }
        })
        expect(refused.status).toBe(401)
        expect(refused.json).toEqual({ detail: expect.any(String) })
      }
      expect(at((yield* call("GET", scripts)).json, "count")).toBe(0)
    }).pipe(sandbox)
  )

  effect("a method that a path does not have is a 405; PUT does not exist", () =>
    Effect.gen(function* () {
      const put = yield* call("PUT", `${scripts}/${nowhere}`, { json: {} })
      expect([put.status, put.json]).toEqual([405, { detail: 'Method "PUT" not allowed.' }])
      expect(put.headers.get("allow")).toBe("GET, PATCH, DELETE")
      const head = yield* call("HEAD", scripts)
      expect([head.status, head.text]).toEqual([200, ""])
    }).pipe(sandbox)
  )

  effect("a body of another content type is a 415, one with invalid JSON a 400 with a detail", () =>
    Effect.gen(function* () {
      const form = yield* call("POST", scripts, { form: { name: "x" } })
      expect(form.status).toBe(415)
      expect(textAt(form.json, "detail")).toMatch(/^Unsupported media type "application\/x-www-form-urlencoded/)
      const { apiToken, tenantUrl } = yield* Sandbox
      const post = (body: string) =>
        Effect.promise(async () => {
          const response = await fetch(`${tenantUrl}${scripts}`, {
            method: "POST",
            headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json; charset=utf-8" },
            body
          })
          const json: unknown = await response.json()
          return { status: response.status, json }
        })
      const broken = yield* post("{")
      expect(broken.status).toBe(400)
      expect(textAt(broken.json, "detail")).toMatch(/^JSON parse error - /)
      expect(yield* post("[]")).toEqual({
        status: 400,
        json: { non_field_errors: ["Invalid data. Expected a dictionary, but got list."] }
      })
    }).pipe(sandbox)
  )
})

// The texts are those of Python's json module and of Django REST framework, as in the vendor's captured 400s:
// "JSON parse error - Expecting ',' delimiter: line 3 column 2 (char 65)".
describe("a body with invalid JSON", () => {
  const post = (body: string | Uint8Array<ArrayBuffer>) =>
    Effect.flatMap(Sandbox, ({ apiToken, tenantUrl }) =>
      Effect.promise(async () => {
        const response = await fetch(`${tenantUrl}${scripts}`, {
          method: "POST",
          headers: { authorization: `Bearer ${apiToken}`, "content-type": "application/json" },
          body
        })
        const json: unknown = await response.json()
        return [response.status, at(json, "detail") ?? json]
      })
    )

  effect("gets an error with its place, in the words of Python", () =>
    Effect.gen(function* () {
      for (const [body, problem] of [
        ['{\n"name": "x"\n"script": "y"}', "Expecting ',' delimiter: line 3 column 1 (char 14)"],
        ['{"name" "x"}', "Expecting ':' delimiter: line 1 column 9 (char 8)"],
        ["{name: 1}", "Expecting property name enclosed in double quotes: line 1 column 2 (char 1)"],
        ['{"name": }', "Expecting value: line 1 column 10 (char 9)"],
        ['{"a": [1, {}, "b" 2]}', "Expecting ',' delimiter: line 1 column 19 (char 18)"],
        ['{"a": 1,}', "Expecting property name enclosed in double quotes: line 1 column 9 (char 8)"],
        ['{"a": "b', "Unterminated string starting at: line 1 column 7 (char 6)"],
        ['{"a": "\\x"}', "Invalid \\escape: line 1 column 8 (char 7)"],
        ["{} {}", "Extra data: line 1 column 4 (char 3)"]
      ] as const) {
        expect(yield* post(body)).toEqual([400, `JSON parse error - ${problem}`])
      }
      const [status, detail] = yield* post(Uint8Array.of(0x22, 0xff, 0x22))
      expect([status, detail]).toEqual([400, expect.stringContaining("'utf-8' codec can't decode")])
      expect(yield* post('"text"')).toEqual([
        400,
        { non_field_errors: ["Invalid data. Expected a dictionary, but got str."] }
      ])
      expect(yield* post('{"name":"a\\u0000b","execution_frequency":"once","script":"true"}')).toEqual([
        400,
        { name: ["Null characters are not allowed."] }
      ])
    }).pipe(sandbox)
  )
})

// "Response bodies are often gzip-encoded": the vendor's captured headers.
describe("gzip", () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    Effect.flatMap(Sandbox, ({ apiToken, tenantUrl }) =>
      Effect.promise(
        () =>
          new Promise<{ headers: IncomingHttpHeaders; body: Buffer }>((resolve, reject) => {
            const options = { headers: { authorization: `Bearer ${apiToken}`, ...headers } }
            request(`${tenantUrl}${path}`, options, (response) => {
              const chunks: Array<Buffer> = []
              response.on("data", (chunk) => chunks.push(chunk)).on("error", reject)
              response.on("end", () => resolve({ headers: response.headers, body: Buffer.concat(chunks) }))
            })
              .on("error", reject)
              .end()
          })
      )
    )

  effect("is for clients that accept it, and has the same content as without", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 20 })
      const plain = yield* get(scripts)
      expect([plain.headers["content-encoding"], plain.headers["vary"]]).toEqual([undefined, "Accept-Encoding"])
      for (const accepted of ["gzip", "gzip, deflate, br, zstd", "br;q=1.0, GZIP;q=0.8, *;q=0.1"]) {
        const zipped = yield* get(scripts, { "accept-encoding": accepted })
        expect([zipped.headers["content-encoding"], zipped.headers["content-type"]]).toEqual([
          "gzip",
          "application/json"
        ])
        expect(Number(zipped.headers["content-length"])).toBe(zipped.body.length)
        expect(zipped.body.length).toBeLessThan(plain.body.length / 2)
        expect(gunzipSync(zipped.body).equals(plain.body)).toBe(true)
      }
      for (const accepted of ["identity", "br", "gzip;q=0", "gzip; q=0.000, br", "xgzip", ""]) {
        expect((yield* get(scripts, { "accept-encoding": accepted })).body.equals(plain.body)).toBe(true)
      }
    }).pipe(sandbox)
  )

  effect("is not used for short answers, nor for cut ones, whose bytes are counted uncompressed", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 20 })
      const short = yield* get(`${scripts}?limit=1&offset=100`, { "accept-encoding": "gzip" })
      expect([short.headers["content-encoding"], short.headers["vary"]]).toEqual([undefined, undefined])
      yield* Sandbox.fault(Fault.cut(12, { path: scripts }))
      const { apiToken, tenantUrl } = yield* Sandbox
      const cut = yield* Effect.promise(
        () =>
          new Promise<string>((resolve) => {
            const headers = { authorization: `Bearer ${apiToken}`, "accept-encoding": "gzip" }
            request(`${tenantUrl}${scripts}`, { headers }, (response) => {
              let text = ""
              response.on("data", (chunk) => (text += String(chunk))).on("error", () => resolve(text))
            }).end()
          })
      )
      expect(cut).toBe('{"count":20,')
      yield* Sandbox.fault(Fault.hostileNext("https://evil.example/", { path: scripts }))
      const hostile = yield* get(scripts, { "accept-encoding": "gzip" })
      expect(JSON.parse(gunzipSync(hostile.body).toString())).toMatchObject({ next: "https://evil.example/" })
    }).pipe(Effect.scoped, sandbox)
  )

  effect("is requested and read by this library's client", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 700 }, { seed: 2 })
      const { apiToken, requests, state, tenantUrl } = yield* Sandbox
      const { results } = yield* Effect.flatMap(CustomScripts, (scripts) => scripts.list()).pipe(
        Effect.provide(Iru.layer({ tenantUrl, apiToken }))
      )
      const kept = yield* state.customScripts.list({ limit: 1000 })
      expect(results.map(({ id, script }) => [id, script])).toEqual(kept.map(({ id, script }) => [id, script]))
      expect((yield* requests).map(({ headers }) => headers["accept-encoding"])).toEqual(["gzip", "gzip", "gzip"])
    }).pipe(sandbox)
  )
})

describe("writes at the same time", () => {
  effect("are all done: forty assignments to one Blueprint", () =>
    Effect.gen(function* () {
      const { blueprints, customScripts } = yield* Sandbox.state
      const blueprint = yield* blueprints.put({ name: "All" })
      const items = yield* Effect.forEach(Array.from({ length: 40 }), (_, index) =>
        customScripts.put({ name: `script ${index}` })
      )
      const path = `/api/v1/blueprints/${blueprint.id}/assign-library-item`
      yield* Effect.forEach(items, ({ id }) => call("POST", path, { json: { library_item_id: id } }), {
        concurrency: "unbounded",
        discard: true
      })
      expect((yield* blueprints.get(blueprint.id))?.nodes[0].items).toHaveLength(40)
    }).pipe(sandbox)
  )

  effect("a record that is deleted while a change to it is still on its way stays deleted", () =>
    Effect.gen(function* () {
      const { apiToken, state, tenantUrl } = yield* Sandbox
      const { id } = yield* state.customScripts.put({ name: "before" })
      const path = `${scripts}/${id}`
      const body = Buffer.from('{"name":"after"}')
      const headers = {
        authorization: `Bearer ${apiToken}`,
        "content-type": "application/json",
        "content-length": String(body.length)
      }
      const patch = request(`${tenantUrl}${path}`, { method: "PATCH", headers })
      patch.write(body.subarray(0, 5))
      yield* eventually(Effect.map(Sandbox.requests, (requests) => requests.length === 1))
      expect((yield* call("DELETE", path)).status).toBe(204)
      const status = yield* Effect.async<number | undefined>((resume) => {
        patch.once("response", (response) => {
          response.resume()
          resume(Effect.succeed(response.statusCode))
        })
        patch.end(body.subarray(5))
      })
      expect([status, (yield* call("GET", path)).status]).toEqual([404, 404])
    }).pipe(sandbox)
  )
})

describe("pages", () => {
  const seven = Effect.forEach([1, 2, 3, 4, 5, 6, 7], (number) => create(`script ${number}`), { discard: true })
  const small = Effect.provide(Sandbox.layer({ pageSize: 3 }))
  const names = (json: unknown) => listAt(json, "results").map((script) => at(script, "name"))

  effect("next is absolute, has all parameters in alphabetical order, and leads to the last page", () =>
    Effect.gen(function* () {
      yield* seven
      const { tenantUrl } = yield* Sandbox
      const first = yield* call("GET", `${scripts}?source=test`)
      expect(first.json).toMatchObject({
        count: 7,
        next: `${tenantUrl}${scripts}?limit=3&offset=3&source=test`,
        previous: null
      })
      const second = yield* call("GET", textAt(first.json, "next"))
      expect(second.json).toMatchObject({
        next: `${tenantUrl}${scripts}?limit=3&offset=6&source=test`,
        previous: `${tenantUrl}${scripts}?limit=3&source=test`
      })
      const third = yield* call("GET", textAt(second.json, "next"))
      expect(third.json).toMatchObject({ count: 7, next: null })
      expect([first, second, third].flatMap(({ json }) => names(json))).toEqual(
        [1, 2, 3, 4, 5, 6, 7].map((number) => `script ${number}`)
      )
    }).pipe(small)
  )

  effect("a page number after the last page is a 404", () =>
    Effect.gen(function* () {
      yield* seven
      const { tenantUrl } = yield* Sandbox
      const second = yield* call("GET", `${scripts}?page=2`)
      expect(second.json).toMatchObject({
        count: 7,
        next: `${tenantUrl}${scripts}?page=3`,
        previous: `${tenantUrl}${scripts}`
      })
      expect(names((yield* call("GET", `${scripts}?page=3`)).json)).toEqual(["script 7"])
      for (const page of ["4", "0", "x"]) {
        const beyond = yield* call("GET", `${scripts}?page=${page}`)
        expect([beyond.status, beyond.json]).toEqual([404, { detail: "Invalid page." }])
      }
    }).pipe(small)
  )

  effect("limit and offset work within the page size; invalid values are ignored", () =>
    Effect.gen(function* () {
      yield* seven
      const page = (query: string) => Effect.map(call("GET", `${scripts}?${query}`), ({ json }) => names(json))
      expect(yield* page("limit=2&offset=5")).toEqual(["script 6", "script 7"])
      expect(yield* page("limit=1000")).toHaveLength(3)
      expect(yield* page("limit=0")).toHaveLength(3)
      expect(yield* page("limit=x&offset=-1")).toEqual(["script 1", "script 2", "script 3"])
      expect(yield* page("offset=70")).toEqual([])
    }).pipe(small)
  )

  effect("a page has 300 records unless another size is requested", () =>
    Effect.gen(function* () {
      yield* Effect.forEach(Array.from({ length: 301 }), (_, index) => create(`script ${index}`), {
        concurrency: 8,
        discard: true
      })
      const { json } = yield* call("GET", scripts)
      expect(at(json, "count")).toBe(301)
      expect(listAt(json, "results")).toHaveLength(300)
      expect(new URL(textAt(json, "next")).search).toBe("?limit=300&offset=300")
    }).pipe(sandbox)
  )
})
