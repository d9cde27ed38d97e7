// The pages of the sandbox, in each of the service's styles: read to their end by what each page says of the next.
import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { type Answer, json } from "../../src/sandbox/gateway/exchange.js"
import {
  arrayPage,
  countersPage,
  cursorPage,
  type CursorRules,
  innerPage,
  numberedPage,
  offsetPage,
  prismPage,
  wholeArray
} from "../../src/sandbox/gateway/pageStyles.js"
import { route, router } from "../../src/sandbox/gateway/router.js"
import { fromArray } from "../../src/sandbox/tenant/collection.js"
import { at, listAt } from "./support.js"

const ids = (count: number, from = 0) => Array.from({ length: count }, (_, index) => ({ id: String(from + index) }))
const records = fromArray(ids(7))
const render = ({ id }: { readonly id: string }) => Effect.succeed(id)
const url = (query: string, host = "http://tenant.api.kandji.io") => new URL(`${host}/api/v1/things?${query}`)

const parse = (text: string): unknown => JSON.parse(text)

const body = (answer: Effect.Effect<Answer, Answer>) =>
  Effect.map(Effect.merge(answer), ({ body, headers, status }) => ({
    status,
    headers,
    json: parse(body._tag === "Bytes" ? Buffer.from(body.bytes).toString() : "")
  }))
const answer = (answer: Effect.Effect<Answer, Answer>) => Effect.map(body(answer), ({ json }) => json)

describe("a page", () => {
  effect("has the envelope of each style without a cursor", () =>
    Effect.gen(function* () {
      const pages = [
        arrayPage(url("limit=3&offset=6"), 300, records, render),
        arrayPage(url(""), 5, records, render),
        numberedPage(url("page=3&size=3"), 50, records, render),
        offsetPage(url("limit=2&offset=2"), 1000, records, render)
      ]
      expect(yield* Effect.all(pages.map(answer))).toEqual([
        ["6"],
        ["0", "1", "2", "3", "4"],
        { total: 7, page: 3, size: 3, results: ["6"] },
        { results: ["2", "3"] }
      ])
      const counted = { pageSize: 4, byPage: false }
      const counters = yield* answer(
        countersPage(url(""), counted, records, { malware_count: 3 }, render, "total_count")
      )
      expect(counters).toMatchObject({ total_count: 7, malware_count: 3, results: ["0", "1", "2", "3"] })
      expect(at(counters, "count")).toBe(undefined)
      const inner = innerPage(url("offset=4"), 4, records, render, (activity) => ({ device_id: "d", activity }))
      expect(yield* answer(inner)).toMatchObject({
        device_id: "d",
        activity: { count: 7, next: null, results: ["4", "5", "6"] }
      })
      const whole = yield* body(wholeArray(records, render))
      expect([listAt(whole.json).length, whole.headers["x-total-count"]]).toEqual([7, "7"])
    })
  )

  const read = (rules: CursorRules, change: (page: number) => typeof records = () => records) =>
    Effect.gen(function* () {
      const seen: Array<unknown> = []
      const nexts: Array<string> = []
      let next: unknown = url(`${rules.size}=3`, "http://127.0.0.1:80").href
      for (let page = 0; typeof next === "string"; page++) {
        const { search } = new URL(next)
        const found = yield* answer(cursorPage(url(search.slice(1)), rules, change(page), render))
        seen.push(...listAt(found, "results"))
        next = at(found, "next")
        if (typeof next === "string") nexts.push(next)
      }
      return { seen, nexts }
    })

  effect("with a cursor has a next on the API's host or the web app's, under each name of the cursor", () =>
    Effect.gen(function* () {
      const whole = ["0", "1", "2", "3", "4", "5", "6"]
      const plain = yield* read({ size: "limit", most: 500 })
      expect(plain.seen).toEqual(whole)
      expect(plain.nexts[0]).toMatch(/^http:\/\/tenant\.api\.kandji\.io\/api\/v1\/things\?cursor=[^&]+&limit=3$/)
      const after = yield* read({ size: "size", most: 300, cursor: "after" })
      expect([after.seen, after.nexts[1]]).toEqual([whole, expect.stringMatching(/\?after=[^&]+&size=3$/)])
      const users = yield* read({ size: "sizePerPage", most: 3, onWebApp: true, repeatsSize: false })
      expect([users.seen, users.nexts[0]]).toEqual([
        whole,
        expect.stringMatching(/^https:\/\/tenant\.kandji\.io\/api\/v1\/things\?cursor=[^&]+$/)
      ])
      const refused = yield* body(cursorPage(url("cursor=nonsense"), { size: "limit", most: 5 }, records, render))
      expect(refused.status).toBe(400)
    })
  )

  effect("with a cursor continues after its record, even if earlier records were added or removed", () =>
    Effect.gen(function* () {
      const grown = yield* read({ size: "limit", most: 3 }, (page) =>
        page === 0 ? records : fromArray([...ids(2, 100), ...ids(7)])
      )
      expect(grown.seen).toEqual(["0", "1", "2", "3", "4", "5", "6"])
      const shrunk = yield* read({ size: "limit", most: 3 }, (page) => (page === 0 ? records : fromArray(ids(6, 1))))
      expect(shrunk.seen).toEqual(["0", "1", "2", "3", "4", "5", "6"])
    })
  )

  effect("of Prism continues by its cursor, also from an offset, until the last page", () =>
    Effect.gen(function* () {
      const sizes = { most: 300, usual: 25 }
      const first = yield* answer(prismPage(url("limit=4&offset=1"), sizes, records, render))
      expect(first).toMatchObject({ offset: 1, limit: 4, total: 7, data: ["1", "2", "3", "4"] })
      const query = new URLSearchParams({ limit: "4", cursor: String(at(first, "cursor")) })
      const last = yield* answer(prismPage(url(String(query)), sizes, records, render))
      expect(last).toEqual({ offset: 5, limit: 4, total: 7, data: ["5", "6"], cursor: null })
      expect(yield* answer(prismPage(url(""), sizes, records, render))).toMatchObject({ limit: 25, cursor: null })
    })
  )
})

describe("a path", () => {
  const handle = router(
    [
      route("GET", "/devices/{device_id}/notes/{note_id}", (_, ids) => Effect.succeed(json(200, ids))),
      route("GET", "/devices/{device_id}", (_, { device_id }) => Effect.succeed(json(200, { device_id }))),
      route("GET", "/devices/search", () => Effect.succeed(json(200, "search"))),
      route("POST", "/devices/{device_id}", () => Effect.succeed(json(201, "made")))
    ],
    "token",
    (handler) => handler
  )
  const ask = (method: string, path: string) =>
    body(
      handle({
        method,
        url: new URL(path, "http://x"),
        headers: { authorization: "Bearer token" },
        body: (async function* () {})()
      })
    )

  effect("passes its decoded ids to the endpoint by name; a path without ids is preferred to one with ids", () =>
    Effect.gen(function* () {
      expect((yield* ask("GET", "/devices/a%2Fb/notes/c")).json).toEqual({ device_id: "a/b", note_id: "c" })
      expect((yield* ask("GET", "/devices/search")).json).toBe("search")
      expect((yield* ask("GET", "/devices/other")).json).toEqual({ device_id: "other" })
      expect((yield* ask("GET", "/devices/")).status).toBe(404)
      const refused = yield* ask("DELETE", "/devices/other")
      expect([refused.status, refused.headers["allow"]]).toEqual([405, "GET, POST"])
    })
  )
})
