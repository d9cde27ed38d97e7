/**
 * The sandbox's data folder in difficult conditions: full disks, links, an incomplete start, a second start, replaced
 * files.
 */
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import { call, textAt, uploaded } from "../sandbox/support.js"

let root = ""
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), "hostile-data-test-"))
})
afterAll(() => rmSync(root, { recursive: true }))

let counter = 0
const fresh = (): string => join(root, `folder-${(counter += 1)}`)

const start = <A, E>(data: string, use: Effect.Effect<A, E, Sandbox>) => Effect.provide(use, Sandbox.layer({ data }))
const scripts = Effect.flatMap(Sandbox.state, ({ customScripts }) => customScripts.count)
const addScript = (id?: string) =>
  Effect.flatMap(Sandbox.state, ({ customScripts }) =>
    customScripts.put(id === undefined ? { name: "kept" } : { id, name: "kept" })
  )
const refusal = (data: string) => Effect.map(Effect.flip(start(data, scripts)), ({ message }) => message)

/** A folder with a script in it. */
const tenant = Effect.suspend(() => {
  const folder = fresh()
  return Effect.as(start(folder, addScript()), folder)
})

const filesIn = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "base64")]))

const isRoot = process.getuid?.() === 0

/** Mounts a disk of this many KiB at a path. */
const disk = (path: string, size: number) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      mkdirSync(path, { recursive: true })
      return spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size}k`, "tmpfs", path]).status === 0
    }),
    () => Effect.sync(() => spawnSync("umount", [path]))
  )

/** Uses another folder for temporary files. */
const withTemporary = (path: string) => {
  const before = process.env["TMPDIR"]
  return Effect.acquireRelease(
    Effect.sync(() => (process.env["TMPDIR"] = path)),
    () =>
      Effect.sync(() => {
        if (before === undefined) delete process.env["TMPDIR"]
        else process.env["TMPDIR"] = before
      })
  )
}

describe("no record is lost if a start is refused because", () => {
  if (isRoot) {
    live("there is no room for temporary files", () =>
      Effect.gen(function* () {
        const folder = fresh()
        yield* start(
          folder,
          Effect.flatMap(Sandbox.state, ({ customScripts }) =>
            Effect.forEach([1, 2, 3], () => customScripts.put({ name: "x", script: "x".repeat(50_000) }))
          )
        )
        const before = filesIn(join(folder, "records"))
        yield* Effect.gen(function* () {
          const full = fresh()
          if (!(yield* disk(full, 40))) return
          yield* withTemporary(full)
          expect(yield* refusal(folder)).toContain("ENOSPC")
          expect(filesIn(join(folder, "records"))).toEqual(before)
        }).pipe(Effect.scoped)
        expect(yield* start(folder, scripts)).toBe(3)
      })
    )

    live("they are damaged, and there is no room to restore them: the message says where their copy is", () =>
      Effect.gen(function* () {
        const folder = fresh()
        if (!(yield* disk(folder, 400))) return
        const data = join(folder, "tenant")
        yield* start(data, addScript())
        const records = join(data, "records")
        writeFileSync(join(records, "CURRENT"), "damaged")
        writeFileSync(join(records, "000001.ldb"), Buffer.alloc(150_000))
        const before = filesIn(records)
        writeFileSync(join(folder, "filler"), Buffer.alloc(100_000))
        const message = yield* refusal(data)
        const copy = /that is in (.*)\.$/.exec(message)?.[1] ?? ""
        expect(filesIn(copy)).toEqual(before)
        rmSync(copy, { recursive: true })
        expect(readdirSync(data).sort()).toEqual(["installers", "iru-sandbox.json", "records"])
      }).pipe(Effect.scoped)
    )
  }

  live("one of them is not a plain file", () =>
    Effect.gen(function* () {
      const folder = yield* tenant
      const fifo = join(folder, "records", "pipe")
      spawnSync("mkfifo", [fifo])
      expect(yield* refusal(folder)).toContain(`${fifo} is not a plain file`)
      rmSync(fifo)
      expect(yield* start(folder, scripts)).toBe(1)
    })
  )
})

describe("a file of someone else is not written to", () => {
  for (const [what, link] of [
    ["a symbolic link", symlinkSync],
    ["other names of that file", linkSync]
  ] as const) {
    live(`if the names that the store will use next are ${what}`, () =>
      Effect.gen(function* () {
        const folder = yield* tenant
        const precious = fresh()
        writeFileSync(precious, "precious")
        for (let number = 1; number < 30; number++) {
          for (const kind of ["log", "ldb", "dbtmp"]) {
            const path = join(folder, "records", `${String(number).padStart(6, "0")}.${kind}`)
            if (!existsSync(path)) link(precious, path)
          }
        }
        expect(yield* refusal(folder)).toContain("is not a plain file with one name")
        expect(readFileSync(precious, "utf8")).toBe("precious")
      })
    )
  }

  live("if the folder is a link with a slash at its end", () =>
    Effect.gen(function* () {
      const [real, link] = [fresh(), fresh()]
      mkdirSync(real)
      symlinkSync(real, link)
      expect(yield* refusal(`${link}/`)).toContain("is a symbolic link")
      expect(readdirSync(real)).toEqual([])
    })
  )
})

live("a folder has only one sandbox, also within one process and under another name of the folder", () =>
  Effect.gen(function* () {
    const folder = yield* tenant
    const alias = fresh()
    symlinkSync(root, alias)
    const again = join(alias, folder.slice(root.length + 1))
    expect(yield* start(folder, refusal(again))).toBe(`Another sandbox uses ${again}. Stop it first.`)
  })
)

live("if a first start is killed at any point, a second start works", () =>
  Effect.gen(function* () {
    for (const text of ["", '{"iru-', '{"iru-sandbox":1}\n']) {
      const folder = fresh()
      mkdirSync(folder)
      writeFileSync(join(folder, "iru-sandbox.json.next"), text)
      yield* start(folder, addScript())
      expect(yield* start(folder, scripts)).toBe(1)
    }
    const folder = fresh()
    mkdirSync(join(folder, "records-new-x"), { recursive: true })
    writeFileSync(join(folder, "iru-sandbox.json"), '{"iru-sandbox":1}\n')
    yield* start(folder, addScript())
    expect(yield* start(folder, scripts)).toBe(1)
  })
)

live("a file of someone else that is named like the sandbox's own new file is left as it is", () =>
  Effect.gen(function* () {
    const folder = fresh()
    mkdirSync(folder)
    writeFileSync(join(folder, "iru-sandbox.json.next"), "mine")
    expect(yield* refusal(folder)).toContain("no sandbox wrote it")
    expect(filesIn(folder)).toEqual({ "iru-sandbox.json.next": Buffer.from("mine").toString("base64") })
  })
)

live("records whose ids are invalid text (half a surrogate pair) do not stop a tenant from starting again", () =>
  Effect.gen(function* () {
    const folder = fresh()
    const ids = ["a\ud800", "a\ud801", 'a"\\', "a\u2028", "\u0000"]
    yield* start(folder, Effect.forEach(ids, addScript))
    const kept = yield* start(
      folder,
      Effect.flatMap(Sandbox.state, ({ customScripts }) => customScripts.list())
    )
    expect(kept.map(({ id }) => id).sort()).toEqual(ids.toSorted())
  })
)

describe("an installer whose file was replaced is an error of the store and is not sent; it was replaced by", () => {
  const exchanges: Record<string, (path: string) => void> = {
    "a link to a file of someone else": (path) => {
      const secret = fresh()
      writeFileSync(secret, "a secret of the same length".slice(0, readFileSync(path).length))
      rmSync(path)
      symlinkSync(secret, path)
    },
    "a FIFO": (path) => {
      rmSync(path)
      spawnSync("mkfifo", [path])
    },
    "a shorter file": (path) => writeFileSync(path, "x"),
    "nothing at all": (path) => rmSync(path)
  }
  for (const [what, exchange] of Object.entries(exchanges)) {
    live(what, () =>
      Effect.gen(function* () {
        const folder = fresh()
        yield* start(
          folder,
          Effect.gen(function* () {
            const file_key = yield* uploaded()
            const { json } = yield* call("POST", "/api/v1/library/custom-apps", {
              json: { name: "x", file_key, install_type: "package", install_enforcement: "install_once" }
            })
            const [name = ""] = readdirSync(join(folder, "installers"))
            exchange(join(folder, "installers", name))
            const response = yield* Effect.promise(() => fetch(textAt(json, "file_url")))
            expect(response.status).toBe(500)
            expect(yield* Effect.promise(() => response.text())).toContain("InternalError")
          })
        )
      })
    )
  }
})

live("a copy of a folder, made while no sandbox runs, is a separate tenant", () =>
  Effect.gen(function* () {
    const folder = yield* tenant
    const copy = fresh()
    cpSync(folder, copy, { recursive: true })
    yield* start(copy, addScript())
    expect(yield* start(folder, scripts)).toBe(1)
    expect(yield* start(copy, scripts)).toBe(2)
  })
)
