/**
 * Texts from a tenant that a terminal, a spreadsheet or a shell would execute, and invalid names.
 */
import { scopedLive } from "@effect/vitest"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect } from "vitest"
import { onTenant, prepareIru } from "./support/run.js"

const { folder, inTerminal, iru, plain } = prepareIru()

const hostile = "a\u001b]0;title\u0007\u009b2J\u202egpj"
const id = "0a1b2c3d-4e5f-4a6b-8c7d-9e8f7a6b5c4d"

/** The names of the tenant's tags. */
const tagsNamed = (...names: ReadonlyArray<string>) =>
  Sandbox.fault({
    path: "/api/v1/tags",
    respond: {
      status: 200,
      body: { count: names.length, next: null, previous: null, results: names.map((name) => ({ id, name })) }
    }
  })

/** Matches what a terminal would execute, except bold text. */
const obeyed = (shown: string): ReadonlyArray<string> =>
  shown
    .replaceAll("\u001b[1m", "")
    .replaceAll("\u001b[22m", "")
    .match(/[^\P{Cc}\n\t]|[\u202a-\u202e]/gu) ?? []

describe("a text of the tenant", () => {
  for (const args of [
    ["tags", "list"],
    ["tags", "list", "--json"],
    ["tags", "list", "--csv"],
    ["api", "GET", "tags"]
  ]) {
    scopedLive(`cannot control a terminal with control characters: iru ${args.join(" ")}`, () =>
      onTenant(
        Effect.gen(function* () {
          yield* tagsNamed(hostile)
          const { code, shown } = yield* inTerminal(args)
          expect(code).toBe(0)
          expect(shown).toContain("title")
          expect(obeyed(shown)).toEqual([])
        })
      )
    )
  }

  scopedLive("is written to a pipe unchanged, and as JSON in a terminal means the same text", () =>
    onTenant(
      Effect.gen(function* () {
        yield* tagsNamed(hostile)
        const piped = yield* iru(["tags", "list", "--json"])
        yield* tagsNamed(hostile)
        const { shown } = yield* inTerminal(["tags", "list", "--json"])
        expect(JSON.parse(piped.stdout)).toMatchObject([{ name: hostile }])
        expect(JSON.parse(shown)).toEqual(JSON.parse(piped.stdout))
      })
    )
  )

  scopedLive("is not a formula in a spreadsheet, and numbers and other cells are not changed", () =>
    onTenant(
      Effect.gen(function* () {
        yield* tagsNamed(`=cmd|' /C calc'!A0`, "+49 30 1234", "-5", "@SUM(1)", "a=b")
        const { stdout } = yield* iru(["tags", "list", "--csv", "--columns", "name"])
        expect(stdout.split("\n").slice(1, -1)).toEqual([`'=cmd|' /C calc'!A0`, "+49 30 1234", "-5", "'@SUM(1)", "a=b"])
      })
    )
  )

  scopedLive("is not offered as a completion if it looks like an option or has several lines", () =>
    onTenant(
      Effect.gen(function* () {
        yield* tagsNamed("--yes", "two\nlines", "Kiosk")
        const { stdout } = yield* iru(["__complete", "--", "tags", "delete", ""])
        expect(stdout).toBe("Kiosk\t\n")
      })
    )
  )
})

describe("iru auth", () => {
  scopedLive("does not show a token that was put into the variable of the URL", () =>
    Effect.gen(function* () {
      for (const IRU_TENANT_URL of [id, `https://admin:${id}@accuhive.api.kandji.io`]) {
        const { stderr, stdout } = yield* plain(["auth", "status"], { env: { IRU_TENANT_URL, IRU_API_TOKEN: "x" } })
        expect(stdout).toContain("not the address of a tenant")
        expect(stdout + stderr).not.toContain(id)
      }
    })
  )

  scopedLive("fails at once if its folder cannot be made or the name is not valid", () =>
    onTenant(
      Effect.gen(function* () {
        const { apiToken, tenantUrl } = yield* Sandbox
        const login = ["auth", "login", "--url", tenantUrl, "--token-stdin"]
        const nowhere = yield* plain(login, { input: apiToken, env: { XDG_CONFIG_HOME: "/proc/nowhere" } })
        expect(nowhere).toMatchObject({ code: 1, stdout: "" })
        expect(nowhere.stderr).toContain("Cannot write /proc/nowhere/iru/tokens.json")
        const named = yield* plain([...login, "--tenant", 'x"\nadd-generic-password'], { input: apiToken })
        expect(named.code).toBe(2)
      })
    )
  )

  scopedLive("does not know a tenant called constructor, and says that a damaged file is damaged", () =>
    Effect.gen(function* () {
      const config = join(folder(), "other", "iru")
      mkdirSync(config, { recursive: true })
      const env = { XDG_CONFIG_HOME: join(folder(), "other") }
      const unknown = yield* plain(["tags", "list", "--tenant", "constructor"], { env })
      expect(unknown).toMatchObject({ code: 3, stdout: "" })
      expect(unknown.stderr).toContain('There is no tenant "constructor"')
      writeFileSync(join(config, "tenants.json"), '{"tenants":{"a":{"url":"no url","token":"file"}}}')
      const damaged = yield* plain(["tags", "list", "--tenant", "a"], { env })
      expect(damaged.stderr).toContain("is damaged")
    })
  )
})
