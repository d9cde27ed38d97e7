/**
 * `iru-sandbox` as its users start it: as a process that gets signals, options, files of faults and wrong arguments.
 */
import { scopedLive } from "@effect/vitest"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { promisify } from "node:util"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import packageJson from "../package.json" with { type: "json" }
import { bundledCommand } from "./support/bundled.js"

let folder = ""
let command = ""

// The bundle starts ten times as fast as the sources.
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sandbox-cli-test-"))
  command = await bundledCommand("iru-sandbox")
})

afterAll(() => rmSync(folder, { recursive: true }))

interface Run {
  readonly child: ChildProcess
  /** The output so far. */
  readonly stdout: () => string
  readonly stderr: () => string
  /** Resolves when standard output holds the text. Fails when the process ends first. */
  readonly until: (text: string | RegExp) => Promise<void>
  /** The files in its folder for temporary files. */
  readonly files: () => ReadonlyArray<string>
  /** Resolves to the exit code, or the signal, when the process has ended. */
  readonly end: Promise<number | string | null>
}

const start = (...args: ReadonlyArray<string>): Run => {
  const temporary = mkdtempSync(join(folder, "tmp-"))
  const child = spawn(process.execPath, [command, ...args], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "pipe"]
  })
  const printed = { stdout: "", stderr: "" }
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed.stdout += text))
  child.stderr.setEncoding("utf8").on("data", (text: string) => (printed.stderr += text))
  const end = once(child, "close").then(([code, signal]: Array<number | string | null>) => code ?? signal ?? null)
  return {
    child,
    stdout: () => printed.stdout,
    stderr: () => printed.stderr,
    files: () => readdirSync(temporary),
    until: async (text) => {
      const there = () => (typeof text === "string" ? printed.stdout.includes(text) : text.test(printed.stdout))
      while (!there()) {
        const more = await Promise.race([once(child.stdout, "data"), end.then(() => undefined)])
        if (more === undefined && !there()) throw new Error(`It ended:\n${printed.stdout}${printed.stderr}`)
      }
    },
    end
  }
}

/** A run that is killed at the end of the test, whether it passed or failed. */
const running = (...args: ReadonlyArray<string>): Effect.Effect<Run, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => start(...args)),
    ({ child, end }) =>
      Effect.promise(() => {
        child.kill("SIGKILL")
        return end
      })
  )

const field = (run: Run, name: string): string => {
  const found = new RegExp(`^ +${name} +(\\S+)$`, "m").exec(run.stdout())?.[1]
  if (found === undefined) throw new Error(`No ${name} in:\n${run.stdout()}`)
  return found
}

const started = (...args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const run = yield* running(...args)
    yield* Effect.promise(() => run.until("Python client"))
    const url = field(run, "URL")
    const token = field(run, "Token")
    const get = (path: string) =>
      Effect.promise(() => fetch(`${url}${path}`, { headers: { authorization: `Bearer ${token}` } }))
    return { run, url, token, get }
  })

const write = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const categories = "/api/v1/self-service/categories"

