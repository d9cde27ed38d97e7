/**
 * The hosts that are accepted as a tenant's: those of the vendor, this machine, and one named host.
 */
import { ApiConfig } from "effect-iru"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"
import { token } from "../support/tenant.js"

const fromVariables = (variables: Readonly<Record<string, string>>): string =>
  Effect.runSync(
    ApiConfig.pipe(
      Effect.provide(ApiConfig.layerConfig()),
      Effect.withConfigProvider(
        ConfigProvider.fromMap(new Map(Object.entries({ IRU_API_TOKEN: token, ...variables })))
      ),
      Effect.match({ onFailure: String, onSuccess: ({ tenantUrl }) => tenantUrl })
    )
  )

const at = (tenantUrl: string, variables: Readonly<Record<string, string>> = {}) =>
  fromVariables({ IRU_TENANT_URL: tenantUrl, ...variables })

describe("a tenant on this machine needs no setting", () => {
  test.each([
    ["http://127.0.0.1:8080", "http://127.0.0.1:8080"],
    ["http://localhost:8080/", "http://localhost:8080"],
    ["localhost:8080", "http://localhost:8080"],
    ["HTTP://LOCALHOST:8080/api/v1/", "http://localhost:8080"],
    ["http://[::1]:8080", "http://[::1]:8080"],
    ["http://127.8.9.10:65535", "http://127.8.9.10:65535"],
    ["https://localhost:8443", "https://localhost:8443"],
    ["http://127.0.0.1", "http://127.0.0.1"]
  ])("%s", (text, origin) => expect(at(text)).toBe(origin))

  test("the setting of older versions is ignored, whatever its value", () => {
    for (const value of ["true", "false", "maybe", ""]) {
      expect(at("http://127.0.0.1:8080", { IRU_ALLOW_LOOPBACK: value })).toBe("http://127.0.0.1:8080")
      expect(at("http://sandbox:8080", { IRU_ALLOW_LOOPBACK: value })).toContain("unknown API host")
    }
  })
})

describe("any other address is an unknown API host, and the message lists the known ones", () => {
  test.each([
    "http://sandbox:8080",
    "http://192.168.1.5:8080",
    "https://example.com",
    "https://127.0.0.1.example.com",
    "http://localhost.example.com:8080",
    "http://127.0.0.256:80",
    "http://128.0.0.1:80",
    "http://0.0.0.0:8080",
    "http://[::]:8080",
    "accuhive",
    "https://x.api.iru.net"
  ])("%s", (text) => {
    const message = at(text)
    expect(message).toContain("unknown API host")
    for (const host of [".api.kandji.io", ".api.eu.kandji.io", ".api.iru.com", ".api.eu.iru.com"]) {
      expect(message).toContain(host)
    }
  })

  test("a token that was pasted as the URL is not in the message", () => expect(at(token)).not.toContain(token))

  test("user names, paths and impossible ports are refused on this machine too", () => {
    expect(at("http://me:secret@127.0.0.1:8080")).toContain("user name or a password")
    expect(at("http://127.0.0.1:8080/other")).toContain("path")
    for (const port of ["0", "65536", "08080", "", "80a"])
      expect(at(`http://localhost:${port}`)).toContain("The tenant URL must be")
  })
})

describe("IRU_ALLOW_INSECURE_HOST allows one host without TLS, for a sandbox in another container", () => {
  test.each([
    ["http://sandbox:8080", "sandbox:8080", "http://sandbox:8080"],
    ["sandbox:8080", "sandbox:8080", "http://sandbox:8080"],
    ["http://Sandbox:8080/", " sandbox:8080 ", "http://sandbox:8080"],
    ["http://iru_sandbox.internal", "iru_sandbox.internal", "http://iru_sandbox.internal"],
    ["http://192.168.1.5:8080", "192.168.1.5:8080", "http://192.168.1.5:8080"],
    ["http://[fd00::5]:8080", "[fd00::5]:8080", "http://[fd00::5]:8080"]
  ])("%s with %s", (url, host, origin) => expect(at(url, { IRU_ALLOW_INSECURE_HOST: host })).toBe(origin))

  test("only this host with this port is allowed", () => {
    for (const url of ["http://sandbox", "http://sandbox:8081", "http://other:8080", "http://my.sandbox:8080"]) {
      expect(at(url, { IRU_ALLOW_INSECURE_HOST: "sandbox:8080" })).toContain("only sandbox:8080 is allowed besides")
    }
  })

  test("a list, a URL, a wildcard or a word such as true is refused if the setting is used", () => {
    for (const value of ["a:1,b:2", "http://sandbox:8080", "*", "sandbox:8080/", "me@sandbox:8080", "sandbox:x"]) {
      expect(at("http://sandbox:8080", { IRU_ALLOW_INSECURE_HOST: value })).toContain("must be one host and its port")
    }
    expect(at("http://sandbox:8080", { IRU_ALLOW_INSECURE_HOST: "true" })).toContain("unknown API host")
  })

  test("a real tenant still needs TLS, and its configuration is valid", () => {
    for (const value of ["accuhive.api.kandji.io", "accuhive.api.kandji.io:80", "sandbox:8080", "http://what", ""]) {
      expect(at("http://accuhive.api.kandji.io", { IRU_ALLOW_INSECURE_HOST: value })).toBe(
        "https://accuhive.api.kandji.io"
      )
    }
    expect(at("http://a.b.kandji.io", { IRU_ALLOW_INSECURE_HOST: "a.b.kandji.io" })).toContain("unknown API host")
  })

  test("the setting works as an option too", () => {
    const options = { tenantUrl: "http://sandbox:8080", apiToken: token, allowInsecureHost: "sandbox:8080" }
    const { tenantUrl } = Effect.runSync(Effect.provide(ApiConfig, ApiConfig.layer(options)))
    expect(tenantUrl).toBe("http://sandbox:8080")
  })
})
