/**
 * The folder of a tenant: whose it is, what is in it, and what is lost in it: nothing.
 */
import { effect, live, scoped } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FastCheck from "effect/FastCheck"
import * as Layer from "effect/Layer"
import * as Runtime from "effect/Runtime"
import { spawn, spawnSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import type { Entry } from "../../src/sandbox/tenant/entry.js"
import { openFolder } from "../../src/sandbox/tenant/disk.js"
import { bundled } from "../support/programs.js"
import { call } from "./support.js"

let root = ""
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "sandbox-disk-test-"))
})
afterAll(() => rmSync(root, { recursive: true }))

let counter = 0
const fresh = (): string => join(root, `folder-${(counter += 1)}`)

/** Every file below a folder, with what it holds; links are not followed. */
const filesOf = (folder: string): Record<string, string> =>
  Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => [join(entry.parentPath, entry.name), readFileSync(join(entry.parentPath, entry.name), "base64")])
      .sort()
  )

const refusal = (folder: string) => Effect.map(Effect.flip(Effect.scoped(openFolder(folder))), ({ message }) => message)

/** Writes batches, each on its own, and closes. */
const written = (folder: string, ...batches: ReadonlyArray<ReadonlyArray<Entry>>) =>
  Effect.scoped(Effect.flatMap(openFolder(folder), ({ write }) => Effect.forEach(batches, write, { discard: true })))

const keptIn = (folder: string) => Effect.scoped(Effect.map(openFolder(folder), ({ kept }) => Object.fromEntries(kept)))

describe("a folder that does not belong to the sandbox", () => {
  const foreign: Record<string, (folder: string) => void> = {
    "with a file of somebody's": (folder) => writeFileSync(join(folder, "Firefox.pkg"), "mine"),
    "with installers of somebody's": (folder) => {
      mkdirSync(join(folder, "installers"))
      writeFileSync(join(folder, "installers", "Firefox.pkg"), "mine")
    },
    "with a journal of the first version": (folder) => writeFileSync(join(folder, "journal.jsonl"), "{}\n"),
    "with a hidden file": (folder) => writeFileSync(join(folder, ".git"), "x"),
    "with a damaged mark": (folder) => writeFileSync(join(folder, "iru-sandbox.json"), "{"),
    "with the mark of a later version": (folder) =>
      writeFileSync(join(folder, "iru-sandbox.json"), '{"iru-sandbox":7}'),
    "with a mark that is a link": (folder) => {
      writeFileSync(join(folder, "other"), '{"iru-sandbox":1}')
      symlinkSync("other", join(folder, "iru-sandbox.json"))
    },
    "with records that are a link": (folder) => {
      writeFileSync(join(folder, "iru-sandbox.json"), '{"iru-sandbox":1}')
      mkdirSync(join(folder, "other"))
      symlinkSync("other", join(folder, "records"))
    },
    "with installers that are a link": (folder) => {
      writeFileSync(join(folder, "iru-sandbox.json"), '{"iru-sandbox":1}')
      mkdirSync(join(folder, "other"))
      writeFileSync(join(folder, "other", "precious"), "mine")
      symlinkSync("other", join(folder, "installers"))
    }
  }
  for (const [what, prepare] of Object.entries(foreign)) {
    effect(`${what} is refused with one sentence and not changed`, () => {
      const folder = fresh()
      mkdirSync(folder)
      prepare(folder)
      const before = filesOf(folder)
      return Effect.map(refusal(folder), (message) => {
        expect(message).toMatch(/[.]$/)
        expect(message).not.toContain("\n")
        expect(filesOf(folder)).toEqual(before)
      })
    })
  }

  for (const path of ["~/tenant", "~", "~root/tenant", "file:///tmp/tenant"]) {
    effect(`that only a shell or a URL parser would find, ${path}, is refused, and no other folder is created`, () =>
      Effect.map(refusal(path), (message) => {
        expect(message).toBe(`${path} is not a path. Write the full path of the folder.`)
        expect(existsSync(path.split("/")[0] ?? "")).toBe(false)
      })
    )
  }

  effect("that is a link is refused", () => {
    const folder = fresh()
    mkdirSync(`${folder}-real`)
    symlinkSync(`${folder}-real`, folder)
    return Effect.map(refusal(folder), (message) => {
      expect(message).toContain("is a symbolic link")
      expect(readdirSync(`${folder}-real`)).toEqual([])
    })
  })

  effect("below /proc is refused at once", () =>
    Effect.map(refusal("/proc/effect-iru/tenant"), (message) => expect(message).toContain("Cannot keep a tenant"))
  )
})

describe("a file that the sandbox did not write", () => {
  effect("stays in its folder: an unknown file, a link, a name that is a path", () => {
    const folder = fresh()
    const inside = Effect.provide(Sandbox.layer({ data: folder }))
    const outside = join(root, `outside-${counter}`)
    writeFileSync(outside, "precious")
    return Effect.gen(function* () {
      yield* call("GET", "/api/v1/blueprints").pipe(inside)
      const name = "0ff1ce00-0000-4000-8000-00000000000a"
      writeFileSync(join(folder, "installers", "mine.pkg"), "mine")
      symlinkSync(outside, join(folder, "installers", name))
      yield* written(folder, [
        [`file/${name}`, true],
        [`file/../../outside-${counter}`, true],
        ["file/mine.pkg", true]
      ])
      yield* call("GET", "/api/v1/blueprints").pipe(inside)
      expect(readdirSync(join(folder, "installers")).sort()).toEqual([name, "mine.pkg"])
      expect(readFileSync(outside, "utf8")).toBe("precious")
    })
  })

  effect("an object whose file is a path is refused", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      yield* Effect.void.pipe(Effect.provide(Sandbox.layer({ data: folder })))
      const object = { size: 1, sha256: "0", etag: "0", versionId: "0", storedAt: 0, readyAt: 0 }
      yield* written(folder, [["object/key", { ...object, file: "../../../etc/passwd" }]])
      const error = yield* Effect.flip(Effect.scoped(Layer.build(Sandbox.layer({ data: folder }))))
      expect(error.message).toContain("cannot be read")
    })
  })
})

