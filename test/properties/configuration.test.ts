import { ApiConfig } from "effect-iru"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FastCheck from "effect/FastCheck"
import type * as Layer from "effect/Layer"
import { expect, test } from "vitest"
import { token } from "../support/tenant.js"

const read = <E>(layer: Layer.Layer<ApiConfig, E>) => Effect.runSyncExit(Effect.provide(ApiConfig, layer))

const fromOptions = (tenantUrl: string, apiToken = token) => read(ApiConfig.layer({ tenantUrl, apiToken }))

const fromVariables = (variables: Readonly<Record<string, string>>) =>
  Effect.runSyncExit(
    Effect.withConfigProvider(
      Effect.provide(ApiConfig, ApiConfig.layerConfig()),
      ConfigProvider.fromMap(new Map(Object.entries(variables)))
    )
  )

const originOf = (exit: Exit.Exit<ApiConfig.Service, unknown>) =>
  Exit.isSuccess(exit) ? exit.value.tenantUrl : undefined

const textOf = (exit: Exit.Exit<ApiConfig.Service, unknown>) => (Exit.isSuccess(exit) ? "" : Cause.pretty(exit.cause))

const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
const subdomain = FastCheck.tuple(
  FastCheck.constantFrom(...letters),
  FastCheck.string({ unit: FastCheck.constantFrom(...letters, "-"), maxLength: 20 }),
  FastCheck.constantFrom(...letters)
).map((parts) => parts.join(""))
const domain = FastCheck.constantFrom("api.kandji.io", "api.eu.kandji.io", "api.iru.com", "api.eu.iru.com")

/** A text with random capitals. */
const inAnyCase = (text: string) =>
  FastCheck.array(FastCheck.boolean(), { minLength: text.length, maxLength: text.length }).map((capitals) =>
    [...text].map((char, index) => (capitals[index] ? char.toUpperCase() : char)).join("")
  )

const accepted = FastCheck.tuple(subdomain, domain).chain(([subdomain, domain]) =>
  FastCheck.tuple(
    FastCheck.constantFrom("", " ", "\n"),
    FastCheck.constantFrom("https://", "http://", "//", ""),
    FastCheck.constantFrom("", "/", "//", "/api/v1", "/api/v1/", "/api/v2"),
    FastCheck.constantFrom("", " ", "\n")
  ).chain(([before, scheme, rest, after]) =>
    inAnyCase(`${scheme}${subdomain}.${domain}`).map((url) => ({
      text: `${before}${url}${rest}${after}`,
      origin: `https://${subdomain}.${domain}`
    }))
  )
)

test("every spelling of a tenant's address means the same origin, in options and in variables", () =>
  FastCheck.assert(
    FastCheck.property(accepted, ({ origin, text }) => {
      expect(originOf(fromOptions(text))).toBe(origin)
      expect(originOf(fromVariables({ IRU_TENANT_URL: text, IRU_API_TOKEN: token }))).toBe(origin)
      expect(originOf(fromVariables({ IRUCTL_TENANT: text, IRUCTL_TOKEN: token }))).toBe(origin)
    })
  ))

/** A valid address with something inserted that does not belong there. */
const bent = FastCheck.tuple(
  accepted,
  FastCheck.nat({ max: 60 }),
  FastCheck.oneof(
    FastCheck.constantFrom(
      "@",
      ":",
      ":443",
      "?",
      "#",
      "/",
      "\\",
      "%2e",
      ".",
      "..",
      "_",
      " ",
      "\t",
      "\0",
      "evil.example/"
    ),
    FastCheck.string({ unit: "binary", minLength: 1, maxLength: 3 })
  )
).map(([{ text }, place, foreign]) => text.slice(0, place) + foreign + text.slice(place))

test("any accepted address is the origin of a tenant, so the token is sent nowhere else", () =>
  FastCheck.assert(
    FastCheck.property(FastCheck.oneof(bent, FastCheck.string({ unit: "binary" }), FastCheck.webUrl()), (text) => {
      const exit = fromOptions(text)
      const origin = originOf(exit)
      if (origin === undefined) {
        expect(textOf(exit)).toContain("The tenant URL must be a valid Kandji or Iru API URL")
      } else {
        expect(origin).toMatch(/^https:\/\/[a-z0-9]([a-z0-9-]*[a-z0-9])?\.api(\.eu)?\.(kandji\.io|iru\.com)$/)
        expect(text.toLowerCase()).toContain(origin.slice("https://".length))
        expect(new URL(origin).origin).toBe(origin)
      }
    }),
    { numRuns: 1000 }
  ))

const hex = (length: number) =>
  FastCheck.string({ unit: FastCheck.constantFrom(..."0123456789abcdefABCDEF"), minLength: length, maxLength: length })

const rightToken = FastCheck.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((parts) => parts.join("-"))

const wrongToken = FastCheck.oneof(
  FastCheck.string({ unit: "binary", minLength: 6 }),
  FastCheck.tuple(rightToken, FastCheck.string({ unit: "grapheme", minLength: 1, maxLength: 3 })).map((parts) =>
    parts.join("")
  ),
  rightToken.map((token) => token.slice(1)),
  rightToken.map((token) => token.replaceAll("-", ""))
).filter((token) => token.trim() !== "" && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(token.trim()))

test("a token of the right shape is accepted, and any other is refused without being shown", () =>
  FastCheck.assert(
    FastCheck.property(rightToken, wrongToken, (right, wrong) => {
      expect(Exit.isSuccess(fromOptions("x.api.iru.com", right))).toBe(true)
      for (const exit of [
        fromOptions("x.api.iru.com", wrong),
        fromOptions("nowhere", wrong),
        fromVariables({ IRU_TENANT_URL: "x.api.iru.com", IRU_API_TOKEN: wrong })
      ]) {
        expect(textOf(exit)).toMatch(/The API token (?:must be|stands in|begins with)/)
        expect(textOf(exit)).not.toContain(wrong)
      }
    })
  ))
