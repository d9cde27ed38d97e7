import { effect, scoped } from "@effect/vitest"
import { CustomApps, type Installer, type TransferProgress } from "effect-iru"
import * as Effect from "effect/Effect"
import { createHash, randomBytes } from "node:crypto"
import { describe, expect } from "vitest"
import { appsTenant, postData } from "../support/apps.js"
import { temporaryFile } from "../support/files.js"
import type { Received } from "../support/server.js"
import { withTenant } from "../support/tenant.js"

const MiB = 1024 * 1024

/** What storage receives of an installer, and the progress that is reported. */
const uploaded = (installer: Installer) => {
  const progress: Array<TransferProgress> = []
  return withTenant(appsTenant())((server) =>
    Effect.gen(function* () {
      yield* (yield* CustomApps).create(
        { name: "App", install_type: "package", install_enforcement: "install_once", installer },
        { onProgress: (step) => step.phase === "uploading" && progress.push(step) }
      )
      const stored = server.received.find(({ path }) => path === "/storage/")
      return { stored: stored ?? absent(), progress }
    })
  )
}

const absent = (): Received => {
  throw new Error("storage received nothing")
}

describe("the body of an upload", () => {
  for (const size of [1, 64, MiB, MiB + 17]) {
    scoped(
      `UPB-1 UPB-2: ${size} bytes: the body has the declared length, and the progress ends at the size of the file`,
      () =>
        Effect.gen(function* () {
          const content = randomBytes(size)
          const { progress, stored } = yield* uploaded({ path: yield* temporaryFile("app.pkg", content) })
          expect(stored.headers["transfer-encoding"]).toBeUndefined()
          expect(stored.headers["content-length"]).toBe(String(stored.body.length))
          expect(stored.body.length).toBeGreaterThan(size)
          const from =
            stored.body.indexOf("application/octet-stream\r\n\r\n") + "application/octet-stream\r\n\r\n".length
          const sent = stored.body.subarray(from, from + size)
          expect(createHash("sha256").update(sent).digest("hex")).toBe(
            createHash("sha256").update(content).digest("hex")
          )
          expect(progress.at(-1)).toMatchObject({ name: "app.pkg", bytes: size, total: size })
          expect(progress.map(({ bytes }) => bytes)).toEqual(progress.map(({ bytes }) => bytes).sort((a, b) => a - b))
        })
    )
  }

  effect("UPB-1 (improved: an empty installer is an error): a file of 0 bytes is refused before anything is sent", () =>
    withTenant(appsTenant())((server) =>
      Effect.gen(function* () {
        const apps = yield* CustomApps
        const path = yield* temporaryFile("app.pkg", "")
        const error = yield* Effect.flip(
          apps.create({
            name: "App",
            install_type: "package",
            install_enforcement: "install_once",
            installer: { path }
          })
        )
        expect(error).toMatchObject({
          reason: "InvalidArgument",
          fieldErrors: { installer: [`The file ${path} is empty.`] }
        })
        expect(server.received).toEqual([])
      })
    )
  )

  scoped("UPB-3: an upload of 3 MiB reports its progress more than once", () =>
    Effect.gen(function* () {
      const { progress } = yield* uploaded({ path: yield* temporaryFile("app.pkg", randomBytes(3 * MiB)) })
      expect(new Set(progress.map(({ bytes }) => bytes)).size).toBeGreaterThanOrEqual(2)
    })
  )

  effect("UPB-4 UPB-5 UPB-6: one form has the fields of the presign, then the file's header, then its bytes", () =>
    Effect.gen(function* () {
      const { stored } = yield* uploaded({ bytes: Buffer.from("\r\nthe bytes\0ÿ"), name: "app.pkg" })
      const boundary = /^multipart\/form-data; boundary=([\w-]+)$/.exec(stored.headers["content-type"] ?? "")?.[1] ?? ""
      expect(boundary).not.toBe("")
      const fields = Object.entries(postData).map(
        ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
      )
      expect(stored.body.toString("utf8")).toBe(
        `${fields.join("")}--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="app.pkg"\r\n` +
          `Content-Type: application/octet-stream\r\n\r\n\r\nthe bytes\0ÿ\r\n--${boundary}--\r\n`
      )
    })
  )
})