const program = bundled("test/sandbox/programs/writer.ts")

describe("records", () => {
  effect("are all there after a restart, with the last value of each key", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      yield* written(
        folder,
        [
          ["a", 1],
          ["b", { text: "x\u2028y" }]
        ],
        [
          ["a", 2],
          ["c", null]
        ],
        [["b", undefined]]
      )
      expect(yield* keptIn(folder)).toEqual({ a: 2, c: null })
      yield* written(folder, [["a", undefined]])
      expect(yield* keptIn(folder)).toEqual({ c: null })
    })
  })

  effect("are all there if there are many", () => {
    const folder = fresh()
    const batch = Array.from({ length: 50_000 }, (_, index): Entry => [`record/x/${index}`, { text: "x".repeat(100) }])
    return Effect.gen(function* () {
      yield* written(folder, batch)
      expect(Object.keys(yield* keptIn(folder))).toHaveLength(50_000)
    })
  })

  scoped("can be used by one sandbox at a time", () => {
    const folder = fresh()
    return Effect.gen(function* () {
      yield* openFolder(folder)
      expect(yield* refusal(folder)).toBe(`Another sandbox uses ${folder}. Stop it first.`)
    })
  })

  effect("that are damaged are refused unchanged, or read as they were after some batch", () =>
    Effect.gen(function* () {
      const run = Runtime.runPromise(yield* Effect.runtime<never>())
      const folder = fresh()
      const states: Array<Record<string, unknown>> = [{}]
      for (let number = 0; number < 20; number++) {
        yield* written(folder, [
          [`record/x/${number}`, { text: `${number}`.repeat(300) }],
          ["last", number]
        ])
        states.push(yield* keptIn(folder))
      }
      const records = join(folder, "records")
      const names = readdirSync(records).filter((name) => /^\d+\.(?:log|ldb)$|^MANIFEST/.test(name))
      yield* Effect.promise(() =>
        FastCheck.assert(
          FastCheck.asyncProperty(
            FastCheck.constantFrom(...names),
            FastCheck.double({ min: 0, max: 0.999, noNaN: true }),
            FastCheck.boolean(),
            async (name, place, isCut) => {
              const copy = fresh()
              cpSync(folder, copy, { recursive: true })
              const path = join(copy, "records", name)
              const bytes = readFileSync(path)
              const at = Math.floor(place * bytes.length)
              if (isCut) truncateSync(path, at)
              else if (bytes.length > 0) {
                bytes[at] = (bytes[at] ?? 0) ^ 0x41
                writeFileSync(path, bytes)
              }
              const before = filesOf(copy)
              const outcome = await run(Effect.either(keptIn(copy)))
              if (outcome._tag === "Left") expect(filesOf(copy)).toEqual(before)
              else expect(states).toContainEqual(outcome.right)
              rmSync(copy, { recursive: true })
            }
          ),
          { numRuns: 60 }
        )
      )
    })
  )

  live(
    "survive a process that is killed during writes, fifty times",
    () =>
      Effect.promise(async () => {
        const folder = fresh()
        let acknowledged = 0
        for (let round = 0; round < 50; round++) {
          const child = spawn(process.execPath, [program("test/sandbox/programs/writer.ts"), folder], {
            stdio: ["ignore", "pipe", "inherit"]
          })
          const exited = new Promise((resolve) => child.once("exit", resolve))
          let first: number | undefined
          for await (const line of createInterface({ input: child.stdout })) {
            if (first === undefined) {
              first = Number(line)
              expect(first % 2).toBe(0)
              expect(first / 2).toBeGreaterThanOrEqual(acknowledged)
              continue
            }
            acknowledged = Number(line) + 1
            if (acknowledged - first / 2 > 1 + ((round * 7) % 11)) child.kill("SIGKILL")
          }
          await exited
        }
        expect(acknowledged).toBeGreaterThan(100)
      }),
    120_000
  )
})

const canMount = spawnSync("mountpoint", ["-q", "/proc"]).status === 0 && process.getuid?.() === 0

if (canMount) {
  live("a batch that a full disk refuses is undone, and the next one is stored when there is space", () =>
    Effect.gen(function* () {
      const disk = fresh()
      mkdirSync(disk)
      if (spawnSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", disk]).status !== 0) return
      yield* Effect.gen(function* () {
        const folder = join(disk, "tenant")
        yield* Effect.scoped(
          Effect.gen(function* () {
            const { write } = yield* openFolder(folder)
            yield* write([["before", 1]])
            writeFileSync(join(disk, "filler"), Buffer.alloc(1_400_000))
            const refused = yield* Effect.exit(write([["during", "x".repeat(1_000_000)]]))
            expect(refused._tag).toBe("Failure")
            rmSync(join(disk, "filler"))
            yield* write([["after", 1]])
          })
        )
        expect(yield* keptIn(folder)).toEqual({ before: 1, after: 1 })
      }).pipe(Effect.ensuring(Effect.sync(() => spawnSync("umount", [disk]))))
    })
  )
}
