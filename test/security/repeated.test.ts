/**
 * A server that repeats the token: the failure shows no part of it, wherever the text is cut off.
 */
import { effect } from "@effect/vitest"
import { CustomScripts } from "effect-iru"
import * as Effect from "effect/Effect"
import { inspect } from "node:util"
import { expect } from "vitest"
import { scriptRecord } from "../support/records.js"
import { token, withTenant } from "../support/tenant.js"

const get = Effect.flatMap(CustomScripts, (scripts) => scripts.get("a"))

/** How many characters come before the token, so that the text is cut off in the middle of the token. */
const cuts = [480, 4_080, 65_516]

for (const before of cuts) {
  for (const [what, bodyOf] of [
    ["plain text", (text: string) => text],
    ["a detail", (text: string) => JSON.stringify({ detail: text })],
    ["a message about a field", (text: string) => JSON.stringify({ name: [text] })],
    ["the title of a page", (text: string) => `<html><title>${text}</title>`]
  ] as const) {
    effect(`neither a token after ${before} characters of ${what} nor the beginning of that token is shown`, () =>
      withTenant(() => ({ status: 400, body: bodyOf(`${"x".repeat(before)}${token} and more`) }))(() =>
        Effect.gen(function* () {
          const error = yield* Effect.flip(get)
          const shown = `${error.message} ${JSON.stringify(error)} ${inspect(error, { maxStringLength: null })}`
          expect(shown).not.toContain(token.slice(0, 10))
        })
      )
    )
  }
}

effect("a record with the token in it is returned unchanged", () =>
  withTenant(() => ({ body: scriptRecord({ script: `curl -H "Authorization: Bearer ${token}"` }) }))(() =>
    Effect.map(get, ({ script }) => expect(script).toContain(token))
  )
)

const escapedBy = (escape: (code: number) => string) => Array.from(token, (c) => escape(c.charCodeAt(0))).join("")
const base64 = (text: string) => Buffer.from(text).toString("base64")

for (const [how, echo] of [
  ["in capitals", token.toUpperCase()],
  ["percent-encoded", escapedBy((code) => `%${code.toString(16)}`)],
  ["partly percent-encoded, and twice", token.replace("-", "%2D").replaceAll("-", "%252d")],
  ["escaped as in JSON", escapedBy((code) => `\\u00${code.toString(16)}`)],
  ["escaped as in HTML", escapedBy((code) => `&#${code};`)],
  ["in hex", Buffer.from(token).toString("hex")],
  ["in base64", base64(token)],
  ["in base64, as a header", base64(`Authorization: Bearer ${token}`)],
  ["in base64, as a password", base64(`api:${token}`)],
  ["in base64, in the middle of something", base64(`x:${token}?`)],
  ["in capitals, in base64", base64(`x:${token.toUpperCase()}?`)],
  ["in capitals, in hex", Buffer.from(token.toUpperCase()).toString("hex")],
  [
    "in base64, in lines of 76",
    base64(`x-forwarded-authorization: Bearer ${token} and more`).replace(/.{76}/g, "$&\r\n")
  ],
  ["in base64, in lines of 20", base64(`Bearer ${token}`).replace(/.{20}/g, "$&\n")],
  ["without dashes", token.replaceAll("-", "")],
  ["without dashes, in base64", base64(`id=${token.replaceAll("-", "")}`)],
  ["escaped as in Python", escapedBy((code) => `\\x${code.toString(16)}`)]
] as const) {
  effect(`a token that the server repeats ${how} is not shown`, () =>
    withTenant(() => ({ status: 403, body: { detail: `no: ${echo} is unknown`, header: [echo] } }))(() =>
      Effect.gen(function* () {
        const error = yield* Effect.flip(get)
        const shown = `${error.message} ${JSON.stringify(error)} ${inspect(error, { maxStringLength: null })}`
        for (const part of [echo.slice(-24, -8), token.slice(8, 24), base64(token).slice(8, 24)])
          expect(shown).not.toContain(part)
        expect(error.message).toContain("no: ")
        expect(error.message).toContain("is unknown")
      })
    )
  )
}
