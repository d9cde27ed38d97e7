/**
 * The compiler checks which errors are left after a recovery.
 */
import {
  ApiClientError,
  type ApiClientErrorOf,
  catchReason,
  type CustomApp,
  CustomApps,
  isApiClientError,
  isPayloadError,
  type PayloadError,
  type PayloadIntegrityError,
  type PayloadTransferError
} from "effect-iru"
import * as Effect from "effect/Effect"
import { describe, expectTypeOf, test } from "vitest"

type Created<A, E> = Effect.Effect<A, E, CustomApps>

const create = Effect.flatMap(CustomApps, (apps) =>
  apps.create({ name: "x", install_type: "package", install_enforcement: "install_once", fileKey: "x" })
)

describe("catchReason", () => {
  test("gives the reason to the handler, and leaves every other reason", () => {
    const recovered = create.pipe(
      catchReason("NotFound", (error) => {
        expectTypeOf(error).toEqualTypeOf<ApiClientErrorOf<"NotFound">>()
        expectTypeOf(error.reason).toEqualTypeOf<"NotFound">()
        return Effect.succeed("none" as const)
      })
    )
    expectTypeOf(recovered).toEqualTypeOf<Created<CustomApp | "none", ApiClientError | PayloadError>>()
  })

  test("catches several reasons, and takes the effect as its first argument", () => {
    const recovered = catchReason(create, ["Conflict", "BadRequest"], (error) => {
      expectTypeOf(error.reason).toEqualTypeOf<"Conflict" | "BadRequest">()
      return Effect.fail("refused" as const)
    })
    expectTypeOf(recovered).toEqualTypeOf<Created<CustomApp, ApiClientError | PayloadError | "refused">>()
  })

  test("does not accept an unknown reason, nor does an error", () => {
    // @ts-expect-error an unknown reason
    void (() => create.pipe(catchReason("Missing", () => Effect.void)))
    // @ts-expect-error an unknown reason
    void (() => new ApiClientError({ reason: "Missing", operation: "x" }))
  })
})

describe("tags and guards", () => {
  test("catch each tag on its own, and both tags of a transfer with the guard", () => {
    const noTransfer = Effect.catchTag(create, "PayloadTransferError", () => Effect.succeed(1))
    expectTypeOf<Effect.Effect.Error<typeof noTransfer>>().toEqualTypeOf<ApiClientError | PayloadIntegrityError>()
    const neither = Effect.catchIf(create, isPayloadError, (error) => {
      expectTypeOf(error).toEqualTypeOf<PayloadTransferError | PayloadIntegrityError>()
      return Effect.succeed(1)
    })
    expectTypeOf<Effect.Effect.Error<typeof neither>>().toEqualTypeOf<ApiClientError>()
    const none = Effect.catchTags(create, {
      ApiClientError: () => Effect.succeed(1),
      PayloadTransferError: () => Effect.succeed(2),
      PayloadIntegrityError: () => Effect.succeed(3)
    })
    expectTypeOf<Effect.Effect.Error<typeof none>>().toEqualTypeOf<never>()
  })

  test("narrow an unknown value with a guard", () => {
    const reasonOf = (error: unknown) => (isApiClientError(error) ? error.reason : undefined)
    expectTypeOf<ReturnType<typeof reasonOf>>().toEqualTypeOf<ApiClientError["reason"] | undefined>()
    expectTypeOf(isPayloadError).guards.toEqualTypeOf<PayloadError>()
  })
})
