import { effect } from "@effect/vitest"
import { ApiConfig } from "effect-iru"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Redacted from "effect/Redacted"
import { describe, expect } from "vitest"

const token = "0ff1ce00-cafe-4bad-8bad-c0ffee000001"

const read = (options: Partial<ApiConfig.Options>) =>
  ApiConfig.pipe(
    Effect.provide(ApiConfig.layer({ tenantUrl: "x.api.kandji.io", apiToken: token, ...options })),
    Effect.either
  )

const refusal = (options: Partial<ApiConfig.Options>) =>
  Effect.map(Effect.flatMap(read(options), Either.flip), (error) => error.toString())

describe("configuration", () => {
  const spellings = [
    ...["x.api.kandji.io", "x.api.eu.kandji.io"].flatMap((host) => [host, `${host}/`]),
    "x.api.iru.com"
  ].flatMap((text) =>
    ["https://", "http://", ""].map((scheme) => ({
      text: `${scheme}${text}`,
      origin: `https://${text.replace("/", "")}`
    }))
  )

  effect("CFG-1: every form of a tenant URL is accepted, and the stored value is an https origin", () =>
    Effect.gen(function* () {
      for (const { origin, text } of spellings) {
        expect(Either.map(yield* read({ tenantUrl: text }), (config) => config.tenantUrl)).toEqual(Either.right(origin))
      }
    })
  )

  effect("CFG-2: the token is stored exactly as given, in upper or lower case, and redacted", () =>
    Effect.gen(function* () {
      for (const apiToken of [token, token.toUpperCase(), "00000000-0000-0000-0000-000000000000"]) {
        const config = yield* Effect.flatten(read({ apiToken }))
        expect(Redacted.value(config.apiToken)).toBe(apiToken)
        expect(String(config.apiToken)).toBe("<redacted>")
      }
    })
  )

  const refusedUrls = [
    "ftp://x.api.kandji.io",
    "https://x.api.kandji.io:8080",
    "https://x.kandji.io",
    "https://x.eu.kandji.io",
    "https://example.com",
    "https://x.iru.com",
    "https://x.api.iru.net"
  ]

  effect(
    "CFG-3 CFG-4: other schemes, ports, hosts without api. and other domains are refused, and the error says so",
    () =>
      Effect.gen(function* () {
        for (const tenantUrl of refusedUrls) {
          expect(yield* refusal({ tenantUrl })).toContain("The tenant URL must be a valid Kandji or Iru API URL")
        }
      })
  )

  effect("CFG-3 (improved: the EU tenants of Iru are at api.eu.iru.com): api.eu.iru.com is accepted", () =>
    Effect.gen(function* () {
      const config = yield* Effect.flatten(read({ tenantUrl: "https://x.api.eu.iru.com" }))
      expect(config.tenantUrl).toBe("https://x.api.eu.iru.com")
    })
  )

  const refusedTokens = [
    "",
    "zzzzzzzz-zzzz-4zzz-8zzz-zzzzzzzzzzzz",
    "0ff1ce00-cafe",
    "0ff1ce00cafe4bad8badc0ffee000001"
  ]

  effect(
    "CFG-5 CFG-6 (improved: any version of UUID is valid, so the message names none): other tokens are refused",
    () =>
      Effect.gen(function* () {
        for (const apiToken of refusedTokens) {
          expect(yield* refusal({ apiToken })).toContain('apiToken: "The API token ')
        }
      })
  )

  effect("a wrong URL and a wrong token are reported together, and the token is in no message", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(Effect.flatten(read({ tenantUrl: "ftp://x", apiToken: "secret-of-mine" })))
      const text = exit._tag === "Failure" ? Cause.pretty(exit.cause) : ""
      expect(text).toContain("tenant URL")
      expect(text).toContain("API token")
      expect(text).not.toContain("secret-of-mine")
    })
  )
})
