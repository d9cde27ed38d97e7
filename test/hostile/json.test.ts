/**
 * Answers that are text but not the expected JSON: other text, a web page, or JSON that is made to do harm.
 */
import { describe, effect } from "@effect/vitest"
import { ApiClient, Blueprints, CustomApps, CustomScripts, isApiClientError } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { expect } from "vitest"
import { withTenant } from "../support/tenant.js"
import { expectNothingUnhandled, getOne, script } from "./support.js"

expectNothingUnhandled()

const answering = (body: string | Uint8Array, headers: Record<string, string> = {}, status = 200) =>
  withTenant(() => ({ body, headers, status }), { retry: { times: 0 } })

const failure = Effect.flip(getOne())

/** The JSON of a script with more keys, written by hand, because `JSON.stringify` would clean them. */
const withKeys = (keys: string): string => `{${keys}, ${JSON.stringify(script("a")).slice(1)}`

describe("a web page instead of JSON", () => {
  effect("with status 200, as a captive portal sends it, is a Decode that says who answered", () =>
    answering("<!DOCTYPE html><html><head><title>Welcome to Hotel WiFi</title></head></html>", {
      "content-type": "text/html"
    })(() =>
      Effect.map(failure, (error) => {
        expect(error.reason).toBe("Decode")
        expect(error.message).toContain("Welcome to Hotel WiFi")
        expect(error.message).toContain("captive portal")
      })
    )
  )

  effect("with an error status keeps the reason of the status, and its title is the detail", () =>
    answering(
      "<html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>",
      {},
      502
    )(() =>
      Effect.map(failure, (error) => {
        expect(error.reason).toBe("Unavailable")
        expect(error.detail).toBe("502 Bad Gateway")
      })
    )
  )

  for (const [what, text] of [
    ["tags that are never closed", "<title ".repeat(1_000_000)],
    ["a title of blanks", `<title>${" ".repeat(5_000_000)}`]
  ] as const) {
    effect(`with megabytes of ${what} is a Decode, and does not take long`, () =>
      answering(`<html>${text}`)(() => Effect.map(failure, ({ reason }) => expect(reason).toBe("Decode")))
    )
  }
})

describe("an answer that is not the expected JSON", () => {
  for (const [what, body] of [
    ["nothing", ""],
    ["blanks", " \r\n\t "],
    ["half of a record", '{"id": "a", "name"'],
    ["two records", `${JSON.stringify(script("a"))}${JSON.stringify(script("b"))}`],
    ["NaN", '{"id": NaN}'],
    ["a byte order mark", `\uFEFF${JSON.stringify(script("a")).slice(0, -1)}`],
    ["another type", '"a script"'],
    ["null", "null"],
    ["a list", "[]"]
  ] as const) {
    effect(`such as ${what} is a Decode, and the message contains none of it`, () =>
      answering(body)(() =>
        Effect.map(failure, (error) => {
          expect(error.reason).toBe("Decode")
          expect(error.detail).not.toBe("")
          expect(error.body).toBeUndefined()
        })
      )
    )
  }

  effect("with invalid UTF-8 within complete JSON is a Decode: a broken script is never returned", () => {
    const json = Buffer.from(JSON.stringify(script("a", { script: "echo X" })))
    json[json.indexOf("echo X") + 5] = 0xff
    return answering(json)(() =>
      Effect.map(failure, (error) => {
        expect(error.reason).toBe("Decode")
        expect(error.detail).toBe("The answer is not UTF-8.")
      })
    )
  })

  effect("with invalid UTF-8 in an error is shown with a replacement character", () =>
    answering(
      Buffer.from([...Buffer.from('{"detail": "no '), 0xff, ...Buffer.from('"}')]),
      {},
      404
    )(() =>
      Effect.map(failure, (error) => {
        expect(error.reason).toBe("NotFound")
        expect(error.detail).toBe("no \uFFFD")
      })
    )
  )
})

