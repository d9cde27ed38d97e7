/**
 * Measures how long it takes to read a folder of 2,000 items, against `readFile` of the same files. Both are measured
 * in turn.
 */
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Repository } from "effect-iru/repository"
import * as Effect from "effect/Effect"
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { readdir, readFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"

const root = mkdtempSync(join(tmpdir(), "effect-iru-bench-"))
const write = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), content)
}
const id = (kind: number, index: number) => `0000000${kind}-0000-4000-8000-${String(index).padStart(12, "0")}`
const plist = (content: string) =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n<plist version="1.0">\n<dict>\n${content}\n</dict>\n</plist>\n`
const pairs = (values: Readonly<Record<string, string | boolean>>) =>
  Object.entries(values)
    .map(
      ([key, value]) => `<key>${key}</key>${typeof value === "string" ? `<string>${value}</string>` : `<${value}/>`}`
    )
    .join("\n")

write(".iructl", "")
for (let index = 0; index < 1000; index++) {
  const name = `Script ${index}`
  write(
    `scripts/${name}/info.yaml`,
    `id: ${id(1, index)}\nname: ${name}\nactive: true\nexecution_frequency: every_day\nrestart: false\n`
  )
  write(`scripts/${name}/audit.zsh`, `#!/bin/zsh\n${`echo "line of ${name}"\n`.repeat(30)}`)
}
for (let index = 0; index < 600; index++) {
  const name = `Profile ${index}`
  write(`profiles/${name}/info.plist`, plist(pairs({ id: id(2, index), name, active: true, runs_on_mac: true })))
  const payload = Object.fromEntries(Array.from({ length: 20 }, (_, key) => [`Setting${key}`, `value ${index}`]))
  write(
    `profiles/${name}/profile.mobileconfig`,
    plist(
      `<key>PayloadContent</key><array><dict>${pairs(payload)}</dict></array>${pairs({ PayloadType: "Configuration" })}`
    )
  )
}
for (let index = 0; index < 400; index++) {
  const name = `App ${index}`
  const info = { id: id(3, index), name, install_type: "package", install_enforcement: "install_once", restart: false }
  write(`apps/${name}/info.json`, JSON.stringify(info, null, 2))
  write(`apps/${name}/postinstall.zsh`, "#!/bin/zsh\nexit 0\n")
}

const ours = () => Effect.runPromise(Effect.provide(Repository.open(root), NodeContext.layer))
const readOnly = async () => {
  const entries = await readdir(root, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const next = files.values()
  await Promise.all(
    Array.from({ length: 16 }, async () => {
      for (const file of next) await readFile(file)
    })
  )
}
const measured = async (work: () => Promise<unknown>) => {
  const cpu = process.cpuUsage()
  const start = performance.now()
  await work()
  const wall = performance.now() - start
  const { system, user } = process.cpuUsage(cpu)
  return { wall, cpu: (system + user) / 1000 }
}
const median = (values: ReadonlyArray<number>): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN

const rounds: Array<{ readonly ours: { wall: number; cpu: number }; readonly beside: { wall: number; cpu: number } }> =
  []
for (let round = 0; round < 12; round++) {
  const measures = { ours: await measured(ours), beside: await measured(readOnly) }
  if (round > 2) rounds.push(measures)
}
for (const what of ["wall", "cpu"] as const) {
  const own = median(rounds.map(({ ours }) => ours[what]))
  const other = median(rounds.map(({ beside }) => beside[what]))
  console.log(
    `2,000 items, ${what}: ${own.toFixed(0)} ms | readFile alone: ${other.toFixed(0)} ms | ${(own / other).toFixed(1)} times`
  )
}
rmSync(root, { recursive: true })
