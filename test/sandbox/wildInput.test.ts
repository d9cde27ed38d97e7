// Whatever a client sends: an answer that says what is wrong with it, never a 500 and never a success without a reason.
import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { readIpa } from "../../src/sandbox/files/ipa.js"
import { binaryInfo, ipa, zip } from "./ipa.js"
import { call, listAt, nowhere, textAt } from "./support.js"

const library = "/api/v1/library"
const sandbox = Effect.provide(Sandbox.layer())

/** The same wild values every time. */
const sample = <A>(arbitrary: FastCheck.Arbitrary<A>, count = 60): ReadonlyArray<A> =>
  FastCheck.sample(arbitrary, { numRuns: count, seed: 5 })

const segment = FastCheck.oneof(
  FastCheck.constantFrom(
    nowhere,
    "upload",
    "status",
    "..",
    "%2e%2e",
    "%00",
    "%",
    "%ff",
    "constructor",
    "__proto__",
    "é"
  ),
  FastCheck.string({ minLength: 1, maxLength: 40 }).map(encodeURIComponent)
)
const query = FastCheck.dictionary(
  FastCheck.constantFrom(
    "limit",
    "offset",
    "page",
    "activity_type",
    "user_id",
    "user_email",
    "computer_id",
    "sso",
    "auth",
    "id",
    "name"
  ),
  FastCheck.oneof(
    FastCheck.constantFrom("", "-1", "0", "1e9", "9".repeat(30), "NaN", "null", "300", "last", nowhere, "a.b.c"),
    FastCheck.string({ maxLength: 30 })
  ),
  { maxKeys: 4 }
).map((values) => new URLSearchParams(values).toString())
const body = FastCheck.dictionary(
  FastCheck.constantFrom(
    "name",
    "filename",
    "file_key",
    "active",
    "runs_on_iphone",
    "runs_on_tv",
    "__proto__",
    "extra"
  ),
  FastCheck.oneof(
    FastCheck.jsonValue(),
    FastCheck.constantFrom("", " ", "\0", "a/b/../c.ipa", "x".repeat(10_000), "True")
  ),
  { maxKeys: 6 }
)

const isPage = (text: string): boolean =>
  /^\{"count":\d+,"next":(null|"http[^"]*"),"previous":(null|"http[^"]*"),/.test(text)

describe("any request", () => {
  effect("by path and query gets a page, a record, or an error with a reason", () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 3, inHouseApps: 2, blueprints: 2, assignments: 2, devices: 7 })
      const scripts = yield* call("GET", `${library}/custom-scripts`)
      const apps = yield* call("GET", `${library}/ipa-apps`)
      const blueprints = yield* call("GET", "/api/v1/blueprints")
      const first = (reply: { readonly json: unknown }) => textAt(listAt(reply.json, "results")[0], "id")
      for (const [index, [wild, search]] of sample(FastCheck.tuple(segment, query), 150).entries()) {
        for (const [path, ok] of [
          [`${library}/library-items/${index % 2 === 0 ? first(scripts) : wild}/activity`, isPage],
          [`${library}/library-items/${index % 2 === 0 ? first(apps) : wild}/status`, isPage],
          [`${library}/ipa-apps/${wild}`, () => false],
          [`${library}/ipa-apps`, isPage],
          [`${library}/ipa-apps/upload/${wild}/status`, () => false],
          [
            `/api/v1/blueprints/${index % 2 === 0 ? first(blueprints) : wild}/ota-enrollment-profile`,
            (text: string) => text.startsWith("<?xml")
          ],
          [`/tenants/${wild}/library/ipa_apps/${wild}`, () => false]
        ] as const) {
          const { status, text } = yield* call("GET", `${path}?${search}`)
          const where = `GET ${path}?${search}: ${status} ${text.slice(0, 200)}`
          if (status === 200) expect(ok(text), where).toBe(true)
          else expect([401, 404], where).toContain(status)
        }
      }
    }).pipe(sandbox)
  )

  effect("in a body creates no app, and leaves the existing one intact", () =>
    Effect.gen(function* () {
      const { inHouseApps } = yield* Sandbox.state
      const { id } = yield* inHouseApps.put({ name: "There", installer: ipa() })
      for (const json of sample(body, 200)) {
        const made = yield* call("POST", `${library}/ipa-apps`, { json })
        expect(made.status, JSON.stringify(json).slice(0, 200)).toBe(400)
        const place = yield* call("POST", `${library}/ipa-apps/upload`, { json })
        expect([201, 400], JSON.stringify(json).slice(0, 200)).toContain(place.status)
        if (place.status === 201) {
          expect(textAt(place.json, "file_key")).toMatch(
            /^tenants\/[0-9a-f-]{36}\/library\/ipa_apps\/[^/]*_[0-9a-f]{8}(\.[^/]*)?$/s
          )
        }
        const changed = yield* call("PATCH", `${library}/ipa-apps/${id}`, { json })
        expect([200, 400], JSON.stringify(json).slice(0, 200)).toContain(changed.status)
      }
      const { status, text } = yield* call("GET", `${library}/ipa-apps/${id}`)
      expect([status, typeof textAt(JSON.parse(text), "name")]).toEqual([200, "string"])
      expect(yield* inHouseApps.count).toBe(1)
    }).pipe(sandbox)
  )
})

describe("an .ipa file", () => {
  effect("that is damaged anywhere is read or refused, and never ends the sandbox", () =>
    Effect.sync(() => {
      const stored = (bytes: Uint8Array) => ({
        source: { _tag: "Bytes" as const, bytes },
        size: bytes.length,
        sha256: "",
        etag: "",
        versionId: "",
        storedAt: 0,
        readyAt: 0
      })
      const whole = [ipa(), zip({ "Payload/Sammy.app/Info.plist": binaryInfo }, false)]
      for (const bytes of whole) {
        expect(readIpa(stored(bytes))?.name).toBe("Sammy")
        for (let place = 0; place < bytes.length; place++) {
          for (const value of [0x00, 0x7f, 0xff]) {
            const damaged = Uint8Array.from(bytes)
            damaged[place] = value
            const facts = readIpa(stored(damaged))
            expect(facts === undefined || typeof facts.name === "string").toBe(true)
          }
          expect(readIpa(stored(bytes.slice(0, place)))).toBeUndefined()
        }
      }
    })
  )
})