describe("harmful JSON", () => {
  const deep = (levels: number) => "[".repeat(levels) + "]".repeat(levels)

  effect("that is 10,000 levels deep in an unknown key loses that key", () =>
    answering(withKeys(`"deep": ${deep(10_000)}`))(() =>
      Effect.map(getOne(), (found) => {
        expect(found.id).toBe("a")
        expect(found).not.toHaveProperty("deep")
      })
    )
  )

  for (const body of [deep(10_000), `{"id": ${deep(10_000)}}`, '{"a":'.repeat(10_000) + "1" + "}".repeat(10_000)]) {
    effect(`that is 10,000 levels deep instead of a record is a Decode (${body.slice(0, 8)}…)`, () =>
      answering(body)(() =>
        Effect.map(failure, (error) => {
          expect(error.reason).toBe("Decode")
          expect(error.message.length).toBeLessThan(1000)
        })
      )
    )
  }

  effect("that is 10,000 levels deep as an error keeps the reason of the status", () =>
    answering(
      `{"detail": ${deep(10_000)}}`,
      {},
      400
    )(() => Effect.map(failure, ({ reason }) => expect(reason).toBe("BadRequest")))
  )

  effect("that is 10,000 levels deep is returned unchanged if the schema allows anything", () =>
    answering(deep(10_000))(() =>
      Effect.gen(function* () {
        const client = yield* ApiClient
        let levels = 0
        let value: unknown = yield* client.get("/api/v1/anything", Schema.Unknown)
        for (; Array.isArray(value); levels++) value = value[0]
        expect(levels).toBe(10_000)
      })
    )
  )

  effect("that is too deep for a recursive schema is a Decode, however deep it is", () => {
    interface Group {
      readonly below: ReadonlyArray<Group>
    }
    const Group: Schema.Schema<Group> = Schema.Struct({ below: Schema.Array(Schema.suspend(() => Group)) })
    const nested = (levels: number) => `${'{"below":['.repeat(levels)}${"]}".repeat(levels)}`
    const ask = Effect.flatMap(ApiClient, (client) => client.get("/api/v1/anything", Group))
    return Effect.gen(function* () {
      yield* answering(nested(100))(() => ask)
      const error = yield* answering(nested(100_000))(() => Effect.flip(ask))
      expect(error.reason).toBe("Decode")
      expect(error.detail).toBe("The answer is nested too deeply.")
    })
  })

  effect("with keys that name prototypes and constructors changes neither the record nor any other object", () =>
    answering(
      withKeys(
        '"__proto__": {"polluted": true, "name": "evil"}, "constructor": {"prototype": {"polluted": true}}, "toString": "x"'
      )
    )(() =>
      Effect.map(getOne(), (found) => {
        expect(found.name).toBe("Script a")
        expect(Object.getPrototypeOf(found)).toBe(Object.prototype)
        expect("polluted" in found).toBe(false)
        expect("polluted" in {}).toBe(false)
        expect(String(found)).toBe("[object Object]")
      })
    )
  )

  effect("with __proto__ in a map with free keys does not change the prototype of that map", () =>
    answering('{"id": "b", "name": "B", "params": {"__proto__": {"polluted": true}, "kept": 1}}')(() =>
      Effect.gen(function* () {
        const { params } = yield* (yield* Blueprints).get("b")
        expect(params?.["kept"]).toBe(1)
        expect(Object.getPrototypeOf(params)).toBe(Object.prototype)
        expect("polluted" in (params ?? {})).toBe(false)
        expect("polluted" in {}).toBe(false)
      })
    )
  )

  for (const key of ["__proto__", "\\u005f_proto__", "__pr\\u006Fto__"]) {
    effect(`with ${key} in a caller's own map does not change the prototype of that map`, () =>
      answering(`{"${key}": {"polluted": true}, "kept": "\\u00e9"}`)(() =>
        Effect.gen(function* () {
          const anything = Schema.Record({ key: Schema.String, value: Schema.Unknown })
          const map = yield* (yield* ApiClient).get("/api/v1/anything", anything)
          expect(map).toEqual({ kept: "é" })
          expect(Object.getPrototypeOf(map)).toBe(Object.prototype)
        })
      )
    )
  }

  effect("with __proto__ as a field of an error gives a message about that field, and nothing else", () =>
    answering(
      '{"__proto__": ["no"], "constructor": ["never"], "name": ["too long"]}',
      {},
      400
    )(() =>
      Effect.map(failure, (error) => {
        expect(error.fieldErrors?.["name"]).toEqual(["too long"])
        expect(Object.keys(error.fieldErrors ?? {})).toEqual(["constructor", "name"])
        expect(Object.getPrototypeOf(error.fieldErrors)).toBe(Object.prototype)
        expect("polluted" in {}).toBe(false)
        expect(error.message).toContain("too long")
      })
    )
  )

  effect("with the same key twice has the value of the last one", () =>
    answering(withKeys('"id": "first"'))(() => Effect.map(getOne(), ({ id }) => expect(id).toBe("a")))
  )

  const app = (fileSize: string) =>
    `{"id": "a", "name": "App", "file_key": "c/App_0a1b2c3d.pkg", "install_type": "package",
      "install_enforcement": "install_once", "active": true, "restart": false, "file_size": ${fileSize},
      "created_at": "", "updated_at": ""}`
  const sizeOf = Effect.flatMap(CustomApps, (apps) => Effect.map(apps.get("a"), (found) => found.file_size))

  effect("with a number beyond 2^53 gives the nearest number that exists", () =>
    answering(app("9007199254740993"))(() => Effect.map(sizeOf, (size) => expect(size).toBe(9007199254740992)))
  )

  effect("with a whole number beyond 2^53 as an id is a Decode, because it may be another id", () =>
    answering('{"count": 1, "results": [{"id": 9007199254740993, "name": "x", "templates": []}]}')(() =>
      Effect.gen(function* () {
        const blueprints = yield* Blueprints
        const error = yield* Effect.flip(Stream.runCollect(blueprints.templates()))
        expect(error.reason).toBe("Decode")
      })
    )
  )

  effect("with 1e999 as a size is a Decode, because no number is that large", () =>
    answering(app("1e999"))(() =>
      Effect.map(Effect.flip(sizeOf), (error) => {
        expect(error.reason).toBe("Decode")
        expect(error.detail).toContain("file_size")
      })
    )
  )

  effect("with 1e999 as a count is a Decode", () =>
    answering('{"count": 1e999, "next": null, "previous": null, "results": []}')(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip((yield* CustomScripts).list())
        expect(error.reason).toBe("Decode")
        expect(error.detail).toContain("count")
      })
    )
  )

  effect("with the wrong type is a Decode that names the place and the type, and never the value", () =>
    answering(JSON.stringify(script("a", { name: { secret: "hunter2" }, active: "hunter2" })))(() =>
      Effect.map(failure, (error) => {
        expect(error.detail).toContain("name")
        expect(`${error.message} ${JSON.stringify(error)}`).not.toContain("hunter2")
      })
    )
  )

  effect("with a million invalid records is one Decode with a short message", () =>
    answering(`{"count": 1, "next": null, "results": [${"1,".repeat(999_999)}1]}`)(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip((yield* CustomScripts).list())
        expect(isApiClientError(error)).toBe(true)
        expect(error.reason).toBe("Decode")
        expect(error.message.length).toBeLessThan(1000)
      })
    )
  )
})
