// The journal of a tenant in a folder while it runs: it is written anew when it has grown, and nothing that was kept is lost
// on the way, wherever the process ends.
import { effect, live, scoped } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { afterAll, beforeAll, describe, expect } from "vitest"
import { openJournal } from "../../src/sandbox/tenant/journal.js"
import { Sandbox } from "../../src/sandbox/index.js"
import { at, call, listAt, presign, textAt } from "./support.js"

const scripts = "/api/v1/library/custom-scripts"
const mebibyte = 1024 * 1024

let folder = ""
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-journal-test-"))
})
afterAll(() => rmSync(folder, { recursive: true }))

let counter = 0
const fresh = (): string => join(folder, `tenant-${(counter += 1)}`)
const inside = (data: string) => Effect.provide(Sandbox.layer({ data }))
const journalOf = (data: string) => join(data, "journal.jsonl")

/** A memory of numbers by name, kept in a journal. */
const numbers = (data: string) =>
  Effect.gen(function* () {
    const values = new Map<string, number>()
    const journal = yield* openJournal(data, {
      onLine: (line) => values.set(textAt(line, "name"), Number(at(line, "value"))),
      needed: () => Array.from(values, ([name, value]) => ({ name, value, padding: "x".repeat(1000) }))
    })
    const set = (name: string, value: number) => {
      values.set(name, value)
      journal.append({ name, value, padding: "x".repeat(1000) })
      return journal.flushed
    }
    return { set, values }
  })

describe("a journal that has grown far beyond what is needed", () => {
  scoped("is written anew, time and again, and a reader finds the last value of everything", () =>
    Effect.gen(function* () {
      const data = fresh()
      const seen: Array<number> = []
      yield* Effect.gen(function* () {
        const { set } = yield* numbers(data)
        for (let round = 1; round <= 4000; round++) {
          yield* set(`name ${round % 5}`, round)
          if (round % 100 === 0) seen.push(statSync(journalOf(data)).size)
        }
      }).pipe(Effect.scoped)
      expect(Math.max(...seen)).toBeLessThan(1.2 * mebibyte)
      expect(seen.filter((size, index) => size < (seen[index - 1] ?? 0)).length).toBeGreaterThan(1)
      const { values } = yield* numbers(data)
      expect([...values.values()].sort()).toEqual([3996, 3997, 3998, 3999, 4000])
    })
  )

  scoped("loses nothing of many callers who write while it is written anew", () =>
    Effect.gen(function* () {
      const data = fresh()
      yield* Effect.gen(function* () {
        const { set } = yield* numbers(data)
        yield* Effect.forEach(
          Array.from({ length: 6000 }, (_, index) => index),
          (index) => set(`name ${index % 50}`, index),
          { concurrency: 40, discard: true }
        )
      }).pipe(Effect.scoped)
      expect(statSync(journalOf(data)).size).toBeLessThan(1.5 * mebibyte)
      const { values } = yield* numbers(data)
      expect([...values.values()].sort((one, other) => one - other)).toEqual(
        Array.from({ length: 50 }, (_, index) => 5950 + index)
      )
    })
  )

  scoped("goes on as it is where it cannot be written anew, and is once it can", () =>
    Effect.gen(function* () {
      const data = fresh()
      const aside = `${journalOf(data)}.next`
      yield* Effect.gen(function* () {
        const { set } = yield* numbers(data)
        mkdirSync(aside)
        for (let round = 1; round <= 2100; round++) yield* set("name", round)
        expect(statSync(journalOf(data)).size).toBeGreaterThan(2 * mebibyte)
        const lines = readFileSync(journalOf(data), "utf8").trimEnd().split("\n")
        expect(lines.map((line): unknown => at(JSON.parse(line), "value"))).toEqual(
          Array.from({ length: 2100 }, (_, index) => index + 1)
        )
        rmSync(aside, { recursive: true })
        for (let round = 2101; round <= 12_000; round++) yield* set("name", round)
        expect(statSync(journalOf(data)).size).toBeLessThan(1.2 * mebibyte)
      }).pipe(Effect.scoped)
      expect([...(yield* numbers(data)).values]).toEqual([["name", 12_000]])
    })
  )
})