describe("the output of the sandbox command", () => {
  scopedLive("prints an address, a token, the page and commands to try, and all of them work", () =>
    Effect.gen(function* () {
      const { run, token, url } = yield* started()
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
      expect(token).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
      const page = yield* Effect.promise(() => fetch(field(run, "Page")))
      expect(page.headers.get("content-type")).toContain("text/html")
      expect(run.stdout()).toContain(`export IRU_TENANT_URL=${url} IRU_API_TOKEN=${token}`)
      expect(run.stdout()).toContain(`ApiConfig.model_construct(tenant_url="${url}", api_token="${token}")`)

      const curl = /^ +(curl .*)$/m.exec(run.stdout())?.[1] ?? ""
      const shell = spawn("sh", ["-c", `${curl} --silent --show-error --fail`])
      let answer = ""
      shell.stdout.on("data", (text) => (answer += String(text)))
      expect(yield* Effect.promise(() => once(shell, "close"))).toEqual([0, null])
      expect(JSON.parse(answer)).toMatchObject({ count: 0 })
      expect(run.stderr()).toBe("")
    })
  )

  scopedLive("uses the given port and token", () =>
    Effect.gen(function* () {
      const free = yield* freePort
      const own = "0a1b2c3d-0000-4000-8000-00000000cafe"
      const { get, token, url } = yield* started("--port", String(free), "--token", own)
      expect(url).toBe(`http://127.0.0.1:${free}`)
      expect(token).toBe(own)
      expect((yield* get(categories)).status).toBe(200)
    })
  )

  scopedLive("uses the port of --storage-port for installers", () =>
    Effect.gen(function* () {
      const free = yield* freePort
      const { token, url } = yield* started("--storage-port", String(free))
      const place = yield* Effect.promise(() =>
        fetch(`${url}/api/v1/library/ipa-apps/upload`, {
          method: "POST",
          headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
          body: '{"filename":"a.ipa"}'
        })
      )
      expect(yield* Effect.promise(() => place.json())).toMatchObject({
        post_url: `http://127.0.0.1:${free}/iru-sandbox/`
      })
    })
  )

  scopedLive("prints a line for every request with --log, without the token", () =>
    Effect.gen(function* () {
      const { get, run, token } = yield* started("--log")
      const before = run.stdout().length
      yield* get(`${categories}?limit=3`)
      yield* get("/api/v1/no-such-thing")
      yield* Effect.promise(() => run.until("/api/v1/no-such-thing 404"))
      const lines = run.stdout().slice(before).trim().split("\n")
      expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d GET \/api\/v1\/self-service\/categories 200 \d+ ms$/)
      expect(lines[1]).toMatch(
        /^\d\d:\d\d:\d\d GET \/api\/v1\/no-such-thing 404 \d+ ms \(The sandbox does not serve this path\.\)$/
      )
      expect(lines).toHaveLength(2)
      expect(run.stdout().slice(before)).not.toContain(token)
      expect(run.stderr()).toBe("")
    })
  )

  scopedLive("warns without --log only of requests that the sandbox does not implement", () =>
    Effect.gen(function* () {
      const { get, run } = yield* started()
      const before = run.stdout()
      yield* get(categories)
      const told = once(run.child.stderr ?? process.stderr, "data")
      yield* get("/api/v1/no-such-thing")
      yield* Effect.promise(() => told)
      expect(run.stderr()).toBe("iru-sandbox: The sandbox does not serve GET /api/v1/no-such-thing\n")
      expect(run.stdout()).toBe(before)
    })
  )

  scopedLive("warns under --host that others can reach the sandbox", () =>
    Effect.gen(function* () {
      const { run, url } = yield* started("--host", "0.0.0.0")
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/)
      expect(run.stdout()).toContain("Listening on 0.0.0.0: everyone who can reach port")
      expect(run.stdout()).toContain("Nothing is encrypted.")
    })
  )

  test("prints help and version without starting a sandbox", async () => {
    const help = start("--help")
    expect(await help.end).toBe(0)
    for (const flag of [
      "port",
      "storage-port",
      "host",
      "token",
      "data",
      "seed",
      "latency",
      "processing",
      "rate-limit",
      "fault",
      "log"
    ]) {
      expect(help.stdout()).toContain(`--${flag}`)
    }
    const version = start("--version")
    expect(await version.end).toBe(0)
    expect(version.stdout().trim()).toBe(packageJson.version)
  })
})

test("starts from the sources with npm run sandbox", async () => {
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "sandbox", "--", "--version"])
  expect(stdout.trim()).toBe(packageJson.version)
})

