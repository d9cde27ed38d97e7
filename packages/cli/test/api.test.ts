/**
 * `iru api`: calls any endpoint.
 */
import { scopedLive } from "@effect/vitest"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { describe, expect, test } from "vitest"
import { writes } from "../../../test/support/sandbox.js"
import { stylesOf } from "../src/api/pages.js"
import { onTenant, prepareIru } from "./support/run.js"

const { inTerminal, iru } = prepareIru()

describe("iru api", () => {
  scopedLive(
    "prints the answer of a GET unchanged, sends fields as the query, and reads all pages with --paginate",
    () =>
      onTenant(
        Effect.gen(function* () {
          const one = yield* iru(["api", "GET", "devices", "-f", "limit=2", "-f", "platform=Mac"])
          expect(JSON.parse(one.stdout)).toMatchObject([{ platform: "Mac" }, { platform: "Mac" }])
          const all = yield* iru(["api", "get", "/api/v1/library/custom-scripts?limit=7", "--paginate", "--ndjson"])
          const listed = yield* iru(["scripts", "list", "--ndjson"])
          expect(all.stdout.split("\n").length).toBe(listed.stdout.split("\n").length)
          expect((yield* iru(["api", "GET", "settings/licensing", "--paginate"])).code).not.toBe(0)
        })
      )
  )

  scopedLive("asks the user to type the path before any other method", () =>
    onTenant(
      Effect.gen(function* () {
        const refused = yield* iru(["api", "POST", "tags", "-f", "name=Loaners"])
        expect(refused.code).toBe(2)
        expect(refused.stderr).toContain('--confirm "/api/v1/tags"')
        const no = yield* inTerminal(["api", "POST", "tags", "-f", "name=Loaners"], {
          answers: [["to continue:", "y\r"]]
        })
        expect(no.code).toBe(2)
        expect(yield* writes).toEqual([])
        const created = yield* iru(["api", "POST", "tags", "-f", "name=Loaners", "--confirm", "tags"])
        const { id }: { id: string } = JSON.parse(created.stdout)
        const renamed = yield* inTerminal(["api", "PATCH", `tags/${id}`, "-F", 'name="Loaners 2"'], {
          answers: [["to continue:", `/api/v1/tags/${id}\r`]]
        })
        expect(renamed.shown).toContain('"name": "Loaners 2"')
        expect((yield* iru(["api", "DELETE", `tags/${id}`, "--confirm", `tags/${id}`])).code).toBe(0)
        expect(yield* writes).toHaveLength(3)
      })
    )
  )

  scopedLive("takes a body from --input, and sends a form with --form", () =>
    Effect.gen(function* () {
      const script = yield* iru(
        [
          "api",
          "POST",
          "library/custom-scripts",
          "--input",
          "-",
          "-F",
          "restart=true",
          "--confirm",
          "library/custom-scripts"
        ],
        {
          input: '{"name":"Audit","execution_frequency":"once","script":"exit 0","restart":false}'
        }
      )
      expect(JSON.parse(script.stdout)).toMatchObject({ name: "Audit", restart: true })
      const blueprint = yield* iru([
        "api",
        "POST",
        "blueprints",
        "--form",
        "-f",
        "name=Lab",
        "-F",
        "enrollment_code.is_active=true",
        "--confirm",
        "blueprints"
      ])
      expect(JSON.parse(blueprint.stdout)).toMatchObject({ name: "Lab", enrollment_code: { is_active: true } })
    }).pipe(Effect.provide(Sandbox.layer()))
  )

  scopedLive("shows no secret on a terminal without --reveal, and explains mistakes in the arguments", () =>
    onTenant(
      Effect.gen(function* () {
        const id = (yield* iru([
          "devices",
          "list",
          "--platform",
          "Mac",
          "--limit",
          "1",
          "--columns",
          "device_id"
        ])).stdout.trim()
        const path = `devices/${id}/secrets/filevaultkey`
        expect((yield* inTerminal(["api", "GET", path])).code).toBe(2)
        expect((yield* inTerminal(["api", "GET", path, "--reveal"])).shown).toContain('"key"')
        expect(yield* iru(["api", "PUT", "tags"])).toMatchObject({ code: 2, stdout: "" })
        expect((yield* iru(["api", "GET", "tags", "-f", "name"])).stderr).toContain("-f takes KEY=VALUE")
        expect((yield* iru(["api", "GET", "tags", "-F", "name=x"])).stderr).toContain("-F name is not valid JSON")
      })
    )
  )
})

test("finds the page style of a listing from its first page", () => {
  expect(stylesOf([])?.isComputed).toBe(true)
  for (const page of [
    { results: [], next: null },
    { results: [], total: 0, page: 1 },
    { results: [] },
    { data: [], cursor: "" },
    { device_id: "x", activity: { results: [], next: null } }
  ])
    expect(stylesOf(page), JSON.stringify(page)).toBeDefined()
  expect(stylesOf({ id: "x" })).toBeUndefined()
  expect(stylesOf("x")).toBeUndefined()
})
