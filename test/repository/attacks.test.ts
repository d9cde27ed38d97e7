/**
 * Commits, plans and tenants that try to reach files outside of a repository, or to lose what is in it.
 */
import { effect, scopedLive, test } from "@effect/vitest"
import { CustomScripts } from "effect-iru"
import { Repository } from "effect-iru/repository"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect } from "vitest"
import { payloadName } from "../../src/repository/planning/checking.js"
import { script } from "../hostile/support.js"
import { temporaryFolder } from "../support/files.js"
import { onSandbox, writes } from "../support/sandbox.js"
import { withTenant } from "../support/tenant.js"
import { apply, contents, plan, pull, told, withFiles, write } from "./support.js"

const id = "c2f40000-0000-4000-8000-000000000001"
const info = `id: ${id}\nname: A\nexecution_frequency: every_day\n`

const create = (name: string) =>
  Effect.flatMap(CustomScripts, (scripts) =>
    scripts.create({ name, execution_frequency: "once", script: "#!/bin/zsh" })
  )

const problems = (root: string) =>
  Effect.map(Effect.flip(Repository.open(root)), ({ problems }) =>
    problems.map(({ file, message }) => `${file}: ${message}`)
  )

describe("a link in a repository", () => {
  scopedLive("sends no file from outside to the tenant, but a link to a file of the repository is read", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const root = join(folder, "mdm")
      write(folder, {
        id_rsa: "secret",
        "mdm/.iructl": "",
        "mdm/shared/common.zsh": "#!/bin/zsh\nexit 0\n",
        "mdm/scripts/A/info.yaml": info
      })
      symlinkSync("../../shared/common.zsh", join(root, "scripts/A/audit.zsh"))
      const { items } = yield* Repository.open(root)
      expect(items[0]?.texts["script"]).toBe("#!/bin/zsh\nexit 0\n")
      symlinkSync("../../../id_rsa", join(root, "scripts/A/remediation.zsh"))
      expect(yield* problems(root)).toEqual([
        "scripts/A/remediation.zsh: is a link, but not to a file of the repository: replace it with the file itself"
      ])
    }).pipe(withFiles)
  )

  scopedLive("that leads in circles, or a FIFO, is refused with a message and does not block", () =>
    Effect.gen(function* () {
      const root = yield* temporaryFolder
      write(root, { ".iructl": "", "scripts/A/info.yaml": info })
      symlinkSync(".", join(root, "scripts/A/one"))
      symlinkSync(".", join(root, "scripts/A/two"))
      spawnSync("mkfifo", [join(root, "scripts/A/audit.zsh")])
      expect(yield* problems(root)).toEqual([
        "scripts/A/one: is a link to a folder: replace it with the folder itself",
        "scripts/A/two: is a link to a folder: replace it with the folder itself",
        "scripts/A/audit.zsh: is not a regular file"
      ])
    }).pipe(withFiles)
  )

  scopedLive("does not let a pull write or remove files outside the repository", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const root = join(folder, "mdm")
      write(folder, { "mdm/.iructl": "", "elsewhere/.new/mine.txt": "mine" })
      yield* create("A")
      symlinkSync("../elsewhere", join(root, ".effect-iru"))
      const error = yield* Effect.flip(pull(root))
      expect(error).toMatchObject({ reason: "InvalidItem", problems: [{ file: ".effect-iru" }] })
      expect(contents(folder)).toEqual({ "elsewhere/.new/mine.txt": "mine", "mdm/.iructl": "" })
    }).pipe(onSandbox(), withFiles)
  )

  scopedLive("that replaces an item's folder after the plan was made is not followed", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const root = join(folder, "mdm")
      const { id } = yield* create("A")
      yield* pull(root)
      yield* Effect.flatMap(CustomScripts, (scripts) => scripts.update(id, { restart: true }))
      const changes = yield* plan(root, { direction: "pull" })
      const repository = yield* Repository.open(root)
      renameSync(join(root, "scripts/A"), join(folder, "A"))
      symlinkSync("../../A", join(root, "scripts/A"))
      const before = contents(join(folder, "A"))
      const outcomes = yield* Stream.runCollect(Repository.apply(repository, changes))
      expect(told([...outcomes])).toEqual(["update folder script A: stale"])
      expect(contents(join(folder, "A"))).toEqual(before)
    }).pipe(onSandbox(), withFiles)
  )
})