describe("the options of the sandbox command", () => {
  scopedLive("applies the faults in the file of --fault, one or many", () =>
    Effect.gen(function* () {
      const file = write("rules.json", JSON.stringify([{ path: categories, times: 2, respond: { status: 500 } }]))
      const { get } = yield* started("--fault", file)
      const statuses = yield* Effect.all([get(categories), get(categories), get(categories)])
      expect(statuses.map(({ status }) => status)).toEqual([500, 500, 200])
    })
  )

  scopedLive(
    "keeps token, records and installers under --data even after a crash, and refuses a second sandbox there",
    () =>
      Effect.gen(function* () {
        const data = join(folder, "kept")
        const first = yield* started("--data", data)
        expect(first.run.stdout()).toContain(`Its data is kept in ${data}.`)
        const create = yield* Effect.promise(() =>
          fetch(`${first.url}/api/v1/library/custom-scripts`, {
            method: "POST",
            headers: { authorization: `Bearer ${first.token}`, "content-type": "application/json" },
            body: JSON.stringify({ name: "kept", execution_frequency: "once", script: "true" })
          })
        )
        expect(create.status).toBe(201)
        const second = yield* running("--data", data)
        expect(yield* Effect.promise(() => second.end)).toBe(1)
        expect(second.stderr()).toMatch(/^iru-sandbox: Another sandbox uses .*\. Stop it first\.\n$/)

        first.run.child.kill("SIGKILL")
        yield* Effect.promise(() => first.run.end)
        const again = yield* started("--data", data)
        expect(again.token).toBe(first.token)
        const scripts = yield* again.get("/api/v1/library/custom-scripts")
        expect(yield* Effect.promise(() => scripts.json())).toMatchObject({ count: 1, results: [{ name: "kept" }] })
      })
  )

  scopedLive("starts with sample records under --seed, the same for the same number", () =>
    Effect.gen(function* () {
      const listing = (seed: string) =>
        Effect.gen(function* () {
          const { get } = yield* started("--seed", seed)
          const apps = yield* get("/api/v1/library/custom-scripts")
          const page: { count: number; results: ReadonlyArray<{ id: string }> } = yield* Effect.promise(() =>
            apps.json()
          )
          return page.results.map(({ id }) => id)
        })
      const first = yield* listing("42")
      expect(first.length).toBeGreaterThan(10)
      expect(yield* listing("42")).toEqual(first)
      expect(yield* listing("43")).not.toEqual(first)
    })
  )

  scopedLive("starts with as many devices as --devices says, the same for the same number", () =>
    Effect.gen(function* () {
      const listing = (...flags: ReadonlyArray<string>) =>
        Effect.gen(function* () {
          const { get } = yield* started("--devices", "40000", ...flags)
          const last = yield* get("/api/v1/devices?limit=300&offset=39999")
          return yield* Effect.promise(() => last.text())
        })
      const last = yield* listing("--seed", "42")
      expect(JSON.parse(last)).toHaveLength(1)
      expect(yield* listing("--seed", "42")).toBe(last)
      expect(yield* listing("--seed", "43")).not.toBe(last)
    })
  )

  scopedLive("enforces the service's limits under --rate-limit, and sends its headers", () =>
    Effect.gen(function* () {
      const { get } = yield* started("--rate-limit")
      const { headers } = yield* get(categories)
      expect(headers.get("x-ratelimit-limit-second")).toBe("50")
      expect(headers.get("x-ratelimit-limit-hour")).toBe("10000")
    })
  )

  scopedLive("refuses an app under --processing while its installer is processed, and accepts --latency", () =>
    Effect.gen(function* () {
      const { token, url } = yield* started("--processing", "10m", "--latency", "1ms")
      const post = (address: string, body: BodyInit, headers: Record<string, string> = {}) =>
        Effect.promise(() => fetch(address, { method: "POST", body, headers }))
      const json = { authorization: `Bearer ${token}`, "content-type": "application/json" }
      const apps = `${url}/api/v1/library/custom-apps`
      const place = yield* Effect.promise(async () => {
        const answer = await fetch(`${apps}/upload`, { method: "POST", headers: json, body: '{"name":"a.pkg"}' })
        const parsed: { post_url: string; post_data: Record<string, string>; file_key: string } = await answer.json()
        return parsed
      })
      const form = new FormData()
      for (const [name, value] of Object.entries(place.post_data)) form.append(name, value)
      form.append("file", new Blob(["bytes"]), "a.pkg")
      expect((yield* post(place.post_url, form)).status).toBe(204)
      const app = { name: "a", file_key: place.file_key, install_type: "package", install_enforcement: "install_once" }
      expect((yield* post(apps, JSON.stringify(app), json)).status).toBe(503)
    })
  )
})

