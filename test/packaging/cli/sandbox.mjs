/**
 * The command as it was installed: it starts, serves its page with all that belongs to it, answers with its token, and
 * ends when it is told to.
 */
import { strict as assert } from "node:assert"
import { spawn } from "node:child_process"
import { once } from "node:events"

const command = spawn("node_modules/.bin/iru-sandbox", ["--seed", "42"], { stdio: ["ignore", "pipe", "inherit"] })
let printed = ""
for await (const text of command.stdout.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
  printed += text
  if (printed.includes("Python client")) break
}
const [, url] = /URL +(\S+)/.exec(printed)
const [, token] = /Token +(\S+)/.exec(printed)

const page = await (await fetch(url)).text()
for (const [, asset] of page.matchAll(/(?:src|href)="(\/[^"]+)"/g)) {
  assert.equal((await fetch(`${url}${asset}`)).status, 200, asset)
}
const blueprints = await fetch(`${url}/api/v1/blueprints`, { headers: { authorization: `Bearer ${token}` } })
assert.equal((await blueprints.json()).count, 8)

command.kill("SIGINT")
assert.deepEqual(await once(command, "close"), [0, null])
console.log("started, answered, stopped")
