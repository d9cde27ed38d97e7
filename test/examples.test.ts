/**
 * Each program under examples/ runs as a reader would run it: in its own process, against a sandbox tenant with an app,
 * a bucket and files. Each example in the README and in docs/ is one of these programs.
 */
import { scopedLive } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { AdeIntegrations, CustomApps } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import { execFile, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { promisify } from "node:util"
import { beforeAll, expect, test } from "vitest"
import { bucket } from "./support/bucket.js"
import { temporaryFile, temporaryFolder } from "./support/files.js"
import { bundled } from "./support/programs.js"
import { serve } from "./support/server.js"

/** This example runs until it is stopped. */
const endless = "audit-to-file.ts"

const isProgram = (name: string) => name.endsWith(".ts") && !name.endsWith(".test.ts") && name !== endless

const programs = readdirSync("examples").filter((name) => isProgram(name) || name === endless)
const program = bundled(...programs.map((name) => `examples/${name}`))
beforeAll(() => symlinkSync(resolve("examples/assets"), join(program("examples"), "assets")))

const run = (name: string, environment: Record<string, string>) =>
  Effect.promise(() =>
    promisify(execFile)(process.execPath, [program(`examples/${name}`)], {
      env: { ...process.env, ...environment }
    })
  )

/** The text that some of them must print. The others must print anything. */
const says: Readonly<Record<string, RegExp>> = {
  "any-endpoint.ts": /^NotFound$/m,
  "enrollment.ts": /^Head office: 36\d days left\nsaved .*\/enroll\.mobileconfig\n$/,
  "follow-a-download.ts":
    /^downloading Firefox\.pkg: 9 of 9 bytes$[^]*Firefox\.pkg, sha256 [0-9a-f]{64}$[^]*^9 bytes, verified/m,
  "folder-in-git.ts": /^1 items were written into .*\/mdm\.\nNothing to do: 1 items in the folder, tenant /,
  "installer-sources.ts":
    /^created: Agent\.pkg, 9 bytes\nunchanged: Agent\.pkg, 9 bytes\nupdated: Hello\.pkg, 5 bytes\nupdated: HelloHello\.pkg, 10 bytes\nupdated: Agent\.pkg, 7 bytes$/m,
  "lock-stolen-mac.ts": /^Ada's Mac is locked\.\nPIN: \d{6}\n$/,
  "macs-without-filevault.ts":
    /^"name","serial number","user","last check-in"\n"Ada's ""old"" Mac","C02OLD","ada@example\.com","[^"]+"\n$/,
  "mirror-to-s3.ts": /^archived s3:\/\/installers\/iru\/[-0-9a-f]{36}\/Firefox\.pkg$/m,
  "operations.ts": /^Shelves\.rename: NotFound$/m,
  "publish-from-ci.ts": /^Agent is created: Agent\.pkg, sha256 [0-9a-f]{64}$/m,
  "restart-macs.ts": /^Ada's Mac: done$/m,
  "pull-installers.ts": /^downloaded Firefox: .*\/Firefox\.pkg$/m,
  "tag-devices.ts": /^C02ADA: Ada's Mac has it now\nC02OLD: Ada's "old" Mac had it\nC02NONE: no such device\n$/,
  "without-effect.ts": /^NotFound$/m,
  "vulnerable-app-owners.ts": /^ada@example\.com: Ada's Mac has Google Chrome [\d.]+, CVE-[-\d]+ \(High\)$/m
}

const bytes = (text: string) => new TextEncoder().encode(text)

