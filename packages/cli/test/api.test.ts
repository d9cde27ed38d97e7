/**
 * `iru api`: any endpoint.
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
  scopedLive("GET prints the answer as it is; fields are its query; --paginate reads all pages", () =>
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

  scopedLive("anything else asks with the path, as what cannot be taken back does", () =>
    onTenant(
      Effect.gen(function* () {
        const refused = yield* iru(["api", "POST", "tags", "-f", "name=Loaners"])
        expect(refused.code).toBe(2)
        expect(refused.stderr).toContain('--confirm "/api/v1/tags"')
        const no = yield* inTerminal(["api", "POST", "tags", "-f", "name=Loaners"], { answers: [["to go on:", "y\r"]] })
        expect(no.code).toBe(2)
        expect(yield* writes).toEqual([])
        const created = yield* iru(["api", "POST", "tags", "-f", "name=Loaners", "--confirm", "tags"])
        const { id }: { id: string } = JSON.parse(created.stdout)
        const renamed = yield* inTerminal(["api", "PATCH", `tags/${id}`, "-F", 'name="Loaners 2"'], {
          answers: [["to go on:", `/api/v1/tags/${id}\r`]]
        })
        expect(renamed.shown).toContain('"name": "Loaners 2"')
        expect((yield* iru(["api", "DELETE", `tags/${id}`, "--confirm", `tags/${id}`])).code).toBe(0)
        expect(yield* writes).toHaveLength(3)
      })
    )
  )

  scopedLive("a body comes from --input, and a form is sent as one", () =>
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

  scopedLive("shows no secret on a terminal without --reveal, and says what is wrong with what was typed", () =>
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
        expect((yield* iru(["api", "GET", "tags", "-F", "name=x"])).stderr).toContain("-F name is no JSON")
      })
    )
  )
})

test("the page style of a listing is told from its first page", () => {
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