describe("a process that ends while the journal is written anew", () => {
  effect("leaves the old journal or the new one: what lies beside it does not count, in whatever state", () =>
    Effect.gen(function* () {
      const data = fresh()
      const create = (name: string) =>
        call("POST", scripts, { json: { name, execution_frequency: "once", script: "x" } })
      yield* Effect.zip(create("a"), create("b")).pipe(inside(data))
      const names = Effect.map(call("GET", scripts), ({ json }) =>
        listAt(json, "results").map((script) => at(script, "name"))
      )
      const journal = readFileSync(journalOf(data), "utf8")
      const lines = journal.split("\n")
      // Nothing of it was written yet, half a line, some lines, all but the last byte, all of it.
      for (const aside of ["", lines[0]?.slice(0, 10), `${lines[0]}\n`, journal.slice(0, -1), journal, "garbage\n"]) {
        writeFileSync(journalOf(data), journal)
        writeFileSync(`${journalOf(data)}.next`, aside ?? "")
        expect(yield* names.pipe(inside(data))).toEqual(["a", "b"])
      }
      // It had just got its name, and lines came after.
      writeFileSync(`${journalOf(data)}.next`, journal)
      renameSync(`${journalOf(data)}.next`, journalOf(data))
      appendFileSync(journalOf(data), '{"op":"remove","kind":"customScripts","id":')
      expect(yield* names.pipe(inside(data))).toEqual(["a", "b"])
    })
  )

  live(
    "has all that it acknowledged, wherever it is killed",
    () =>
      Effect.promise(async () => {
        const data = fresh()
        const program = new URL("./programs/keeper.ts", import.meta.url).pathname
        let acknowledged = 0
        let sent = 0
        let id = ""
        let rewritten = 0
        let killedInside = 0
        for (const writes of [5, 40, 70]) {
          const child = spawn(process.execPath, ["--import", "tsx", program, data], {
            stdio: ["ignore", "pipe", "inherit"]
          })
          const hello: unknown = await new Promise((resolve) =>
            createInterface({ input: child.stdout }).once("line", (line) => resolve(JSON.parse(line)))
          )
          const ask = async (method: string, path: string, json?: object): Promise<unknown> => {
            const response = await fetch(`${textAt(hello, "tenantUrl")}${path}`, {
              method,
              headers: { authorization: `Bearer ${textAt(hello, "apiToken")}`, "content-type": "application/json" },
              ...(json === undefined ? {} : { body: JSON.stringify(json) })
            })
            return response.json()
          }
          if (id === "") {
            id = textAt(await ask("POST", scripts, { name: "0", execution_frequency: "once", script: "x" }), "id")
          }
          const found = Number(textAt(await ask("GET", `${scripts}/${id}`), "name"))
          expect(found).toBeGreaterThanOrEqual(acknowledged)
          expect(found).toBeLessThanOrEqual(sent)

          const exited = new Promise((resolve) => child.once("exit", resolve))
          let isOver = false
          let count = 0
          /** Kills it as soon as a new journal lies beside the old one: in the middle of the work. */
          const watch = () => {
            if (isOver) return
            if (count < writes || !existsSync(`${journalOf(data)}.next`)) return void setImmediate(watch)
            killedInside += 1
            child.kill("SIGKILL")
          }
          watch()
          let size = 0
          try {
            for (; ; count++) {
              sent += 1
              await ask("PATCH", `${scripts}/${id}`, { name: String(sent), script: "x".repeat(100_000) })
              acknowledged = sent
              const now = statSync(journalOf(data)).size
              if (now < size) rewritten += 1
              size = now
            }
          } catch {
            isOver = true
            await exited
          }
        }
        expect(killedInside).toBe(3)
        expect(rewritten).toBeGreaterThan(3)
        expect(statSync(journalOf(data)).size).toBeLessThan(2.5 * mebibyte)
      }),
    120_000
  )
})

describe("a tenant that runs for long", () => {
  effect("does not grow with what it does: scripts changed, made and deleted, places that nobody used", () =>
    Effect.gen(function* () {
      const data = fresh()
      yield* Effect.gen(function* () {
        const { customScripts } = yield* Sandbox.state
        const { id } = yield* customScripts.put({ name: "changed" })
        for (let round = 0; round < 100; round++) {
          yield* customScripts.put({ id, name: `changed ${round}`, script: "x".repeat(100_000) })
          const other = yield* customScripts.put({ name: "short-lived", script: "x".repeat(50_000) })
          yield* customScripts.remove(other.id)
          yield* presign()
        }
        expect(statSync(journalOf(data)).size).toBeLessThan(3 * mebibyte)
      }).pipe(inside(data))
      const kept = Effect.map(call("GET", scripts), ({ json }) => listAt(json, "results"))
      expect((yield* kept.pipe(inside(data))).map((script) => at(script, "name"))).toEqual(["changed 99"])
    })
  )
})