/** What the programs need: an app on the tenant, an installer to publish, a folder, and an object in a bucket. */
const surroundings = Effect.gen(function* () {
  const { apiToken, tenantUrl } = yield* Sandbox
  const { state } = yield* Sandbox
  const { id: blueprint_id } = yield* state.blueprints.put({ name: "Engineering" })
  yield* Effect.gen(function* () {
    yield* (yield* CustomApps).create({
      name: "Firefox",
      install_type: "package",
      install_enforcement: "install_once",
      installer: { bytes: bytes("installer"), name: "Firefox.pkg" }
    })
    yield* (yield* AdeIntegrations).create({
      blueprint_id,
      phone: "555-0115",
      email: "admin@example.com",
      file: { content: "token", name: "Head office.p7m" }
    })
  }).pipe(Effect.provide(Iru.layer({ tenantUrl, apiToken })))
  const user = yield* Effect.map(state.users.put({ name: "Ada", email: "ada@example.com" }), ({ id }) => id)
  const tag = yield* Effect.map(state.tags.put({ name: "Loaner" }), ({ id }) => id)
  const mac = { platform: "Mac", blueprint_id, user } as const
  // The id of a Mac decides which apps it has. A Mac with this id has Chrome.
  const id = "00000000-0000-4000-8000-000000000002"
  yield* state.devices.put({ ...mac, id, device_name: "Ada's Mac", serial_number: "C02ADA" })
  const old = { device_name: 'Ada\'s "old" Mac', serial_number: "C02OLD", filevault_enabled: false, tags: [tag] }
  yield* state.devices.put({ ...mac, ...old })
  yield* state.devices.put({ device_name: "Ada's iPad", platform: "iPad", blueprint_id })
  const store = yield* bucket()
  yield* Effect.promise(() =>
    fetch(`${store.endpoint}/installers/builds/Agent.pkg`, { method: "PUT", body: bytes("builtin") })
  )
  return {
    IRU_TENANT_URL: tenantUrl,
    IRU_API_TOKEN: apiToken,
    INSTALLER: yield* temporaryFile("Agent.pkg", "installer"),
    FOLDER: yield* temporaryFolder,
    // A program with several tenants uses this one for all of them.
    ACCUHIVE_URL: tenantUrl,
    ACCUHIVE_TOKEN: apiToken,
    GLOBEX_URL: tenantUrl,
    GLOBEX_TOKEN: apiToken,
    PROD_URL: tenantUrl,
    PROD_TOKEN: apiToken,
    TEST_URL: tenantUrl,
    TEST_TOKEN: apiToken,
    OTEL_EXPORTER_OTLP_ENDPOINT: (yield* serve(() => ({ body: {} }))).origin,
    BLUEPRINT: "Engineering",
    SERIAL_NUMBER: "c02ada",
    SERIAL_NUMBERS: yield* temporaryFile("loaners.txt", "C02ADA\nC02OLD\nC02NONE\n"),
    TAG: "Loaner",
    BUCKET: "installers",
    AWS_ENDPOINT_URL_S3: store.endpoint,
    AWS_REGION: store.region,
    AWS_ACCESS_KEY_ID: store.credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: store.credentials.secretAccessKey,
    // The SDK warns on Node 20 that it will stop supporting it.
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true"
  }
})

for (const name of readdirSync("examples").filter(isProgram)) {
  scopedLive(
    `examples/${name} runs on a sandbox tenant and prints what it did`,
    () =>
      Effect.gen(function* () {
        const { stderr, stdout } = yield* run(name, yield* surroundings)
        expect(stdout.trim()).not.toBe("")
        expect(stdout).toMatch(says[name] ?? "")
        expect(stderr).toBe("")
      }).pipe(Effect.provide(Sandbox.layer())),
    60_000
  )
}

/** Runs a program until it has printed something, then stops it as Ctrl-C does. */
const runToFirstLine = (name: string, environment: Record<string, string>) =>
  Effect.promise(async () => {
    const env = { ...process.env, ...environment }
    const child = spawn(process.execPath, [program(`examples/${name}`)], { env })
    const [stdout, stderr]: [Array<Buffer>, Array<Buffer>] = [[], []]
    child.stderr.on("data", (part: Buffer) => stderr.push(part))
    child.stdout.on("data", (part: Buffer) => {
      stdout.push(part)
      child.kill("SIGINT")
    })
    await once(child, "close")
    return { stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() }
  })

scopedLive(
  `examples/${endless} handles each event once, also after a restart`,
  () =>
    Effect.gen(function* () {
      const environment = yield* surroundings
      const { state } = yield* Sandbox
      const first = yield* runToFirstLine(endless, environment)
      yield* state.tags.put({ name: "After the first run" })
      const second = yield* runToFirstLine(endless, environment)
      expect(first).toEqual({ stdout: expect.stringMatching(/^events written: \d+\n$/), stderr: "" })
      expect(second).toEqual({ stdout: "events written: 1\n", stderr: "" })
      const events = readFileSync(join(environment.FOLDER, "audit.ndjson"), "utf8").trim().split("\n")
      expect(events).toHaveLength(Number(first.stdout.split(": ")[1]) + 1)
      expect(new Set(events).size).toBe(events.length)
      expect(events.at(-1)).toContain("After the first run")
    }).pipe(Effect.provide(Sandbox.layer())),
  60_000
)

const pages = ["README.md", ...readdirSync("docs").map((name) => `docs/${name}`)].filter((page) => page.endsWith(".md"))

test.each(pages)("each TypeScript example in %s is a file under examples/, word for word", (page) => {
  for (const [, file = "", code = ""] of readFileSync(page, "utf8").matchAll(
    /```ts\n(?:\/\/ (\S+)\n)?([\s\S]*?)```/g
  )) {
    expect(file, `an example without a file: ${code}`).toMatch(/^examples\//)
    expect(readFileSync(file, "utf8").trim()).toBe(code.trim())
  }
})

test.each(pages)("every file that %s links to exists", (page) => {
  for (const [, target = ""] of readFileSync(page, "utf8").matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
    expect(existsSync(join(dirname(page), target)), `${page} links to ${target}`).toBe(true)
  }
})
