/**
 * Every program under examples/ runs against a sandbox tenant, in a process of its own, as a reader would run it; and
 * every example in the README and in docs/ is
 * one of them.
 */
import { live } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { Sandbox } from "effect-iru/sandbox"
import { execFile } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { promisify } from "node:util"
import { expect, test } from "vitest"

const isProgram = (name: string) => name.endsWith(".ts") && !name.endsWith(".test.ts")

const run = (name: string, environment: Record<string, string>) =>
  Effect.promise(() =>
    promisify(execFile)(process.execPath, ["--import", "tsx", `examples/${name}`], {
      env: { ...process.env, ...environment }
    })
  )

for (const name of readdirSync("examples").filter(isProgram)) {
  live(
    `examples/${name} runs on a sandbox tenant and says what it did`,
    () =>
      Effect.gen(function* () {
        const { apiToken, tenantUrl } = yield* Sandbox
        const { stderr, stdout } = yield* run(name, {
          IRU_TENANT_URL: tenantUrl,
          IRU_API_TOKEN: apiToken,
          IRU_ALLOW_LOOPBACK: "true"
        })
        expect(stdout.trim()).not.toBe("")
        expect(stderr).toBe("")
      }).pipe(Effect.provide(Sandbox.layer())),
    60_000
  )
}

const pages = ["README.md", ...readdirSync("docs").map((name) => `docs/${name}`)].filter((page) => page.endsWith(".md"))

test.each(pages)("what %s shows in TypeScript is a file under examples/, word for word", (page) => {
  for (const [, file = "", code = ""] of readFileSync(page, "utf8").matchAll(
    /```ts\n(?:\/\/ (\S+)\n)?([\s\S]*?)```/g
  )) {
    expect(file, `an example without a file: ${code}`).toMatch(/^examples\//)
    expect(readFileSync(file, "utf8").trim()).toBe(code.trim())
  }
})

test.each(pages)("every page that %s links to is there", (page) => {
  for (const [, target = ""] of readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
    expect(existsSync(join(dirname(page), target)), `${page} links to ${target}`).toBe(true)
  }
})
