import { effect, scoped } from "@effect/vitest"
import { type ApiClientError, CustomApps, CustomProfiles } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import { describe, expect } from "vitest"
import { appId, appRecord, profileId, profileRecord } from "../support/records.js"
import { serve } from "../support/server.js"
import { tenantAt } from "../support/tenant.js"

interface Resource {
  readonly name: string
  readonly offered: Effect.Effect<boolean>
  readonly get: Effect.Effect<string, ApiClientError, Iru.Services>
  readonly record: { readonly id: string }
}

const resources: ReadonlyArray<Resource> = [
  {
    name: "custom apps",
    offered: Effect.map(Effect.serviceOption(CustomApps), Option.isSome),
    get: Effect.map(
      Effect.flatMap(CustomApps, (apps) => apps.get(appId)),
      ({ id }) => id
    ),
    record: appRecord()
  },
  {
    name: "custom profiles",
    offered: Effect.map(Effect.serviceOption(CustomProfiles), Option.isSome),
    get: Effect.map(
      Effect.flatMap(CustomProfiles, (profiles) => profiles.get(profileId)),
      ({ id }) => id
    ),
    record: profileRecord()
  }
]

for (const { get, name, offered, record } of resources) {
  describe(name, () => {
    effect("LIFE-1 LIFE-2 LIFE-3 (improved: the program does not compile): a call without a session is refused", () =>
      Effect.gen(function* () {
        expect(yield* offered).toBe(false)
        // @ts-expect-error the service is not provided
        const run: () => Promise<string> = () => Effect.runPromise(get)
        yield* Effect.promise(() => expect(run()).rejects.toThrow(/Service not found: effect-iru/))
      })
    )

    scoped(
      "LIFE-4 LIFE-5 LIFE-6 LIFE-7: calls work while the session's scope is open, and fail afterwards with the reason",
      () =>
        Effect.gen(function* () {
          const server = yield* serve(() => ({ body: record }))
          const scope = yield* Scope.make()
          const context = yield* Layer.buildWithScope(Iru.layer(tenantAt(server.origin)), scope)
          expect(yield* Effect.provide(offered, context)).toBe(true)
          expect(yield* Effect.provide(get, context)).toBe(record.id)

          yield* Scope.close(scope, Exit.void)
          const error = yield* Effect.flip(Effect.provide(get, context))
          expect(error).toMatchObject({ _tag: "ApiClientError", reason: "SessionClosed" })
          expect(error.message).toContain("No open client available.")
          expect(server.received).toHaveLength(1)
        })
    )
  })
}