describe("docs/sandbox.md", () => {
  const docs = readFileSync("docs/sandbox.md", "utf8")
  const blocks = (language: string) =>
    [...docs.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, "g"))].map(([, text = ""]) => text)
  const isThere = (program: string, ...args: ReadonlyArray<string>): boolean => {
    const found = spawnSync(program, args).status === 0
    if (!found) console.log(`Not run: what docs/sandbox.md shows for ${[program, ...args].join(" ")}`)
    return found
  }

  test("describes every flag, and no other", async () => {
    const help = start("--help")
    await help.end
    const flagsOf = (text: string) => [...new Set(text.match(/--[a-z][a-z-]*(?=[\] ])/g))].sort()
    const rows = docs.split("\n").filter((line) => line.startsWith("| `--"))
    expect(
      flagsOf(
        rows
          .map((row) => row.split("|")[1])
          .join(" ")
          .replaceAll("`", " ")
      )
    ).toEqual(flagsOf(help.stdout().replace("--version", "").replace("--help", "")))
  })

  scopedLive("shows what the command prints at its start", () =>
    Effect.gen(function* () {
      const { run, token, url } = yield* started()
      const shown = blocks("text").map((text) =>
        text.replaceAll("http://127.0.0.1:8080", url).replaceAll("0a1b2c3d-4e5f-4a6b-8c7d-9e8f7a6b5c4d", token)
      )
      expect(shown).toEqual([run.stdout().trimStart()])
    })
  )

  scopedLive("shows faults that work", () =>
    Effect.gen(function* () {
      expect(blocks("json").map((text) => text.trim())).toEqual([
        readFileSync("examples/sandbox-faults.json", "utf8").trim()
      ])
      const { get } = yield* started("--fault", "examples/sandbox-faults.json")
      expect((yield* get("/api/v1/library/custom-scripts")).headers.get("retry-after")).toBe("2")
    })
  )

  const clients: ReadonlyArray<
    readonly [language: string, file: string, program: string, there: boolean, printed: RegExp]
  > = [
    ["sh", "examples/sandbox.sh", "sh", isThere("curl", "--version"), /"name": ?"Office".*500\n200\n$/s],
    ["python", "examples/sandbox.py", "python3", isThere("python3", "-c", "import requests"), /^Hello\n$/]
  ]
  for (const [language, file, program, there, printed] of clients) {
    test(`contains the example ${file} unchanged`, () => {
      expect(blocks(language)).toContain(`# ${file}\n${readFileSync(file, "utf8").trim()}\n`)
    })
    describe.runIf(there)(file, () => {
      scopedLive("shows an example that works", () =>
        Effect.gen(function* () {
          const { token, url } = yield* started()
          const { stderr, stdout } = yield* Effect.promise(() =>
            promisify(execFile)(program, [file], { env: { ...process.env, IRU_TENANT_URL: url, IRU_API_TOKEN: token } })
          )
          expect(stdout).toMatch(printed)
          expect(stderr).toBe("")
        })
      )
    })
  }
})

describe("the end of the sandbox command", () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    scopedLive(`ends at once on ${signal} even with open connections, without output or leftover files`, () =>
      Effect.gen(function* () {
        const { get, run, url } = yield* started("--log")
        yield* get(categories)
        const page = yield* Effect.promise(() => fetch(`${url}/_sandbox/events`))
        expect(page.headers.get("content-type")).toBe("text/event-stream")
        expect(run.files()).toHaveLength(1)
        const printed = run.stdout()
        run.child.kill(signal)
        run.child.kill(signal)
        expect(yield* Effect.promise(() => run.end)).toBe(0)
        expect(run.stdout()).toBe(printed)
        expect(run.stderr()).toBe("")
        expect(run.files()).toEqual([])
        yield* Effect.promise(async () => page.body?.cancel().catch(() => undefined))
      })
    )
  }

  scopedLive("ends when the reader of its output has stopped", () =>
    Effect.gen(function* () {
      const { get, run } = yield* started("--log")
      run.child.stdout?.destroy()
      yield* Effect.either(Effect.sandbox(get(categories)))
      yield* Effect.either(Effect.sandbox(get(categories)))
      expect(yield* Effect.promise(() => run.end)).toBe(0)
      expect(run.files()).toEqual([])
    })
  )
})

type Mistakes = ReadonlyArray<readonly [title: string, args: () => ReadonlyArray<string>, line: RegExp]>

