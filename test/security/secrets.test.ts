/**
 * The search for secrets finds them. If it could not, the tests that find no secret would prove nothing.
 */
import { expect, test } from "vitest"
import { leaks, secrets, writtenDown } from "./secrets.js"

for (const [name, secret] of Object.entries(secrets)) {
  test(`${name} is found in clear, percent-encoded, in hex, and in base64 after any other text`, () => {
    const disguises = [
      secret,
      encodeURIComponent(secret),
      Buffer.from(secret).toString("hex"),
      ...["", "B", "Be", "Bearer "].map((before) => Buffer.from(`${before}${secret} and more`).toString("base64")),
      Buffer.from(`xy${secret}z`).toString("base64url"),
      JSON.stringify({ headers: { authorization: `Bearer ${secret}` } })
    ]
    for (const text of disguises) expect(leaks([{ where: "here", text: `around ${text} it` }])).not.toEqual([])
  })

  test(`${name} is found deep in an error: in a hidden property, a cause of a cause, a map or a list`, () => {
    const holders = [
      Object.defineProperty(new Error("x"), "request", { value: { headers: { authorization: secret } } }),
      new Error("x", { cause: new Error("y", { cause: { deep: { deeper: { deepest: [[[secret]]] } } } }) }),
      new AggregateError([new Error(secret)], "x"),
      { map: new Map([["key", new Set([secret])]]) }
    ]
    for (const holder of holders) expect(leaks(writtenDown("it", holder))).not.toEqual([])
  })
}

test("text without a secret is not reported", () => {
  expect(leaks(writtenDown("it", new Error("The token is wrong", { cause: { token: "<redacted>" } })))).toEqual([])
})
