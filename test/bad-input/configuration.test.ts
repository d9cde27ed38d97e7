/**
 * What a caller reads where the tenant URL or the token is wrong.
 */
import { effect } from "@effect/vitest"
import { ApiConfig } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe, expect } from "vitest"
import { token } from "../support/tenant.js"

const told = <A, E>(layer: Layer.Layer<A, E>) =>
  Effect.map(Effect.sandbox(Effect.flip(Effect.sandbox(Effect.scoped(Layer.build(layer))))), Cause.pretty)

describe("a tenant URL", () => {
  for (const [tenantUrl, why] of [
    ["", "it is empty"],
    ["ftp://x.api.iru.com", "ftp: is not https:"],
    ["https://user:secret@x.api.iru.com", "it holds a user name or a password"],
    ["https://x.api.iru.com?x=1", "it holds a query or a fragment"],
    ["https://x.api.iru.com:8443", "it names a port"],
    ["https://x.iru.com", 'x.iru.com is the web app; put ".api." in: x.api.iru.com'],
    ["https://x.eu.kandji.io", 'x.eu.kandji.io is the web app; put ".api." in: x.api.eu.kandji.io'],
    ["https://x.api.example.com", "unknown API host"],
    ["https://a.b.api.iru.com", "unknown API host"],
    ["https://x.api.iru.com/devices", "it holds a path"]
  ] as const) {
    effect(`${JSON.stringify(tenantUrl)} is refused: ${why}`, () =>
      Effect.gen(function* () {
        const message = yield* told(Iru.layer({ tenantUrl, apiToken: token }))
        expect(message).toContain(why)
        expect(message).toContain("https://<subdomain>.api.kandji.io")
        expect(message).not.toContain("secret")
      })
    )
  }
})

describe("a token", () => {
  const problems = [
    ["", "The API token is empty."],
    [" \r\n", "The API token is empty."],
    [`"${token}"`, "The API token stands in quotation marks. Leave them out."],
    [`'${token}'`, "The API token stands in quotation marks. Leave them out."],
    [`Bearer ${token}`, 'The API token begins with "Bearer". Leave the word out.'],
    [`${token.slice(0, -1)}`, "The API token must be a valid UUID string"]
  ] as const
  for (const [apiToken, why] of problems) {
    effect(`${JSON.stringify(apiToken)} is refused: ${why}`, () =>
      Effect.gen(function* () {
        const message = yield* told(ApiConfig.layer({ tenantUrl: "x.api.iru.com", apiToken }))
        expect(message).toContain(why)
        expect(message).not.toContain(token.slice(0, -1))
      })
    )
  }

  effect("with white space around it is taken without", () =>
    Effect.gen(function* () {
      for (const apiToken of [`${token}\n`, `${token}\r\n`, `  ${token}\t`]) {
        const config = yield* Effect.provide(ApiConfig, ApiConfig.layer({ tenantUrl: "x.api.iru.com", apiToken }))
        expect(Redacted.value(config.apiToken)).toBe(token)
      }
    })
  )
})

describe("variables", () => {
  const withVariables = (variables: Readonly<Record<string, string>>) =>
    told(
      Layer.provide(
        ApiConfig.layerConfig(),
        Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables))))
      )
    )

  effect("that are missing are named, all of them", () =>
    Effect.gen(function* () {
      const message = yield* withVariables({})
      expect(message).toContain("IRU_TENANT_URL")
      expect(message).toContain("IRU_API_TOKEN")
    })
  )

  effect("that are empty count as not set", () =>
    Effect.gen(function* () {
      const set = { IRU_TENANT_URL: "", IRU_API_TOKEN: " \n", IRUCTL_TENANT: "x.api.iru.com", IRUCTL_TOKEN: token }
      const { apiToken, tenantUrl } = yield* ApiConfig.pipe(
        Effect.provide(ApiConfig.layerConfig()),
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(set))))
      )
      expect(tenantUrl).toBe("https://x.api.iru.com")
      expect(Redacted.value(apiToken)).toBe(token)
      const message = yield* withVariables({ ...set, IRUCTL_TENANT: "", IRUCTL_TOKEN: "" })
      expect(message).toContain("Missing data at IRU_TENANT_URL")
      expect(message).toContain("Missing data at IRU_API_TOKEN")
    })
  )

  effect("that are meant for a sandbox do not spoil the configuration of a tenant", () =>
    Effect.gen(function* () {
      const { tenantUrl } = yield* ApiConfig.pipe(
        Effect.provide(ApiConfig.layerConfig()),
        Effect.withConfigProvider(
          ConfigProvider.fromMap(
            new Map([
              ["IRU_TENANT_URL", "x.api.iru.com"],
              ["IRU_API_TOKEN", token],
              ["IRU_ALLOW_LOOPBACK", "maybe"],
              ["IRU_ALLOW_INSECURE_HOST", "::nonsense::"]
            ])
          )
        )
      )
      expect(tenantUrl).toBe("https://x.api.iru.com")
    })
  )

  effect("that are wrong are named, each under the name that was set, and the token is not shown", () =>
    Effect.gen(function* () {
      const message = yield* withVariables({ IRUCTL_TENANT: "x.iru.com", IRU_API_TOKEN: "my-secret" })
      expect(message).toContain("IRUCTL_TENANT")
      expect(message).toContain("IRU_API_TOKEN")
      expect(message).not.toContain("my-secret")
    })
  )
})
