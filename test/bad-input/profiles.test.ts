/**
 * Profiles whose file cannot be sent.
 */
import * as PlatformError from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import { effect } from "@effect/vitest"
import { CustomProfiles } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { truncate, writeFile } from "node:fs/promises"
import { describe, expect } from "vitest"
import { temporaryFolder } from "../support/files.js"
import { withTenant } from "../support/tenant.js"

const create = (path: string) =>
  Effect.flatMap(CustomProfiles, (profiles) => profiles.create({ name: "Wi-Fi", runs_on_mac: true, file: { path } }))

describe("a profile's file", () => {
  effect("of 3 GiB is refused as too large, before anything is sent", () =>
    withTenant(() => ({ status: 500 }))((server) =>
      Effect.gen(function* () {
        const path = `${yield* temporaryFolder}/huge.mobileconfig`
        yield* Effect.promise(async () => {
          await writeFile(path, "<plist/>")
          await truncate(path, 3 * 1024 ** 3)
        })
        const error = yield* Effect.flip(create(path))
        expect(error.fieldErrors).toEqual({
          file: [`The file ${path} has 3221225472 bytes, which is too large to be a profile: 64 MiB at most.`]
        })
        expect(server.received).toEqual([])
      })
    )
  )

  const stats: ReadonlyArray<readonly [PlatformError.SystemErrorReason, string]> = [
    ["PermissionDenied", "The file a.mobileconfig may not be read by this user."],
    ["NotFound", "The file a.mobileconfig does not exist."],
    ["Busy", "The file a.mobileconfig cannot be read (Busy)."]
  ]
  for (const [reason, message] of stats) {
    effect(`that cannot be looked at (${reason}) is told by its cause`, () =>
      withTenant(() => ({ status: 500 }))((server) =>
        Effect.gen(function* () {
          const files = FileSystem.layerNoop({
            stat: () => Effect.fail(new PlatformError.SystemError({ reason, module: "FileSystem", method: "stat" }))
          })
          const profiles = Layer.fresh(CustomProfiles.layer).pipe(Layer.provide(files))
          const error = yield* Effect.flip(Effect.provide(create("a.mobileconfig"), profiles))
          expect(error).toMatchObject({ reason: "InvalidArgument", fieldErrors: { file: [message] } })
          expect(server.received).toEqual([])
        })
      )
    )
  }

  for (const path of ["~/a.mobileconfig", "file:///a.mobileconfig"]) {
    effect(`at ${path} is refused with what to write instead`, () =>
      withTenant(() => ({ status: 500 }))(() =>
        Effect.map(Effect.flip(create(path)), ({ message }) =>
          expect(message).toMatch(/Write the whole path|fileURLToPath/)
        )
      )
    )
  }
})