describe("a plan that was edited by hand", () => {
  const edits: ReadonlyArray<readonly [string, object]> = [
    ["id of a file elsewhere", { _tag: "forget", item: { kind: "script", id: "../../../../victim", name: "A" } }],
    [
      "folder outside the repository",
      { _tag: "record", item: { kind: "script", id, name: "A", path: "scripts/../../A" }, tenantId: id, hash: "" }
    ],
    [
      "folder of git's own files",
      { _tag: "record", item: { kind: "script", id, name: "A", path: ".git/hooks" }, tenantId: id, hash: "" }
    ],
    [
      "installer outside the payloads folder",
      {
        _tag: "create",
        side: "folder",
        item: { kind: "app", id, name: "A" },
        changes: [],
        installer: { name: "../../x.pkg", sha256: "ab".repeat(32) },
        hash: ""
      }
    ],
    [
      "sha256 that is a path",
      {
        _tag: "create",
        side: "folder",
        item: { kind: "app", id, name: "A" },
        changes: [],
        installer: { name: "x.pkg", sha256: "/../../x" },
        hash: ""
      }
    ]
  ]
  scopedLive.each(edits)("to contain the %s is not decoded and not applied", ([, action]) =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const root = join(folder, "mdm")
      write(folder, { "mdm/.iructl": "", "victim.json": "mine" })
      const empty = yield* plan(root)
      // What a program without types takes for a plan.
      const edited: Repository.Plan = JSON.parse(JSON.stringify({ ...empty, actions: [action] }))
      expect(Either.isLeft(Schema.decodeEither(Repository.PlanJson)(JSON.stringify(edited)))).toBe(true)
      const error = yield* Effect.flip(apply(root, edited))
      expect(error).toMatchObject({ _tag: "RepositoryError", reason: "InvalidItem" })
      expect(error.message).toContain("Make a new plan.")
      expect(contents(folder)).toEqual({ "mdm/.iructl": "", "victim.json": "mine" })
      expect(yield* writes).toEqual([])
    }).pipe(onSandbox(), withFiles)
  )
})

describe("a tenant", () => {
  effect("whose items have paths as ids makes pull write no file", () =>
    withTenant(({ path }) => {
      const results = path.includes("custom-scripts") ? [script("../../../victim", { name: "A" })] : []
      if (path.includes("self-service")) return { body: [] }
      return { body: { count: results.length, next: null, previous: null, results } }
    })(() =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const error = yield* Effect.flip(pull(join(folder, "mdm")))
        expect(error).toMatchObject({ _tag: "ApiClientError", reason: "Decode" })
        expect(error.message).toContain("with an invalid id")
        expect(Object.keys(contents(folder))).toEqual(["mdm/.iructl"])
      }).pipe(withFiles)
    )
  )

  test("cannot name an installer so that it is written outside the payloads folder", () => {
    const name = FastCheck.array(FastCheck.constantFrom("..", "/", "\\", "a", ".pkg", "_abababab", "CON", ":", " "), {
      maxLength: 8
    }).map((parts) => parts.join(""))
    FastCheck.assert(
      FastCheck.property(name, (name) => {
        const file = payloadName(name, "ab".repeat(32))
        expect(basename(file)).toBe(file)
        expect(file).not.toMatch(/[\\:]|^\.{1,2}$/)
      })
    )
  })

  scopedLive("whose items have names of hidden files and devices stays in sync, and no item is lost", () =>
    Effect.gen(function* () {
      const root = join(yield* temporaryFolder, "mdm")
      const names = [".Wi-Fi", "..", "日.本", "CON", "aux.1", "x".repeat(250) + ". . . ."]
      for (const name of names) yield* create(name)
      expect(yield* pull(root)).toHaveLength(names.length)
      expect(told(yield* pull(root))).toEqual([])
      expect(yield* plan(root, { prune: true, direction: "push" })).toMatchObject({ actions: [], orphans: [] })
      for (const file of Object.keys(contents(join(root, "scripts")))) {
        expect(file).not.toMatch(/(?:^|\/)(?:\.|(?:con|aux)(?:\.|\/)|[^/]*[. ]\/)/i)
      }
    }).pipe(onSandbox(), withFiles)
  )
})

scopedLive("a payloads folder with other files gets no .gitignore", () =>
  Effect.gen(function* () {
    const root = join(yield* temporaryFolder, "mdm")
    mkdirSync(root)
    write(root, { ".iructl": "payload_dir: .\n" })
    yield* pull(root, { installers: true })
    expect(existsSync(join(root, ".gitignore"))).toBe(false)
    expect(readFileSync(join(root, ".iructl"), "utf8")).toBe("payload_dir: .\n")
  }).pipe(onSandbox({ seed: { customApps: 1 } }), withFiles)
)
