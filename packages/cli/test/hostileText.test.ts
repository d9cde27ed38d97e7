/**
 * Texts of a tenant that a terminal, a spreadsheet or a shell would obey, and names that are none.
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

/** The tenant has tags of these names. */
const tagsNamed = (...names: ReadonlyArray<string>) =>
  Sandbox.fault({
    path: "/api/v1/tags",
    respond: {
      status: 200,
      body: { count: names.length, next: null, previous: null, results: names.map((name) => ({ id, name })) }
    }
  })

/** What a terminal would obey, beside bold text. */
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
    scopedLive(`with control characters is shown in a terminal, and not obeyed: iru ${args.join(" ")}`, () =>
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

  scopedLive("reaches a pipe as it is, and is JSON of the same text in a terminal", () =>
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

  scopedLive("is no formula in a spreadsheet; numbers and other cells stay as they are", () =>
    onTenant(
      Effect.gen(function* () {
        yield* tagsNamed(`=cmd|' /C calc'!A0`, "+49 30 1234", "-5", "@SUM(1)", "a=b")
        const { stdout } = yield* iru(["tags", "list", "--csv", "--columns", "name"])
        expect(stdout.split("\n").slice(1, -1)).toEqual([`'=cmd|' /C calc'!A0`, "+49 30 1234", "-5", "'@SUM(1)", "a=b"])
      })
    )
  )

  scopedLive("is not completed where it looks like an option or is several lines", () =>
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
  scopedLive("shows no token that stands in the variable of the URL", () =>
    Effect.gen(function* () {
      for (const IRU_TENANT_URL of [id, `https://admin:${id}@accuhive.api.kandji.io`]) {
        const { stderr, stdout } = yield* plain(["auth", "status"], { env: { IRU_TENANT_URL, IRU_API_TOKEN: "x" } })
        expect(stdout).toContain("no address of a tenant")
        expect(stdout + stderr).not.toContain(id)
      }
    })
  )

  scopedLive("ends at once where its folder cannot be made, and takes no name that is none", () =>
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

  scopedLive("knows no tenant of a name that every object has, and says what a damaged file is", () =>
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
