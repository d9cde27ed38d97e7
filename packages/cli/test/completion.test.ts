/**
 * Completion with Tab of commands, options, values and names of records, in the installed shells.
 */
import { scopedLive } from "@effect/vitest"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import { spawnSync } from "node:child_process"
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { prepareIru, runProcess } from "./support/run.js"

const { command, folder, iru, usual } = prepareIru()

const complete = (...words: ReadonlyArray<string>) =>
  Effect.map(iru(["__complete", "--", ...words]), ({ stdout }) =>
    stdout
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => line.split("\t")[0] ?? "")
  )

const tenant = Sandbox.layer({ seed: { devices: 12, customScripts: 6 } })

describe("the completion", () => {
  scopedLive("finds commands, options, values of options, and names of records that begin with the typed text", () =>
    Effect.gen(function* () {
      expect(yield* complete("dev")).toEqual(["devices"])
      expect(yield* complete("devices", "lo")).toEqual(["lock", "lost-mode"])
      expect(yield* complete("devices", "list", "--pl")).toEqual(["--platform"])
      expect(yield* complete("devices", "list", "--platform", "i")).toEqual(["iPhone", "iPad"])
      const scripts = (yield* iru(["scripts", "list", "--columns", "name"])).stdout.trimEnd().split("\n")
      expect(yield* complete("scripts", "get", "")).toEqual(scripts)
      const serials = (yield* iru(["devices", "list", "--columns", "serial_number"])).stdout.trimEnd().split("\n")
      const begun = serials[0]?.slice(0, 6) ?? ""
      expect(yield* complete("devices", "lock", "X", begun.toLowerCase())).toContain(serials[0])
      expect(yield* complete("scripts", "get", "one", "")).toEqual([])
    }).pipe(Effect.provide(tenant))
  )

  scopedLive("finds nothing and prints no error if the tenant does not answer", () =>
    Effect.gen(function* () {
      const nowhere = { IRU_TENANT_URL: "http://127.0.0.1:1", IRU_API_TOKEN: "0a1b2c3d-4e5f-4a6b-8c7d-9e8f7a6b5c4d" }
      expect(yield* iru(["__complete", "--", "scripts", "get", ""], { env: nowhere })).toEqual({
        code: 0,
        stdout: "",
        stderr: ""
      })
    }).pipe(Effect.provide(tenant))
  )
})

/** How to ask each shell for its completions. */
const shells: Readonly<Record<string, { readonly args: ReadonlyArray<string>; readonly first: RegExp }>> = {
  bash: {
    args: [
      "-c",
      'eval "$(iru completion bash)"; COMP_WORDS=(iru scripts get ""); COMP_CWORD=3; _iru_complete; printf "%s\\n" "${COMPREPLY[@]}"'
    ],
    first: /^(\w+\\ )+\w+$/
  },
  zsh: {
    args: [
      "-fc",
      'autoload -Uz compinit; compinit -D; eval "$(iru completion zsh)"; _describe() { print -l $found }; words=(iru scripts get ""); CURRENT=4; _iru'
    ],
    first: /^(\w+ )+\w+:/
  },
  fish: {
    args: ["-c", 'iru completion fish | source; complete -C "iru scripts get "'],
    first: /^(\w+(\\ | ))+\w+/
  }
}

for (const [shell, { args, first }] of Object.entries(shells)) {
  const isThere = spawnSync(shell, ["-c", "exit 0"]).status === 0
  test.runIf(isThere)(`completes names with blanks in ${shell}${isThere ? "" : `: ${shell} is not installed`}`, () =>
    Effect.runPromise(
      Effect.gen(function* () {
        const { apiToken, tenantUrl } = yield* Sandbox
        const programs = join(folder(), "bin")
        mkdirSync(programs, { recursive: true })
        writeFileSync(join(programs, "iru"), `#!/bin/sh\nexec '${process.execPath}' '${command()}' "$@"\n`)
        chmodSync(join(programs, "iru"), 0o755)
        const env = { ...usual(), IRU_TENANT_URL: tenantUrl, IRU_API_TOKEN: apiToken }
        const { stderr, stdout } = yield* Effect.promise(() =>
          runProcess(shell, args, { env: { ...env, HOME: folder(), PATH: `${programs}:${env.PATH}` } })
        )
        expect(stderr).toBe("")
        const lines = stdout.trimEnd().split("\n")
        expect(lines).toHaveLength(6)
        expect(lines[0]).toMatch(first)
      }).pipe(Effect.provide(tenant))
    )
  )
}
