/**
 * Files that are no installers, and installers of another type than the app's.
 */
import { effect } from "@effect/vitest"
import { CustomApps, type Installer, type PublishCustomApp } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect } from "vitest"
import { appsTenant, root } from "../support/apps.js"
import { temporaryFile } from "../support/files.js"
import { appId } from "../support/records.js"
import { requestsTo } from "../support/server.js"
import { fieldsOf, withTenant } from "../support/tenant.js"

const pointer =
  "version https://git-lfs.github.com/spec/v1\n" +
  "oid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n"

const fields = { name: "App", install_enforcement: "install_once" } as const

/** Every call that takes an installer. */
const callsWith = (
  installer: Installer,
  type: "package" | "zip" | "image" = "package",
  options?: CustomApps.PublishOptions
) =>
  Effect.map(CustomApps, (apps) => {
    const app: PublishCustomApp =
      type === "zip"
        ? { ...fields, install_type: type, unzip_location: "/Applications", installer }
        : { ...fields, install_type: type, installer }
    const changes = { install_type: type, ...(type === "zip" ? { unzip_location: "/Applications" } : {}), installer }
    return [
      apps.create(app, options),
      apps.update(appId, changes, options),
      Effect.map(apps.publish(app, options), ({ app }) => app)
    ]
  })

describe("a file that is", () => {
  for (const [what, content, says] of [
    ["a Git LFS pointer", pointer, /is a Git LFS pointer.*"git lfs pull"/],
    ["a pointer with other ends of lines", pointer.replaceAll("\n", "\r\n"), /is a Git LFS pointer/],
    ["a page", "<!DOCTYPE html>\n<html><head><title>Sign in</title></head></html>", /is an HTML page \("Sign in"\)/],
    ["a page after white space and a comment", "\ufeff \n<!-- hi -->\n<HTML lang=en><body>…", /is an HTML page/],
    ["a page in UTF-16", Buffer.from("\ufeff<html><h1>Denied</h1>", "utf16le"), /is an HTML page \("Denied"\)/],
    [
      "the refusal of a store",
      '<?xml version="1.0"?>\n<Error><Code>AccessDenied</Code></Error>',
      /is a document of markup \("AccessDenied"\)/
    ]
  ] as const) {
    const bytes = Buffer.from(content)

    effect(`${what} is told as that before anything is sent, whatever its name and its type`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          const path = yield* temporaryFile("Firefox.pkg", bytes)
          for (const installer of [{ path }, { bytes, name: "Firefox.pkg" }]) {
            for (const call of yield* callsWith(installer, "package", { anyKind: true })) {
              const error = yield* Effect.flip(call)
              expect(fieldsOf(error)).toEqual(["installer"])
              expect(error).toMatchObject({ reason: "InvalidArgument", message: expect.stringMatching(says) })
              expect(error.message).toContain("Firefox.pkg")
            }
          }
          expect(server.received).toEqual([])
        })
      )
    )

    effect(`${what} and comes as a stream is a Source failure, and no app is made of it`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          const installer = { stream: Stream.make(bytes), size: bytes.length, name: "Firefox.pkg" }
          for (const call of yield* callsWith(installer)) {
            const error = yield* Effect.flip(call)
            expect(error).toMatchObject({ reason: "Source", message: expect.stringMatching(says) })
          }
          expect(requestsTo(server)).not.toContain(`POST ${root}`)
          expect(requestsTo(server)).not.toContain(`PATCH ${root}/${appId}`)
        })
      )
    )
  }
})

describe("an installer whose extension belongs to another type", () => {
  for (const [name, type, fitting] of [
    ["Firefox.dmg", "package", "image"],
    ["Firefox.PKG", "image", "package"],
    ["Firefox.zip", "package", "zip"],
    ["Firefox.mpkg", "zip", "package"]
  ] as const) {
    const installer = { bytes: Buffer.from("bytes"), name }

    effect(`(${name} as ${type}) is refused with the type that fits, before anything is sent`, () =>
      withTenant(appsTenant())((server) =>
        Effect.gen(function* () {
          for (const call of yield* callsWith(installer, type)) {
            const error = yield* Effect.flip(call)
            expect(fieldsOf(error)).toEqual(["installer"])
            expect(error.message).toContain(`${name} is not for install_type "${type}": "${fitting}" fits`)
          }
          expect(server.received).toEqual([])
        })
      )
    )

    effect(`(${name} as ${type}) is sent where the caller says so`, () =>
      withTenant(appsTenant())(() =>
        Effect.gen(function* () {
          for (const call of yield* callsWith(installer, type, { anyKind: true })) yield* call
        })
      )
    )
  }

  effect("is not refused where the type is not known, nor where the extension is", () =>
    withTenant(appsTenant())(() =>
      Effect.gen(function* () {
        const apps = yield* CustomApps
        yield* apps.update(appId, { installer: { bytes: Buffer.from("bytes"), name: "Firefox.dmg" } })
        for (const name of ["Firefox.xip", "Firefox.tar.gz", "Firefox.pkg.1"])
          for (const call of yield* callsWith({ bytes: Buffer.from("bytes"), name })) yield* call
      })
    )
  )
})
