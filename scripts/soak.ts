/**
 * `npm run soak [SECONDS]`: 200 concurrent clients send all kinds of requests to one sandbox, for a minute or the
 * given time. It fails if an answer is wrong without an injected fault, if memory or handles grow, or if the state at
 * the end or after a restart differs from what the clients were told.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { mkdtemp, rm } from "node:fs/promises"
import { Agent, request as open } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline"
import { fileURLToPath } from "node:url"
import { ipa } from "../test/sandbox/ipa.js"

const seconds = Number(process.argv[2] ?? 60)
const clients = 200
const seeded = 10_000

interface Server {
  readonly process: ChildProcess
  readonly lines: Interface
  readonly tenantUrl: string
  readonly apiToken: string
}

interface Health {
  readonly broken: number
  readonly answered: number
  readonly heapUsed: number
  readonly rss: number
  readonly handles: number
}

const nextLine = (lines: Interface): Promise<unknown> =>
  new Promise((resolve) => lines.once("line", (line) => resolve(JSON.parse(line))))

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const at = (value: unknown, ...keys: ReadonlyArray<string | number>): unknown =>
  keys.reduce((inner, key) => (isRecord(inner) ? inner[key] : undefined), value)

const text = (value: unknown, ...keys: ReadonlyArray<string | number>): string => String(at(value, ...keys))
const list = (value: unknown, ...keys: ReadonlyArray<string | number>): ReadonlyArray<unknown> => {
  const found = at(value, ...keys)
  return Array.isArray(found) ? found : []
}

const start = async (data: string): Promise<Server> => {
  const program = fileURLToPath(new URL("./soak-server.ts", import.meta.url))
  const child = spawn(process.execPath, ["--expose-gc", "--import", "tsx", program, data], {
    stdio: ["pipe", "pipe", "inherit"]
  })
  const lines = createInterface({ input: child.stdout })
  const hello = await nextLine(lines)
  return { process: child, lines, tenantUrl: text(hello, "tenantUrl"), apiToken: text(hello, "apiToken") }
}

const stop = ({ process: child }: Server): Promise<void> =>
  new Promise((resolve) => {
    child.once("exit", () => resolve())
    child.kill("SIGKILL")
  })

const health = async ({ lines, process: child }: Server): Promise<Health> => {
  const answer = nextLine(lines)
  child.stdin?.write("\n")
  const found = await answer
  const number = (key: string): number => Number(at(found, key))
  return {
    broken: number("broken"),
    answered: number("answered"),
    heapUsed: number("heapUsed"),
    rss: number("rss"),
    handles: number("handles")
  }
}

interface Reply {
  readonly status: number
  readonly body: Buffer
  readonly json: unknown
}

/** The number of injected error answers. */
let injected = 0
/** The number of broken connections. */
let broken = 0
const problems: Array<string> = []

const agent = new Agent({ keepAlive: true, maxSockets: clients })

const parse = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString("utf8"))
  } catch {
    return undefined
  }
}

const exchange = (
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array | undefined
): Promise<Reply | "injected"> =>
  new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { "content-length": String(body.length) }
    const sent = open(url, { method, agent, headers: { ...headers, ...length } }, (response) => {
      const chunks: Array<Buffer> = []
      response.on("data", (chunk) => chunks.push(chunk))
      response.on("error", reject)
      response.on("end", () => {
        const whole = Buffer.concat(chunks)
        resolve(
          response.headers["x-injected"] === "yes"
            ? "injected"
            : { status: response.statusCode ?? 0, body: whole, json: parse(whole) }
        )
      })
    })
    sent.on("error", reject)
    sent.end(body)
  })

