/**
 * Failures as values: caught by reason, told apart, written down and read again.
 */
import { effect } from "@effect/vitest"
import {
  ApiClientError,
  ApiClientErrorReason,
  catchReason,
  isApiClientError,
  isPayloadError,
  PayloadIntegrityError,
  PayloadTransferError,
  PayloadTransferErrorReason
} from "effect-iru"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"

const apiError = (reason: ApiClientErrorReason) =>
  new ApiClientError({ reason, operation: "CustomApps.get", method: "GET", path: "/x", status: 418 })
const transferError = new PayloadTransferError({ reason: "Stalled", direction: "upload", name: "app.pkg", bytes: 7 })
const integrityError = new PayloadIntegrityError({
  direction: "download",
  name: "app.pkg",
  check: "sha256",
  expected: "ab",
  actual: "cd"
})

describe("catchReason", () => {
  effect("catches its reason, in either order of arguments, and passes every other", () =>
    Effect.gen(function* () {
      for (const reason of ApiClientErrorReason.literals) {
        const failing = Effect.fail(apiError(reason))
        const expected = reason === "NotFound" ? "caught" : reason
        const caught = failing.pipe(catchReason("NotFound", () => Effect.succeed("caught")))
        expect(yield* Effect.catchAll(caught, (error) => Effect.succeed(error.reason))).toBe(expected)
        const first = catchReason(failing, "NotFound", () => Effect.succeed("caught"))
        expect(yield* Effect.catchAll(first, (error) => Effect.succeed(error.reason))).toBe(expected)
      }
    })
  )

  effect("catches one of several reasons", () =>
    Effect.gen(function* () {
      const recovered = (reason: ApiClientErrorReason) =>
        Effect.fail(apiError(reason)).pipe(
          catchReason(["Timeout", "Transport"], (error) => Effect.succeed(`again after ${error.reason}`)),
          Effect.merge
        )
      expect(yield* recovered("Timeout")).toBe("again after Timeout")
      expect(yield* recovered("Transport")).toBe("again after Transport")
      expect(yield* recovered("Conflict")).toBeInstanceOf(ApiClientError)
    })
  )

  effect("leaves other failures, defects and successes alone", () =>
    Effect.gen(function* () {
      const recover = catchReason("NotFound", () => Effect.succeed("caught"))
      expect(yield* Effect.flip(recover(Effect.fail(transferError)))).toBe(transferError)
      expect(yield* Effect.flip(recover(Effect.fail({ reason: "NotFound" })))).toEqual({ reason: "NotFound" })
      expect(Exit.isFailure(yield* Effect.exit(recover(Effect.die(apiError("NotFound")))))).toBe(true)
      expect(yield* recover(Effect.succeed(1))).toBe(1)
    })
  )
})

describe("the two failures of a transfer", () => {
  test("are one family for instanceof and the guard, and two for their tags", () => {
    expect(integrityError).toBeInstanceOf(PayloadTransferError)
    expect(integrityError).toBeInstanceOf(PayloadIntegrityError)
    expect(transferError).toBeInstanceOf(PayloadTransferError)
    expect(transferError).not.toBeInstanceOf(PayloadIntegrityError)
    expect([transferError, integrityError].every(isPayloadError)).toBe(true)
    expect(isPayloadError(apiError("NotFound"))).toBe(false)
    expect(isApiClientError(transferError)).toBe(false)
    expect([transferError._tag, integrityError._tag]).toEqual(["PayloadTransferError", "PayloadIntegrityError"])
  })

  test("each say what happened to what", () => {
    expect(integrityError.message).toBe("download of app.pkg: its sha256 is cd, expected ab")
    for (const reason of PayloadTransferErrorReason.literals) {
      const error = new PayloadTransferError({
        reason,
        direction: "upload",
        name: "app.pkg",
        status: 403,
        code: "Code"
      })
      expect(error.message).toMatch(/^upload of app\.pkg: [a-z].* \(403, Code\)$/)
    }
  })
})

test("every reason of an ApiClientError has words of its own", () => {
  const messages = ApiClientErrorReason.literals.map((reason) => apiError(reason).message)
  expect(new Set(messages).size).toBe(messages.length)
  for (const message of messages) expect(message).toMatch(/^CustomApps\.get: .+ \(GET \/x\)$/)
})

test("a failure can be written down as JSON and read again", () => {
  const Failure = Schema.Union(ApiClientError, PayloadTransferError, PayloadIntegrityError)
  const limited = new ApiClientError({
    reason: "RateLimited",
    operation: "CustomApps.list",
    status: 429,
    retryAfter: Duration.seconds(3),
    fieldErrors: { "": ["slow down"] }
  })
  for (const failure of [limited, transferError, integrityError]) {
    const text = JSON.stringify(Schema.encodeSync(Failure)(failure))
    const again = Schema.decodeUnknownSync(Failure)(JSON.parse(text))
    expect(again._tag).toBe(failure._tag)
    expect(again.message).toBe(failure.message)
    expect(again).toEqual(failure)
  }
})
