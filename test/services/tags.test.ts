/** Tags, on a sandbox tenant. */
import { effect } from "@effect/vitest"
import { Tags } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect } from "vitest"
import { onSandbox } from "../support/sandbox.js"

describe("tags", () => {
  effect("are created, found by name, renamed and deleted", () =>
    Effect.gen(function* () {
      const tags = yield* Tags
      const { id } = yield* tags.create({ name: "Kiosk" })
      yield* tags.create({ name: "Kiosk East" })
      expect(yield* tags.find(" Kiosk ")).toEqual(Option.some({ id, name: "Kiosk" }))
      expect(yield* tags.find("kiosk")).toEqual(Option.none())
      expect(yield* tags.update(id, { name: "Lobby" })).toEqual({ id, name: "Lobby" })
      const { results } = yield* tags.list({ search: "Lobby" })
      expect(results).toEqual([{ id, name: "Lobby" }])
      yield* tags.delete(id)
      expect(yield* tags.find("Lobby")).toEqual(Option.none())
      expect(yield* Effect.flip(tags.update(id, { name: "Gone" }))).toMatchObject({
        reason: "NotFound",
        operation: "Tags.update"
      })
    }).pipe(onSandbox())
  )

  effect("are refused without a name, before anything is sent", () =>
    Effect.gen(function* () {
      const tags = yield* Tags
      expect(yield* Effect.flip(tags.create({ name: "" }))).toMatchObject({
        reason: "InvalidArgument",
        fieldErrors: { name: ["is empty"] }
      })
      expect(yield* Effect.flip(tags.find("  "))).toMatchObject({ reason: "InvalidArgument", operation: "Tags.find" })
    }).pipe(onSandbox())
  )
})
