/**
 * The compose file of docs/sandbox.md without a container runtime: the sandbox and a program in network namespaces of
 * their own, the sandbox's name in a hosts file.
 */
import { execFile, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, describe, expect, test } from "vitest"

const compose = readFileSync("docs/sandbox.md", "utf8").match(/```yaml\n# compose\.yaml\n([^]*?)```/)?.[1] ?? ""
const flags = /iru-sandbox (--.*)$/m.exec(compose)?.[1] ?? ""
const variables = Object.fromEntries(
  [...compose.matchAll(/^\s+(IRU_\w+): (.*)$/gm)].map(([, name = "", value = ""]) => [name, value])
)

const isolated = [...(process.getuid?.() === 0 ? [] : ["--user", "--map-root-user"]), "--net", "--mount"]
const canIsolate =
  spawnSync("unshare", [...isolated, "sh", "-c", "ip link add one type veth peer name two"], { stdio: "ignore" })
    .status === 0
if (!canIsolate) console.log("Not run: two network namespaces, which this machine does not allow")

const folder = mkdtempSync(join(tmpdir(), "sandbox-container-test-"))
afterAll(() => rmSync(folder, { recursive: true }))

const tsx = `${process.execPath} --import tsx`

/** Runs the compose file's services, and gives what the program printed. */
const run = (environment: Readonly<Record<string, string>>) =>
  promisify(execFile)(
    "unshare",
    [
      ...isolated,
      "sh",
      "test/sandbox/programs/container.sh",
      folder,
      `${tsx} packages/cli/src/iru-sandbox.ts ${flags}`,
      `${tsx} test/sandbox/programs/publish.ts ${folder}`
    ],
    { env: { PATH: process.env["PATH"], ...environment } }
  ).finally(() => rmSync(join(folder, "apart"), { force: true }))

test("the compose file names the flags and the three variables", () => {
  expect(flags).toContain("--host 0.0.0.0")
  expect(Object.keys(variables)).toEqual(["IRU_TENANT_URL", "IRU_API_TOKEN", "IRU_ALLOW_INSECURE_HOST"])
})

describe.runIf(canIsolate)("a program in another container", () => {
  test("publishes an installer to the sandbox and reads it back", { timeout: 60_000 }, async () => {
    const { stdout } = await run(variables)
    expect(stdout).toMatch(/^published [0-9a-f]{64}\n$/)
  })

  test("gets an error that names the problem if the host is not allowed", { timeout: 60_000 }, async () => {
    const { IRU_ALLOW_INSECURE_HOST: _, ...others } = variables
    const failure: { stderr: string } = await run(others).then(
      () => ({ stderr: "" }),
      (error) => error
    )
    expect(failure.stderr).toContain("unknown API host")
  })
})
