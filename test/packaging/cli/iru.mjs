/**
 * `iru` as it was installed, or as one file: `node iru.mjs COMMAND…` starts its sandbox, and works on that tenant.
 */
import { strict as assert } from "node:assert"
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"

const [program, ...before] = process.argv.slice(2)
const run = (args, env = {}) => {
  const { status, stderr, stdout } = spawnSync(program, [...before, ...args], {
    encoding: "utf8",
    env: { ...process.env, ...env }
  })
  return { status, stderr, stdout }
}

assert.match(run(["--version"]).stdout, /^\d+\.\d+\.\d+\n$/)
assert.match(run(["--help"]).stdout, /\nCommands\n {2}auth /)
assert.equal(run(["devcies"]).status, 2)

const sandbox = spawn(program, [...before, "sandbox", "--seed", "42"], { stdio: ["ignore", "pipe", "inherit"] })
let printed = ""
for await (const text of sandbox.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
  printed += text
  if (printed.includes("Python client")) break
}
const [, url] = /URL +(\S+)/.exec(printed)
const [, token] = /Token +(\S+)/.exec(printed)
const tenant = { IRU_TENANT_URL: url, IRU_API_TOKEN: token }

const listed = run(["devices", "list", "--limit", "3", "--columns", "serial_number"], tenant)
assert.deepEqual([listed.status, listed.stderr, listed.stdout.split("\n").length], [0, "", 4])
const [serial] = listed.stdout.split("\n")
assert.equal(run(["devices", "restart", serial], tenant).status, 2)
assert.equal(run(["devices", "restart", serial, "--yes"], tenant).status, 0)
assert.equal(JSON.parse(run(["repo", "plan", "--repo", "mdm", "--json"], tenant).stdout || "null"), null)
assert.equal(run(["repo", "pull", "--repo", "mdm", "--info-format", "yaml"], tenant).status, 0)
assert.equal(run(["repo", "plan", "--repo", "mdm", "--exit-code"], tenant).status, 0)
assert.equal(run(["api", "GET", "tags"], { ...tenant, IRU_API_TOKEN: token.replace(/^./, "z") }).status, 3)

sandbox.kill("SIGINT")
await once(sandbox, "close")
console.log("listed, restarted, pulled, planned")
