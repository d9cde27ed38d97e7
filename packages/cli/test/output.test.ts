/**
 * The output of `iru` in a terminal, in a pipe and for programs, and its exit codes.
 */
import { scopedLive } from "@effect/vitest"
import { Fault, Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, openSync } from "node:fs"
import { describe, expect } from "vitest"
import { onTenant, prepareIru } from "./support/run.js"

const { command, inTerminal, iru, plain, usual } = prepareIru()

const escape = "\u001b"

describe("a list", () => {
  for (const columns of [80, 200]) {
    scopedLive(`is a table with a header that fits a terminal of ${columns} columns`, () =>
      onTenant(
        Effect.gen(function* () {
          const { code, shown } = yield* inTerminal(["devices", "list"], { columns })
          expect(code).toBe(0)
          const lines = shown.trimEnd().split("\n")
          expect(lines[0]).toContain(`${escape}[1mSERIAL NUMBER`)
          expect(lines.length).toBeGreaterThan(20)
          for (const line of lines.slice(1)) expect(line.length, line).toBeLessThanOrEqual(columns)
          expect(lines[1]).toMatch(/(ago|now|in \d)/)
          if (columns === 200) expect(shown).not.toContain("…")
        })
      )
    )
  }

  scopedLive("has no colours with NO_COLOR or --no-color", () =>
    onTenant(
      Effect.gen(function* () {
        expect((yield* inTerminal(["tags", "list"])).shown).toContain(escape)
        expect((yield* inTerminal(["tags", "list"], { env: { NO_COLOR: "1" } })).shown).not.toContain(escape)
        expect((yield* inTerminal(["tags", "list", "--no-color"])).shown).not.toContain(escape)
      })
    )
  )

  scopedLive("is tab-separated text with exact values and without a header in a pipe", () =>
    onTenant(
      Effect.gen(function* () {
        const { code, stderr, stdout } = yield* iru(["devices", "list", "--limit", "3"])
        expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
        const rows = stdout.trimEnd().split("\n")
        expect(rows).toHaveLength(3)
        for (const row of rows) {
          expect(row.split("\t")).toHaveLength(8)
          expect(row).toMatch(/\d{4}-\d\d-\d\dT[\d:.]+Z$/)
        }
      })
    )
  )

  scopedLive("has the same records with --json, --ndjson and --csv, and --columns chooses fields by name or path", () =>
    onTenant(
      Effect.gen(function* () {
        const json: ReadonlyArray<{ name: string }> = JSON.parse((yield* iru(["users", "list", "--json"])).stdout)
        const ndjson = (yield* iru(["users", "list", "--ndjson"])).stdout.trimEnd().split("\n")
        expect(ndjson.map((line) => JSON.parse(line))).toEqual(json)
        const csv = (yield* iru(["users", "list", "--csv", "--columns", "name,integration.id"])).stdout.split("\n")
        expect(csv[0]).toBe("name,integration.id")
        expect(csv.slice(1, -1).map((line) => line.split(",")[0])).toEqual(json.map(({ name }) => name))
        expect(json.length).toBeGreaterThan(10)
      })
    )
  )

  scopedLive("has the fields of all records in CSV, even if the first record lacks some", () =>
    Effect.gen(function* () {
      const { blueprints, devices, users } = yield* Sandbox.state
      const { id: blueprint_id } = yield* blueprints.put({ name: "Office" })
      const { id: user } = yield* users.put({ name: "Ada", email: "ada@example.com" })
      yield* devices.put({ platform: "Mac", blueprint_id, device_name: "A spare Mac", serial_number: "C02SPARE" })
      yield* devices.put({ platform: "Mac", blueprint_id, user, device_name: "Ada's Mac", serial_number: "C02ADA" })
      const listed = yield* iru(["devices", "list", "--csv"])
      const called = yield* iru(["api", "GET", "devices", "--paginate", "--csv"])
      for (const { stdout } of [listed, called]) {
        const [names = "", ...rows] = stdout.trimEnd().split("\n")
        expect(names.split(",")).toContain("user.email")
        expect(names.split(",")).not.toContain("user")
        expect(rows.find((row) => row.includes("C02SPARE"))).toBeDefined()
        expect(rows.find((row) => row.includes("C02ADA"))).toContain("ada@example.com")
      }
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  scopedLive("is an empty array, no line, or only the header if there are no records", () =>
    Effect.gen(function* () {
      expect((yield* iru(["tags", "list", "--json"])).stdout).toBe("[]\n")
      expect((yield* iru(["tags", "list"])).stdout).toBe("")
      expect((yield* iru(["tags", "list", "--csv", "--columns", "id,name"])).stdout).toBe("id,name\n")
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  scopedLive("does not let text of the tenant move the cursor or break a row", () =>
    Effect.gen(function* () {
      yield* iru(["tags", "create", "--name", `a${escape}[2Jb\tc\nd "e",f`])
      const { shown } = yield* inTerminal(["tags", "list", "--no-color", "--columns", "name"])
      expect(shown).toBe(`NAME\na [2Jb c d "e",f\n`)
      expect((yield* iru(["tags", "list", "--columns", "name"])).stdout.split("\n")).toHaveLength(2)
      expect((yield* iru(["tags", "list", "--csv", "--columns", "name"])).stdout).toContain('"a')
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  scopedLive("ends without an error when its reader stops early", () =>
    Effect.gen(function* () {
      const { apiToken, tenantUrl } = yield* Sandbox
      const child = spawn("sh", ["-c", '"$@" | head -n 1', "sh", process.execPath, command(), "devices", "list"], {
        env: { ...usual(), IRU_TENANT_URL: tenantUrl, IRU_API_TOKEN: apiToken }
      })
      const printed = { stdout: "", stderr: "" }
      child.stdout.on("data", (text) => (printed.stdout += String(text)))
      child.stderr.on("data", (text) => (printed.stderr += String(text)))
      yield* Effect.promise(() => once(child, "close"))
      expect(printed.stderr).toBe("")
      expect(printed.stdout.trimEnd().split("\n")).toHaveLength(1)
    }).pipe(Effect.provide(Sandbox.layer({ seed: { devices: 20_000 } })))
  )

  if (existsSync("/dev/full")) {
    scopedLive("fails with a message if the disk is full", () =>
      onTenant(
        Effect.gen(function* () {
          const { apiToken, tenantUrl } = yield* Sandbox
          const child = spawn(process.execPath, [command(), "devices", "list"], {
            env: { ...usual(), IRU_TENANT_URL: tenantUrl, IRU_API_TOKEN: apiToken },
            stdio: ["ignore", openSync("/dev/full", "w"), "pipe"]
          })
          let stderr = ""
          child.stderr?.on("data", (text) => (stderr += String(text)))
          const [code]: Array<unknown> = yield* Effect.promise(() => once(child, "close"))
          expect(stderr).toMatch(/^iru devices list: Cannot write to standard output: ENOSPC.*\n$/)
          expect(code).toBe(1)
        })
      )
    )
  }
})

describe("one record", () => {
  scopedLive("is found by serial number, by name and by id", () =>
    onTenant(
      Effect.gen(function* () {
        const [first = ""] = (yield* iru([
          "devices",
          "list",
          "--limit",
          "1",
          "--columns",
          "serial_number,device_name,device_id"
        ])).stdout.split("\n")
        const names = first.split("\t")
        expect(names).toHaveLength(3)
        for (const name of names) {
          const { stdout } = yield* iru(["devices", "get", name, "--json"])
          expect(JSON.parse(stdout)).toMatchObject({ device_id: names[2] })
        }
      })
    )
  )
})

describe("a failure prints at most three lines on standard error, and has an exit code of its kind", () => {
  const kinds: ReadonlyArray<readonly [title: string, status: number, code: number]> = [
    ["a wrong token", 401, 3],
    ["no permission", 403, 5],
    ["a server that fails", 500, 1]
  ]
  for (const [title, status, code] of kinds) {
    scopedLive(title, () =>
      onTenant(
        Effect.gen(function* () {
          yield* Sandbox.fault(Fault.status(status, { path: "/api/v1/licensing*", times: 100 }))
          yield* Sandbox.fault(Fault.status(status, { path: "/api/v1/tags*", times: 100 }))
          const ended = yield* iru(["tags", "create", "--name", "x"])
          expect(ended.stdout).toBe("")
          expect(ended.stderr).toMatch(/^iru tags create: /)
          expect(ended.stderr.trimEnd().split("\n").length).toBeLessThanOrEqual(3)
          expect(ended.code).toBe(code)
        })
      )
    )
  }

  scopedLive("exits with 4 if no record has the name", () =>
    onTenant(
      Effect.gen(function* () {
        const ended = yield* iru(["devices", "get", "no-such-serial"])
        expect(ended).toEqual({
          code: 4,
          stdout: "",
          stderr:
            'iru devices get: The tenant has no record "no-such-serial". Give the serial number, the name or the id of the device.\n'
        })
      })
    )
  )

  scopedLive("exits with 1 without a network", () =>
    Effect.gen(function* () {
      const ended = yield* plain(["tags", "create", "--name", "x"], {
        env: { IRU_TENANT_URL: "http://127.0.0.1:1", IRU_API_TOKEN: "0a1b2c3d-4e5f-4a6b-8c7d-9e8f7a6b5c4d" }
      })
      expect(ended.code).toBe(1)
      expect(ended.stderr).toMatch(/^iru tags create: no complete answer came\..*\n.*\n$/)
    })
  )

  scopedLive("exits with 2 for a mistake in the arguments, and suggests the nearest word", () =>
    onTenant(
      Effect.gen(function* () {
        expect(yield* iru(["devcies"])).toEqual({
          code: 2,
          stdout: "",
          stderr: "iru: unknown command 'devcies' (Did you mean devices?) See iru --help\n"
        })
        const verb = yield* iru(["tags", "delte"])
        expect(verb.stderr).toBe("iru: unknown command 'delte' (Did you mean delete?) See iru tags --help\n")
        const value = yield* iru(["devices", "list", "--platform", "Macc"])
        expect(value.stderr).toBe(
          'iru devices list: --platform must be one of "Mac", "iPhone", "iPad", "AppleTV", "Android", "Windows"\n'
        )
        expect([verb.code, value.code]).toEqual([2, 2])
      })
    )
  )

  scopedLive("shows the requests with --verbose, but no secret", () =>
    onTenant(
      Effect.gen(function* () {
        const { stderr } = yield* iru(["tags", "list", "--verbose"])
        const { apiToken } = yield* Sandbox
        expect(stderr).toMatch(/^> GET \/api\/v1\/tags 200 \d+ ms\n/)
        expect(stderr).not.toContain(apiToken)
      })
    )
  )
})
