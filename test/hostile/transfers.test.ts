/**
 * Transfers of installers if others do harm: a tenant that sends paths, files that are replaced by something else, two
 * containers that share a folder, and callers whose functions throw.
 */
import { scopedLive } from "@effect/vitest"
import { InstallerTransfer } from "effect-iru"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { rmSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect } from "vitest"
import { badStore } from "../support/badStore.js"
import { namesIn, read, temporaryFile, temporaryFolder } from "../support/files.js"
import { eitherWay } from "../node/transfer/eitherWay.js"
import { bytesOf, download, MiB, place, sha256, stored, transfers, upload } from "../node/transfer/support.js"

const object = bytesOf(3 * MiB)

for (const digest of ["../../../escaped", "x/../../escaped", "", "0".repeat(63), `${"0".repeat(63)}é`]) {
  for (const resume of [true, false]) {
    eitherWay(
      `an invalid sha256, ${JSON.stringify(digest)}, fails the download, and no file is made anywhere (resume: ${resume})`,
      () =>
        Effect.gen(function* () {
          const store = yield* badStore(object)
          const folder = yield* temporaryFolder
          const to = join(folder, "inner", "app.pkg")
          const source = stored(store, object, { sha256: digest })
          const error = yield* Effect.flip(transfers()(download(source, to, { resume })))
          expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source" })
          expect(error.message).toContain("the tenant says that its sha256 is")
          expect(store.seen).toHaveLength(0)
          expect(yield* namesIn(folder)).toEqual([])
        })
    )
  }
}

describe("a source that is not a file", () => {
  const digestOf = (path: string) =>
    Effect.flatMap(InstallerTransfer, (transfer) => Effect.flip(transfer.sha256({ path })))

  scopedLive("has no sha256, and is not waited for: a FIFO, a device or a folder", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const [fifo, device] = [join(folder, "fifo.pkg"), join(folder, "device.pkg")]
      spawnSync("mkfifo", [fifo])
      // Only root can make a device.
      const isMade = spawnSync("mknod", [device, "c", "1", "5"]).status === 0
      for (const path of [fifo, folder, ...(isMade ? [device] : [])]) {
        expect(yield* transfers()(digestOf(path))).toMatchObject({ _tag: "PayloadTransferError", reason: "Source" })
      }
    })
  )

  eitherWay("because it was replaced before the upload is a Source failure, and is not waited for", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object)
      const path = yield* temporaryFile("app.pkg", object)
      const presign = Effect.sync(() => {
        rmSync(path)
        spawnSync("mkfifo", [path])
        return place(store)
      })
      const error = yield* Effect.flip(transfers({ retries: 0 })(upload({ path }, [], { presign })))
      expect(error).toMatchObject({ _tag: "PayloadTransferError", reason: "Source" })
    })
  )

  for (const size of [NaN, 1.5]) {
    eitherWay(`or is a stream of ${size} bytes, is refused before anything is sent`, () =>
      Effect.gen(function* () {
        const store = yield* badStore(object)
        const installer = { stream: Stream.make(object), size, name: "app.pkg" }
        const error = yield* Effect.flip(transfers()(upload(installer, place(store))))
        expect(error).toMatchObject({ reason: "InvalidArgument" })
        expect(store.seen).toHaveLength(0)
      })
    )
  }
})

describe("a progress function that throws", () => {
  const onProgress = () => {
    throw new Error("my mistake")
  }
  const expectDefect = (exit: Exit.Exit<unknown, unknown>) =>
    expect(Exit.isFailure(exit) && String(Cause.squash(exit.cause))).toContain("my mistake")

  eitherWay("is a defect of the transfer, and does not end the process", () =>
    Effect.gen(function* () {
      const store = yield* badStore(object)
      const folder = yield* temporaryFolder
      const to = join(folder, "app.pkg")
      expectDefect(yield* Effect.exit(transfers()(download(stored(store, object), to, { onProgress }))))
      expect((yield* read(to)).equals(object)).toBe(true)
      expectDefect(
        yield* Effect.exit(transfers()(upload({ bytes: object, name: "app.pkg" }, place(store), { onProgress })))
      )
      const streamed = Effect.flatMap(InstallerTransfer, (transfer) =>
        Stream.runDrain(transfer.stream(Effect.succeed(stored(store, object)), { onProgress }))
      )
      expectDefect(yield* Effect.exit(transfers()(streamed)))
    })
  )
})

for (const connections of [0, -1, NaN, 1.5]) {
  eitherWay(`${connections} connections count as one`, () =>
    Effect.gen(function* () {
      const large = bytesOf(9 * MiB)
      const store = yield* badStore(large)
      const to = join(yield* temporaryFolder, "app.pkg")
      yield* transfers({ connections, rangesAbove: 0 })(download(stored(store, large), to))
      expect((yield* read(to)).equals(large)).toBe(true)
    })
  )
}

const canUnshare = spawnSync("unshare", ["--pid", "--fork", "--mount-proc", "true"]).status === 0

if (canUnshare) {
  scopedLive(
    "the partial file of another container in the same folder is left alone, although its process is not visible",
    () =>
      Effect.gen(function* () {
        const large = bytesOf(8 * MiB)
        // The first request is never answered completely.
        const store = yield* badStore(large, (_, count) => (count === 1 ? { stallAfter: 6 * MiB } : {}))
        const folder = yield* temporaryFolder
        const to = join(folder, "app.pkg")
        const program = fileURLToPath(new URL("../node/transfer/killed.ts", import.meta.url))
        // The number of the other process is higher than any number that this test has seen.
        const command = `i=0; while [ $i -lt 60 ]; do /bin/true; i=$((i + 1)); done; "$@"; true`
        const args = ["--import", "tsx", program, store.url, to, String(large.length), sha256(large)]
        const child = yield* Effect.acquireRelease(
          Effect.sync(() =>
            spawn(
              "unshare",
              ["--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", command, "sh", process.execPath, ...args],
              { stdio: ["ignore", "pipe", "inherit"] }
            )
          ),
          (child) => Effect.sync(() => child.kill("SIGKILL"))
        )
        yield* Effect.promise(() => once(child.stdout, "data"))
        const [theirs] = yield* namesIn(folder)
        const pid = Number(/-(\d+)-[0-9a-f]+\.part$/.exec(theirs ?? "")?.[1])
        expect(pid).toBeGreaterThan(60)
        const isHere = spawnSync("kill", ["-0", String(pid)]).status === 0
        if (isHere) return
        yield* transfers()(download(stored(store, large), to, { resume: true }))
        expect((yield* read(to)).equals(large)).toBe(true)
        expect(yield* namesIn(folder)).toEqual([theirs, "app.pkg"])
      }),
    120_000
  )
}
