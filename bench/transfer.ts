/**
 * Measures the time and the memory of installer transfers, against undici and Python's requests on the same machine.
 *
 *   npm run bench:transfer              1 GiB, 5 interleaved rounds
 *   npm run bench:transfer -- --large   memory at 5 GB too
 *   npm run bench:transfer -- --rounds 3
 *
 * Each transfer runs in its own process, and the store in another one. A time is the median over all rounds and does
 * not include the start of the process.
 */
import { execFileSync, spawn } from "node:child_process"
import { createHash, randomBytes } from "node:crypto"
import { closeSync, existsSync, mkdtempSync, openSync, rmSync, statfsSync, writeSync } from "node:fs"
import { cpus, tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"

const { values } = parseArgs({
  options: { large: { type: "boolean", default: false }, rounds: { type: "string", default: "5" } }
})
const rounds = Number(values.rounds)
const sizes = { "100 MB": 100_000_000, "1 GiB": 1024 ** 3, ...(values.large ? { "5 GB": 5_000_000_000 } : {}) }

const here = (name: string) => fileURLToPath(new URL(`transfer/${name}`, import.meta.url))

/** A folder in memory if there is enough, so that the disk is not measured. */
const parent = ["/dev/shm"].find((path) => {
  if (!existsSync(path)) return false
  const { bavail, bsize } = statfsSync(path)
  return bavail * bsize > 2.2 * Math.max(...Object.values(sizes))
})
const folder = mkdtempSync(join(parent ?? tmpdir(), "effect-iru-bench-"))

interface Outcome {
  readonly seconds: number
  readonly memory: number
  readonly sha256?: string | null
}

const run = (command: string, parameters: ReadonlyArray<string>): Outcome =>
  JSON.parse(
    execFileSync(command, parameters, {
      encoding: "utf8",
      env: {
        ...process.env,
        NODE_NO_WARNINGS: "1",
        NODE_EXTRA_CA_CERTS: join(folder, "cert.pem"),
        REQUESTS_CA_BUNDLE: join(folder, "cert.pem")
      }
    })
  )

/** Finds the first Python that has a module. */
const pythonWith = (module: string) =>
  ["/usr/bin/python3", "python3"].find((command) => {
    try {
      execFileSync(command, ["-c", `import ${module}`], { stdio: "ignore" })
      return true
    } catch {
      return false
    }
  })
const python = pythonWith("requests")

/** Makes a file of random bytes, and returns its digest. */
const makeFile = (name: string, size: number): string => {
  const hash = createHash("sha256")
  const file = openSync(join(folder, name), "w")
  for (let left = size; left > 0;) {
    const bytes = randomBytes(Math.min(left, 16 * 1024 * 1024))
    hash.update(bytes)
    left -= writeSync(file, bytes)
  }
  closeSync(file)
  return hash.digest("hex")
}

const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

type Way = readonly [name: string, run: () => Outcome]

/** Runs the ways in turn, so that other load on the machine affects all of them. */
const compare = (ways: ReadonlyArray<Way>, times = rounds) => {
  const seen = ways.map(([name, run]) => ({ name, run, seconds: Array<number>(), memory: Array<number>() }))
  for (let round = 0; round < times; round++) {
    for (const way of seen) {
      const { memory, seconds } = way.run()
      way.seconds.push(seconds)
      way.memory.push(memory)
    }
  }
  return seen.map(({ memory, name, seconds }) => ({ name, seconds: median(seconds), memory: Math.max(...memory) }))
}

const row = (...cells: ReadonlyArray<string>) => console.log(`| ${cells.join(" | ")} |`)

/** Prints a table. The first way is this library; each ratio says how many times as fast as the other way it is. */
const table = (title: string, ways: ReadonlyArray<Way>, bytes: number, times?: number) => {
  console.log(`\n${title}\n`)
  row("", "s", "MB/s", "peak RSS, MiB", "effect-iru is")
  row("---", "---:", "---:", "---:", "---:")
  const results = compare(ways, times)
  const own = results[0]?.seconds ?? Number.NaN
  for (const [index, { memory, name, seconds }] of results.entries()) {
    const ratio = index === 0 ? "" : `${(seconds / own).toFixed(2)} times as fast`
    row(name, seconds.toFixed(2), (bytes / seconds / 1e6).toFixed(0), memory.toFixed(0), ratio)
  }
}

const version = (command: string, ...parameters: ReadonlyArray<string>) =>
  execFileSync(command, parameters, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim()

const main = async () => {
  version(
    "openssl",
    ..."req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext".split(" "),
    "subjectAltName=DNS:localhost,IP:127.0.0.1",
    "-keyout",
    join(folder, "key.pem"),
    "-out",
    join(folder, "cert.pem")
  )
  const storePython = pythonWith("ssl")
  if (storePython === undefined) throw new Error("The store of this benchmark needs python3.")
  const server = spawn(storePython, [here("store.py"), folder], { stdio: ["ignore", "pipe", "inherit"] })
  process.once("exit", () => server.kill())
  const origins = await new Promise<{ readonly plain: string; readonly tls: string }>((resolve) =>
    server.stdout.once("data", (line) => resolve(JSON.parse(String(line))))
  )
  const tenant = spawn(process.execPath, [here("tenant.mjs"), folder], { stdio: ["ignore", "pipe", "inherit"] })
  process.once("exit", () => tenant.kill())
  const tenantOrigin = await new Promise<string>((resolve) =>
    tenant.stdout.once("data", (line) => resolve(String(line).trim()))
  )
  const digests = Object.fromEntries(
    Object.entries(sizes).map(([name, size]) => [name, makeFile(name.replace(" ", ""), size)])
  )
  const target = join(folder, "target.pkg")
  const warmUp = join(folder, "warm-up")

  /** Removes the old file and warms up free memory, because allocating memory for a new file can dominate the time. */
  const clear = (size: number) => {
    rmSync(target, { force: true })
    const zeros = Buffer.alloc(16 * 1024 * 1024)
    const file = openSync(warmUp, "w")
    for (let left = size; left > 0;) left -= writeSync(file, zeros)
    closeSync(file)
    rmSync(warmUp)
  }

  const upload = (size: keyof typeof sizes, way = "upload") =>
    run(process.execPath, [here("client.mjs"), way, `${origins.plain}/`, join(folder, size.replace(" ", ""))])
  const download = (origin: string, size: keyof typeof sizes, connections = "", way = "download") => {
    clear(sizes[size] ?? 0)
    const digest = digests[size] ?? ""
    const address = `${origin}/${size.replace(" ", "")}`
    return run(process.execPath, [here("client.mjs"), way, address, target, String(sizes[size]), digest, connections])
  }
  const overS3 = (way: "archive" | "source", size: keyof typeof sizes) =>
    run(process.execPath, [
      here("client.mjs"),
      way,
      tenantOrigin,
      size.replace(" ", ""),
      String(sizes[size]),
      digests[size] ?? ""
    ])
  const peer = (way: "upload" | "download", origin: string): ReadonlyArray<Way> => {
    if (python === undefined) return []
    const file = way === "upload" ? join(folder, "1GiB") : target
    const address = way === "upload" ? `${origin}/` : `${origin}/1GiB`
    return [
      [
        "Python requests",
        () => {
          if (way === "download") clear(1024 ** 3)
          return run(python, [here("peer.py"), way, address, file])
        }
      ]
    ]
  }

  const downloads = (origin: string): ReadonlyArray<Way> => [
    ["effect-iru", () => download(origin, "1 GiB")],
    ["node:http, hashed and piped", () => download(origin, "1 GiB", "", "node")],
    ...peer("download", origin)
  ]

  const GiB = sizes["1 GiB"]
  const requests =
    python === undefined
      ? "no python3-requests: its rows are missing"
      : `${version(python, "--version")}, requests ${version(python, "-c", "import requests; print(requests.__version__)")}`
  console.log(
    `${new Date().toISOString().slice(0, 16)} UTC · ${cpus().length} × ${cpus()[0]?.model.trim()} · Node ${process.version} · ${requests} · files in ${parent ?? tmpdir()} · medians of ${rounds} interleaved rounds`
  )

  upload("100 MB")
  download(origins.tls, "100 MB")
  table(
    "Upload of 1 GiB from a file",
    [
      ["effect-iru", () => upload("1 GiB")],
      ["raw undici, 1 MiB reads", () => upload("1 GiB", "undici")],
      ...peer("upload", origins.plain)
    ],
    GiB
  )
  table("Download of 1 GiB to a file, with sha256, over TLS", downloads(origins.tls), GiB)
  table("Download of 1 GiB to a file, with sha256, in plain HTTP", downloads(origins.plain), GiB)
  table(
    "Download of 1 GiB over a line that gives each connection 50 MB/s",
    [
      ["effect-iru", () => download(`${origins.plain}/capped`, "1 GiB")],
      ["over 1 connection", () => download(`${origins.plain}/capped`, "1 GiB", "1")]
    ],
    GiB,
    1
  )

  console.log("\nPeak RSS of the process, MiB\n")
  row("", ...Object.keys(sizes))
  row("---", ...Object.keys(sizes).map(() => "---:"))
  const names = Object.keys(sizes) as Array<keyof typeof sizes>
  row("upload", ...names.map((size) => upload(size).memory.toFixed(0)))
  row("download", ...names.map((size) => download(origins.tls, size).memory.toFixed(0)))
  row("download over 4 connections", ...names.map((size) => download(origins.tls, size, "4").memory.toFixed(0)))
  row("from the tenant into a bucket", ...names.map((size) => overS3("archive", size).memory.toFixed(0)))
  row("from a bucket to the tenant", ...names.map((size) => overS3("source", size).memory.toFixed(0)))
  server.kill()
  tenant.kill()
}

try {
  await main()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