/** Sends a request, and repeats it if the failure may be an injected one. */
const ask = async (
  server: Server,
  method: string,
  path: string,
  expected: number,
  body?: { readonly type: string; readonly bytes: Uint8Array }
): Promise<Reply> => {
  const isApi = path.startsWith("/")
  for (;;) {
    try {
      const reply = await exchange(
        method,
        isApi ? `${server.tenantUrl}/api/v1${path}` : path,
        {
          ...(isApi ? { authorization: `Bearer ${server.apiToken}` } : {}),
          ...(body === undefined ? {} : { "content-type": body.type })
        },
        body?.bytes
      )
      if (reply === "injected") {
        injected += 1
        continue
      }
      if (reply.status !== expected) {
        throw new Error(
          `${method} ${path.split("?")[0]}: ${reply.status} for ${expected}: ${reply.body.toString().slice(0, 200)}`
        )
      }
      return reply
    } catch (error) {
      if (!(error instanceof Error && "code" in error) || method !== "GET") throw error
      broken += 1
    }
  }
}

const json = (value: unknown) => ({ type: "application/json", bytes: Buffer.from(JSON.stringify(value)) })

const form = (fields: Readonly<Record<string, string>>, file: Uint8Array) => {
  const boundary = randomBytes(12).toString("hex")
  const head = Object.entries(fields).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  )
  const opening = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n`
  const bytes = Buffer.concat([Buffer.from(head.join("") + opening), file, Buffer.from(`\r\n--${boundary}--\r\n`)])
  return { type: `multipart/form-data; boundary=${boundary}`, bytes }
}

const scripts = "/library/custom-scripts"
const profiles = "/library/custom-profiles"
const apps = "/library/custom-apps"
const ipaApps = "/library/ipa-apps"
const plist = Buffer.from('<plist version="1.0"><dict><key>PayloadType</key><string>x</string></dict></plist>')
const below = (limit: number): number => Math.floor(Math.random() * limit)

/** The records that one client has created and that must exist. */
interface Own {
  readonly scripts: Map<string, string>
  readonly assigned: Map<string, string>
}

const createScript = async (server: Server, own: Own): Promise<void> => {
  const name = randomBytes(8).toString("hex")
  const made = await ask(
    server,
    "POST",
    scripts,
    201,
    json({ name, execution_frequency: "once", script: "x".repeat(below(4000) + 1) })
  )
  own.scripts.set(text(made.json, "id"), name)
}

const pickOwn = (own: Own): string | undefined => [...own.scripts.keys()][below(own.scripts.size)]

const assign = async (server: Server, own: Own): Promise<void> => {
  const id = pickOwn(own)
  if (id === undefined || own.assigned.has(id)) return
  const page = await ask(server, "GET", `/blueprints?limit=1&offset=${below(50)}`, 200)
  const blueprint = text(page.json, "results", 0, "id")
  await ask(server, "POST", `/blueprints/${blueprint}/assign-library-item`, 200, json({ library_item_id: id }))
  own.assigned.set(id, blueprint)
}

/** Uploads a file. Returns its key and the upload form. */
const upload = async (server: Server, path: string, name: Readonly<Record<string, string>>, file: Uint8Array) => {
  const place = await ask(server, "POST", `${path}/upload`, 201, json(name))
  const data = at(place.json, "post_data")
  const fields = Object.fromEntries(Object.keys(isRecord(data) ? data : {}).map((name) => [name, text(data, name)]))
  await ask(server, "POST", text(place.json, "post_url"), 204, form(fields, file))
  return { key: text(place.json, "file_key"), place: place.json }
}

/** Checks that the downloaded installer is the uploaded one. */
const compare = async (server: Server, app: unknown, installer: Uint8Array): Promise<void> => {
  const back = await ask(server, "GET", text(app, "file_url"), 200)
  const digest = createHash("sha256").update(back.body).digest("hex")
  if (digest !== text(app, "sha256") || !back.body.equals(installer))
    throw new Error("The downloaded installer differs from the uploaded one")
}

const publish = async (server: Server): Promise<void> => {
  const installer = randomBytes(1 + below(256 * 1024))
  const { key } = await upload(server, apps, { name: "x.pkg" }, installer)
  const app = { name: "x", file_key: key, install_type: "package", install_enforcement: "install_once" }
  const made = await ask(server, "POST", apps, 201, json(app))
  await compare(server, made.json, installer)
  await ask(server, "DELETE", `${apps}/${text(made.json, "id")}`, 204)
}

const publishInHouse = async (server: Server): Promise<void> => {
  const file = ipa({ CFBundleShortVersionString: `<string>${randomBytes(8).toString("hex")}</string>` })
  const { key, place } = await upload(server, ipaApps, { filename: "x.ipa" }, file)
  const { json: looked } = await ask(server, "GET", `${ipaApps}/upload/${text(place, "id")}/status`, 200)
  if (text(looked, "status") !== "VALIDATED") throw new Error(`An upload is ${text(looked, "status")}`)
  await ask(server, "POST", ipaApps, 201, json({ name: "x", file_key: key }))
  const page = await ask(server, "GET", ipaApps, 200)
  const app = list(page.json, "results").find((app) => text(app, "file_key") === key)
  await compare(server, app, file)
  await ask(server, "DELETE", `${ipaApps}/${text(app, "id")}`, 204)
  const { json: done } = await ask(server, "GET", `/library/library-items/${text(app, "id")}/activity`, 200)
  const types = list(done, "results").map((activity) => text(activity, "activity_type"))
  if (types.join() !== "library_item_deleted,library_item_created")
    throw new Error(`An app's activity is ${types.join()}`)
}

