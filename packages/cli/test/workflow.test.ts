/**
 * The GitHub Actions file of docs/repository.md: its shell steps run with a fake `gh` that records its arguments, and
 * push to a local repository.
 */
import { scopedLive } from "@effect/vitest"
import { Sandbox } from "effect-iru/sandbox"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { expect } from "vitest"
import { parse } from "yaml"
import { onTenant, prepareIru, runProcess } from "./support/run.js"

const { command, folder, iru, usual } = prepareIru()

const Step = Schema.Struct({
  uses: Schema.optional(Schema.String),
  run: Schema.optional(Schema.String),
  env: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
})
const Job = Schema.Struct({
  steps: Schema.Array(Step),
  env: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String }))
})
const workflow = Schema.decodeUnknownSync(Schema.Struct({ jobs: Schema.Struct({ plan: Job, apply: Job }) }))(
  parse(readFileSync("examples/iru-repository.yml", "utf8"))
)

scopedLive(
  "a pull request gets the plan as a comment, and the merge applies it and commits the new ids",
  () =>
    onTenant(
      Effect.gen(function* () {
        const { apiToken, tenantUrl } = yield* Sandbox
        const at = (path: string) => join(folder(), path)
        mkdirSync(at("bin"))
        writeFileSync(at("bin/iru"), `#!/bin/sh\nexec "${process.execPath}" "${command()}" "$@"\n`)
        writeFileSync(at("bin/gh"), `#!/bin/sh\necho "$@" > "${at("gh.txt")}"\ncp plan.md "${at("comment.md")}"\n`)
        for (const name of ["iru", "gh"]) chmodSync(at(`bin/${name}`), 0o755)
        const env = {
          ...usual(),
          PATH: `${at("bin")}:${process.env["PATH"] ?? ""}`,
          IRU_TENANT_URL: tenantUrl,
          IRU_API_TOKEN: apiToken
        }
        const git = (...args: ReadonlyArray<string>) =>
          execFileSync("git", ["-c", "user.name=A", "-c", "user.email=a@example.com", ...args], {
            cwd: at("work"),
            encoding: "utf8"
          })
        /** Runs the shell steps of a job as GitHub does: `bash -e` in the checked-out folder. */
        const runJob = (name: "apply" | "plan") =>
          Effect.promise(async () => {
            const { env: jobEnv = {}, steps } = workflow.jobs[name]
            for (const { env: stepEnv = {}, run } of steps) {
              if (run === undefined || run.startsWith("npm install --global")) continue
              const values = { ...env, ...jobEnv, ...stepEnv, PULL_REQUEST: "7" }
              const ended = await runProcess("bash", ["-e", "-o", "pipefail", "-c", `cd "${at("work")}"\n${run}`], {
                env: values
              })
              expect(ended.code, ended.stderr).toBe(0)
            }
          })

        mkdirSync(at("work"))
        execFileSync("git", ["init", "--quiet", "--bare", at("origin.git")])
        git("init", "--quiet", "--initial-branch", "main")
        expect((yield* iru(["repo", "pull", "--repo", at("work/mdm"), "--info-format", "yaml"])).code).toBe(0)
        git("add", ".")
        git("commit", "--quiet", "--message", "Pull the tenant")
        git("remote", "add", "origin", at("origin.git"))
        git("push", "--quiet", "--set-upstream", "origin", "main")

        mkdirSync(at("work/mdm/scripts/Firewall"))
        writeFileSync(
          at("work/mdm/scripts/Firewall/info.yaml"),
          "id: firewall\nname: Firewall\nexecution_frequency: once\n"
        )
        writeFileSync(at("work/mdm/scripts/Firewall/audit.zsh"), "#!/bin/zsh\nTOKEN=hunter2hunter2\n")
        git("add", ".")
        git("commit", "--quiet", "--message", "Add a script")

        yield* runJob("plan")
        expect(readFileSync(at("gh.txt"), "utf8")).toContain("pr comment 7")
        const comment = readFileSync(at("comment.md"), "utf8")
        expect(comment).toContain("### 1 to create.")
        expect(comment).toContain("create script")
        expect(comment).not.toContain("hunter2")

        yield* runJob("apply")
        expect(git("show", "--stat", "origin/main")).toContain("Firewall/info.yaml")
        expect(readFileSync(at("work/mdm/scripts/Firewall/info.yaml"), "utf8")).toMatch(/^id: [0-9a-f-]{36}\n/)
        const again = yield* iru(["repo", "plan", "--repo", at("work/mdm"), "--exit-code"])
        expect(again.code, again.stdout).toBe(0)
      })
    ),
  60_000
)