describe("a mistake prints one clear line", () => {
  const typed: Mistakes = [
    [
      "an unknown flag",
      () => ["--prot", "80"],
      /unknown option '--prot' \(Did you mean --port\?\) See iru-sandbox --help$/
    ],
    ["a word without a flag", () => ["start"], /too many arguments/],
    [
      "a flag without its value",
      () => ["--storage-port"],
      /'--storage-port <number>' argument missing\. See iru-sandbox --help$/
    ],
    ["a flag instead of a value", () => ["--seed", "--log"], /--seed/],
    [
      "a port that is not a number",
      () => ["--port", "http"],
      /--port <number>.* must be a number from 0 to 65535\. See/
    ],
    ["a port that is too big", () => ["--port", "65536"], /--port <number>.* must be a number from 0 to 65535\. See/],
    [
      "a token of the wrong form",
      () => ["--token", "secret"],
      /--token <uuid>.* must have the form .* 8-4-4-4-12 hex digits/
    ],
    [
      "a latency that is not a duration",
      () => ["--latency", "soon"],
      /--latency <time>.* must be a duration, such as 50ms, 2s or 10m/
    ],
    ["a negative processing time", () => ["--processing", "-5s"], /processing/],
    ["a seed that is not a number", () => ["--seed", "many"], /--seed <number>.* must be a number from 0/],
    [
      "a number of devices that is not a number",
      () => ["--devices", "all"],
      /--devices <number>.* must be a number from 0/
    ],
    ["a folder without a name", () => ["--data", ""], /--data <folder>.* must be the path of a folder/],
    ["a negative port of the storage", () => ["--storage-port", "-1"], /storage-port/]
  ]
  const found: Mistakes = [
    ["an address of another machine", () => ["--host", "192.0.2.1"], /Cannot listen on 192\.0\.2\.1/],
    ["a file instead of a folder", () => ["--data", write("file", "")], /Cannot keep a tenant in .*file/],
    [
      "a file in the path of the folder",
      () => ["--data", join(write("file", ""), "x", "y")],
      /Cannot keep a tenant in .*y/
    ],
    ...(existsSync("/proc/self")
      ? ([
          ["a folder that cannot be created", () => ["--data", "/proc/x/y"], /Cannot keep a tenant in \/proc\/x\/y/]
        ] as const)
      : []),
    [
      "a file that does not exist",
      () => ["--fault", join(folder, "none.json")],
      /Cannot read .*none\.json: there is no such file/
    ],
    ["a folder instead of a file", () => ["--fault", folder], /Cannot read .*: it is a folder/],
    [
      "a file that is not JSON",
      () => ["--fault", write("a.json", "{")],
      /a\.json is not a valid file of faults: .*JSON/
    ],
    [
      "a fault that is not valid",
      () => ["--fault", write("b.json", '[{"times":"two"}]')],
      /b\.json is not a valid file of faults: .*times/
    ],
    [
      "an unknown key",
      () => ["--fault", write("c.json", '{"stauts":500}')],
      /c\.json is not a valid file of faults: .*stauts/
    ]
  ]
  const all = [...typed.map((mistake) => [2, ...mistake] as const), ...found.map((mistake) => [1, ...mistake] as const)]
  for (const [code, title, args, line] of all) {
    test(title, async () => {
      const run = start(...args())
      expect(await run.end).toBe(code)
      expect(run.stdout()).toBe("")
      expect(run.stderr().trimEnd().split("\n")).toHaveLength(1)
      expect(run.stderr()).toMatch(/^iru-sandbox: /)
      expect(run.stderr().trimEnd()).toMatch(line)
      expect(run.files()).toEqual([])
    })
  }

  scopedLive("a port that is in use", () =>
    Effect.gen(function* () {
      const { url } = yield* started()
      const { port } = new URL(url)
      const second = yield* running("--port", port)
      expect(yield* Effect.promise(() => second.end)).toBe(1)
      expect(second.stderr()).toBe(
        `iru-sandbox: Port ${port} on 127.0.0.1 is in use. Choose another one, or 0 for any that is free.\n`
      )
    })
  )
})

const freePort: Effect.Effect<number> = Effect.promise(async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  return typeof address === "object" && address !== null ? address.port : 0
})
