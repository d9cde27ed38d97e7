/**
 * What a caller reads where the service refuses, or answers with something else than was asked for.
 */
import { effect } from "@effect/vitest"
import { ApiClientError, CustomScripts } from "effect-iru"
import * as Effect from "effect/Effect"
import { describe, expect } from "vitest"
import { pageOf, scriptId, scriptRecord } from "../support/records.js"
import type { Reply } from "../support/server.js"
import { token, withTenant } from "../support/tenant.js"

const path = `/api/v1/library/custom-scripts/${scriptId}`
const html = { "content-type": "text/html" }

const get = (reply: Reply) =>
  withTenant(() => reply)(() => Effect.flatMap(CustomScripts, (scripts) => Effect.flip(scripts.get(scriptId))))

const create = (reply: Reply) =>
  withTenant(() => reply)(() =>
    Effect.flatMap(CustomScripts, (scripts) =>
      Effect.flip(scripts.create({ name: "x", script: "echo", execution_frequency: "once" }))
    )
  )

describe("a refusal", () => {
  const cases: ReadonlyArray<readonly [string, Reply, Partial<ApiClientError>, string]> = [
    [
      "an id that is unknown",
      { status: 404, body: { detail: "No CustomScript matches the given query." } },
      { reason: "NotFound", status: 404, detail: "No CustomScript matches the given query." },
      `CustomScripts.get: not found (404). No CustomScript matches the given query. (GET ${path})`
    ],
    [
      "a 404 as a page of HTML",
      { status: 404, headers: html, body: "<!doctype html>\n<html><body><h1>Not Found</h1></body></html>" },
      { reason: "NotFound", status: 404, detail: "Not Found" },
      `CustomScripts.get: not found (404). Not Found. (GET ${path})`
    ],
    [
      "a 404 of the gateway, which knows no such address",
      { status: 404, body: { message: "no Route matched with those values", request_id: "1" } },
      { reason: "NotFound", status: 404, detail: "no Route matched with those values" },
      `CustomScripts.get: the gateway knows no such address (404): check the tenant URL and the path. no Route matched with those values. (GET ${path})`
    ],
    [
      "a 404 without a body",
      { status: 404 },
      { reason: "NotFound", status: 404 },
      `CustomScripts.get: not found (404). (GET ${path})`
    ],
    [
      "a 401",
      { status: 401, body: { detail: "Invalid token." } },
      { reason: "Unauthorized", status: 401, detail: "Invalid token." },
      `CustomScripts.get: the API token is wrong, expired or revoked (401). Invalid token. (GET ${path})`
    ],
    [
      "a 403",
      { status: 403, body: { detail: "You do not have permission to perform this action." } },
      { reason: "Forbidden", status: 403 },
      `CustomScripts.get: the API token has no permission for this endpoint (403): grant it to the token in Iru. You do not have permission to perform this action. (GET ${path})`
    ]
  ]
  for (const [name, reply, facts, message] of cases) {
    effect(`${name} says what happened, to what, and what to do`, () =>
      Effect.gen(function* () {
        const error = yield* get(reply)
        expect(error).toBeInstanceOf(ApiClientError)
        expect(error).toMatchObject({ operation: "CustomScripts.get", method: "GET", path, ...facts })
        expect(error.message).toBe(message)
        expect(JSON.stringify(error)).not.toContain(token)
      })
    )
  }
})

describe("who answers", () => {
  const advice =
    "Look at what stands between this machine and the tenant: a proxy, a firewall, a VPN, the sign-in page (captive portal) of a network; and at the tenant URL."
  const cases: ReadonlyArray<readonly [string, Reply, ApiClientError["reason"], string]> = [
    [
      "a firewall that refuses with a page",
      { status: 403, headers: { ...html, server: "BigIP" }, body: "<html><title>Request\n Rejected</title></html>" },
      "Forbidden",
      `something on the way answers in the service's place: a page "Request Rejected" (Server: BigIP) (403). ${advice}`
    ],
    [
      "a proxy that asks who you are",
      { status: 401, headers: { via: "1.1 squid", server: "squid/5.7" }, body: "<!DOCTYPE html><h1>Sign in</h1>" },
      "Unauthorized",
      `something on the way answers in the service's place: a page "Sign in" (Server: squid/5.7, Via: 1.1 squid) (401). ${advice}`
    ],
    [
      "a CDN that refuses in plain text",
      { status: 403, headers: { server: "cloudflare" }, body: "error code: 1020" },
      "Forbidden",
      `something on the way answers in the service's place: a text that is no JSON (Server: cloudflare) (403). ${advice}`
    ],
    [
      "somebody who says nothing",
      { status: 403 },
      "Forbidden",
      `refused without a reason: an empty answer (403). Either the API token is wrong or has no permission for this endpoint, or something on the way refused. ${advice}`
    ],
    [
      "a web server that knows no such page",
      { status: 404, headers: { ...html, server: "nginx" }, body: "<html><title>404 Not Found</title></html>" },
      "NotFound",
      `something on the way answers in the service's place: a page "404 Not Found" (Server: nginx) (404). ${advice}`
    ],
    [
      "a gateway whose service is down",
      { status: 502, headers: { ...html, server: "nginx" }, body: "<html><title>502 Bad Gateway</title></html>" },
      "Unavailable",
      'the service is not available: a page "502 Bad Gateway" (Server: nginx) (502) answers in its place.'
    ]
  ]
  for (const [name, reply, reason, message] of cases) {
    effect(`${name} is named, and the token is not blamed`, () =>
      withTenant(() => reply, { retry: { times: 0 } })(() =>
        Effect.gen(function* () {
          const error = yield* Effect.flip((yield* CustomScripts).get(scriptId))
          expect(error.reason).toBe(reason)
          expect(error.message).toBe(`CustomScripts.get: ${message} (GET ${path})`)
        })
      )
    )
  }

  effect("a page that repeats the token is named without it", () =>
    Effect.gen(function* () {
      for (const status of [200, 403]) {
        const error = yield* get({
          status,
          headers: { ...html, server: `debug ${token}` },
          body: `<html><title>Bearer ${token}</title></html>`
        })
        expect(error.message).toContain('a page "Bearer <redacted>" (Server: debug <redacted>)')
        expect(JSON.stringify(error)).not.toContain(token)
      }
    })
  )
})

