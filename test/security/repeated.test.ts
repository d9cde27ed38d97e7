/**
 * A server that repeats the token: none of it is in the failure, wherever its text is cut.
 */
import { effect } from "@effect/vitest"
import { CustomScripts } from "effect-iru"
import * as Effect from "effect/Effect"
import { inspect } from "node:util"
import { expect } from "vitest"
import { scriptRecord } from "../support/records.js"
import { token, withTenant } from "../support/tenant.js"

const get = Effect.flatMap(CustomScripts, (scripts) => scripts.get("a"))

/** How many characters come before the token where its middle is the last that is kept. */
const cuts = [480, 4_080, 65_516]

for (const before of cuts) {
  for (const [what, bodyOf] of [
    ["plain text", (text: string) => text],
    ["a detail", (text: string) => JSON.stringify({ detail: text })],
    ["a message about a field", (text: string) => JSON.stringify({ name: [text] })],
    ["the title of a page", (text: string) => `<html><title>${text}</title>`]
  ] as const) {
    effect(`a token that stands after ${before} characters of ${what} is not shown, nor the beginning of it`, () =>
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

effect("a record is given as it is, although the token stands in it", () =>
  withTenant(() => ({ body: scriptRecord({ script: `curl -H "Authorization: Bearer ${token}"` }) }))(() =>
    Effect.map(get, ({ script }) => expect(script).toContain(token))
  )
)