const actions: ReadonlyArray<readonly [number, (server: Server, own: Own) => Promise<void>]> = [
  [
    30,
    async (server) => {
      const first = await ask(server, "GET", `${scripts}?limit=50&offset=${below(seeded)}`, 200)
      const next = at(first.json, "next")
      if (typeof next === "string") await ask(server, "GET", next.slice(`${server.tenantUrl}/api/v1`.length), 200)
    }
  ],
  [20, createScript],
  [
    15,
    async (server, own) => {
      const id = pickOwn(own)
      if (id === undefined) return
      const name = randomBytes(8).toString("hex")
      await ask(server, "PATCH", `${scripts}/${id}`, 200, json({ name }))
      own.scripts.set(id, name)
    }
  ],
  [
    15,
    async (server, own) => {
      const id = pickOwn(own)
      if (id === undefined) return
      const { json } = await ask(server, "GET", `${scripts}/${id}`, 200)
      if (text(json, "name") !== own.scripts.get(id))
        throw new Error(`Script ${id} does not have the name that was written last`)
    }
  ],
  [
    15,
    async (server, own) => {
      const id = own.scripts.size > 20 ? pickOwn(own) : undefined
      if (id === undefined) return
      await ask(server, "DELETE", `${scripts}/${id}`, 204)
      own.scripts.delete(id)
      own.assigned.delete(id)
    }
  ],
  [
    5,
    async (server) => {
      const made = await ask(server, "POST", profiles, 201, form({ name: "Wi-Fi" }, plist))
      await ask(server, "PATCH", `${profiles}/${text(made.json, "id")}`, 200, form({ name: "Wi-Fi 2" }, plist))
      await ask(server, "DELETE", `${profiles}/${text(made.json, "id")}`, 204)
    }
  ],
  [5, publish],
  [5, publishInHouse],
  [5, assign],
  [
    5,
    async (server) => {
      await ask(server, "POST", scripts, 400, json({ name: "" }))
      await ask(server, "POST", scripts, 415, { type: "text/plain", bytes: Buffer.from("x") })
      await ask(server, "GET", `${scripts}/${randomBytes(4).toString("hex")}`, 404)
    }
  ]
]

const total = actions.reduce((sum, [weight]) => sum + weight, 0)

const chooseAction = () => {
  let place = below(total)
  return actions.find(([weight]) => (place -= weight) < 0)?.[1] ?? createScript
}