describe("a 400", () => {
  const field = { execution_frequency: ["Invalid."], script: ["Required.", "Too long."] }
  const shapes: ReadonlyArray<readonly [string, unknown, Partial<ApiClientError>, string]> = [
    [
      "a map of fields",
      field,
      { fieldErrors: field },
      "the server refused it (400). execution_frequency: Invalid.; script: Required. Too long."
    ],
    [
      "a list of texts",
      ["Blueprint type does not match the source blueprint type"],
      { detail: "Blueprint type does not match the source blueprint type" },
      "the server refused it (400). Blueprint type does not match the source blueprint type."
    ],
    [
      "a JSON string",
      JSON.stringify("This device is already locked."),
      { detail: "This device is already locked." },
      "the server refused it (400). This device is already locked."
    ],
    [
      "plain text",
      "Assignment node not found",
      { detail: "Assignment node not found" },
      "the server refused it (400). Assignment node not found."
    ],
    [
      "an object with a detail",
      { detail: "User still assigned to one or more devices." },
      { detail: "User still assigned to one or more devices." },
      "the server refused it (400). User still assigned to one or more devices."
    ],
    [
      "an object with an error",
      { error: "Command already running" },
      { detail: "Command already running" },
      "the server refused it (400). Command already running."
    ]
  ]
  for (const [name, body, facts, message] of shapes) {
    effect(`as ${name} is told in the server's words, and its text is kept`, () =>
      Effect.gen(function* () {
        const error = yield* create({ status: 400, body })
        expect(error).toMatchObject({ reason: "BadRequest", status: 400, ...facts })
        expect(error.message).toBe(`CustomScripts.create: ${message} (POST /api/v1/library/custom-scripts)`)
        expect(error.body).toBe(typeof body === "string" ? body : JSON.stringify(body))
      })
    )
  }

  effect("as nothing that anybody can read is told by its status, and its text is kept", () =>
    Effect.gen(function* () {
      for (const body of ["", "{}", "[]", "null", "7", '{"a":{"b":1}}']) {
        const error = yield* create({ status: 400, body })
        expect(error.message).toContain("the server refused it (400).")
        expect(error.body).toBe(body)
      }
    })
  )
})

describe("a 200", () => {
  effect("that is not JSON says so", () =>
    Effect.gen(function* () {
      const page = yield* get({ headers: html, body: "<!doctype html><title>Log in</title>" })
      expect(page).toMatchObject({ reason: "Decode", status: 200, operation: "CustomScripts.get", path })
      expect(page.message).toContain("Invalid JSON")
      expect((yield* get({ body: "" })).message).toContain("Invalid JSON: the body is empty.")
      expect((yield* get({ body: '{"id":' })).message).toContain("Invalid JSON")
    })
  )

  effect("that is a profile says what it is, and blames nobody on the way", () =>
    Effect.gen(function* () {
      const error = yield* get({
        headers: { "content-type": "application/x-apple-aspen-config; charset=utf-8" },
        body: '<?xml version="1.0"?><plist/>'
      })
      expect(error.detail).toBe("Invalid JSON: the body is application/x-apple-aspen-config.")
    })
  )

  effect("with a key missing names the key", () =>
    Effect.gen(function* () {
      const { restart: _missing, ...record } = scriptRecord()
      const error = yield* get({ body: record })
      expect(error).toMatchObject({ reason: "Decode", fieldErrors: { restart: ["is missing"] } })
      expect(error.message).toContain("restart: is missing")
    })
  )

  effect("whose third record of the second page has a key missing names the record and the key", () =>
    withTenant(({ query }) => {
      const { script: _missing, ...broken } = scriptRecord()
      return {
        body:
          query["page"] === "2"
            ? pageOf([scriptRecord(), scriptRecord(), broken])
            : pageOf([scriptRecord(), scriptRecord()], { next: "?page=2" })
      }
    })(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip((yield* CustomScripts).list())
        expect(error).toMatchObject({ reason: "Decode", operation: "CustomScripts.list" })
        expect(error.message).toContain("record 5 of the listing")
        expect(error.message).toContain("results[2].script: is missing")
      })
    )
  )

  effect("with a value of another type names the place and the type, and not the value", () =>
    Effect.gen(function* () {
      const error = yield* get({ body: scriptRecord({ script: { text: "a secret" } }) })
      expect(error.message).toContain("script: Expected string")
      expect(error.message).not.toContain("a secret")
    })
  )
})