const client = async (server: Server, own: Own, until: number): Promise<void> => {
  while (Date.now() < until && problems.length < 10) {
    await chooseAction()(server, own).catch((error: unknown) => problems.push(String(error)))
  }
}

/** Checks that the tenant has exactly the records that the clients expect. */
const verify = async (server: Server, owns: ReadonlyArray<Own>): Promise<void> => {
  const names = new Map(owns.flatMap((own) => [...own.scripts]))
  const first = await ask(server, "GET", `${scripts}?limit=1`, 200)
  if (at(first.json, "count") !== seeded + names.size) {
    problems.push(`${text(first.json, "count")} scripts instead of ${seeded + names.size}`)
  }
  for (let offset = seeded; offset < seeded + names.size; offset += 300) {
    const page = await ask(server, "GET", `${scripts}?offset=${offset}`, 200)
    for (const row of list(page.json, "results")) {
      if (names.get(text(row, "id")) !== text(row, "name"))
        problems.push(`Script ${text(row, "id")} does not have the name of its last update`)
    }
  }
  const assigned = new Map(owns.flatMap((own) => [...own.assigned]))
  const blueprints = await ask(server, "GET", "/blueprints", 200)
  let found = 0
  for (const blueprint of list(blueprints.json, "results")) {
    const items = await ask(server, "GET", `/blueprints/${text(blueprint, "id")}/list-library-items`, 200)
    for (const item of list(items.json, "results")) {
      if (assigned.get(text(item, "id")) === text(blueprint, "id")) found += 1
    }
  }
  if (found !== assigned.size) problems.push(`${found} assignments instead of ${assigned.size}`)
  for (const path of [apps, ipaApps, profiles]) {
    const left = await ask(server, "GET", path, 200)
    if (at(left.json, "count") !== 0) problems.push(`${text(left.json, "count")} records left at ${path}`)
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1024 ** 2).toFixed(0)} MB`

const data = await mkdtemp(join(tmpdir(), "sandbox-soak-"))
const server = await start(data)
const before = await health(server)
const owns = Array.from({ length: clients }, (): Own => ({ scripts: new Map(), assigned: new Map() }))
const until = Date.now() + seconds * 1000
const samples: Array<Health> = []
const sampling = setInterval(
  () => {
    void health(server).then((sample) => {
      samples.push(sample)
      const { answered, handles, heapUsed, rss } = sample
      console.log(`${answered} answers, heap ${megabytes(heapUsed)}, RSS ${megabytes(rss)}, ${handles} handles`)
    })
  },
  (seconds * 1000) / 12
)
await Promise.all(owns.map((own) => client(server, own, until)))
clearInterval(sampling)

await verify(server, owns)
agent.destroy()
await new Promise((resolve) => setTimeout(resolve, 500))
const after = await health(server)
if (after.broken !== broken) problems.push(`${broken} connections broke, and ${after.broken} were broken on purpose`)
if (after.handles > before.handles + 5)
  problems.push(`${after.handles} handles at the end, ${before.handles} at the start`)
const settled = samples.slice(Math.floor(samples.length / 2))
const growth = (after.heapUsed - (settled[0]?.heapUsed ?? after.heapUsed)) / 1024 ** 2
if (growth > 16) problems.push(`The heap grew by ${growth.toFixed(0)} MB in the second half`)

await stop(server)
const again = await start(data)
await verify(again, owns)
await stop(again)
agent.destroy()
await rm(data, { recursive: true })

console.log(
  `${clients} clients, ${seconds} s: ${after.answered} answers, ${injected} errors and ${broken} broken connections on purpose; ` +
    (problems.length === 0 ? "nothing else went wrong." : `${problems.length} problems:`)
)
for (const problem of problems.slice(0, 20)) console.error(problem)
process.exitCode = problems.length === 0 ? 0 : 1
