/**
 * Makes one transfer in its own process. Prints the seconds, the sha256 if there is one, and the highest memory use of
 * the process in MiB.
 *
 *   node client.mjs upload|undici|download|node ADDRESS FILE [SIZE SHA256 CONNECTIONS]
 *   node client.mjs archive|source ORIGIN NAME [SIZE SHA256]
 */
import { createHash } from "node:crypto"
import { createReadStream, createWriteStream, readFileSync, statSync } from "node:fs"
import { get as plainGet } from "node:http"
import { get as tlsGet } from "node:https"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

const [way, address, file, size, sha256, connections] = process.argv.slice(2)

/** The same upload with undici alone: the same form, read a MiB at a time. */
const overUndici = async () => {
  const { request } = await import("undici")
  const boundary = "a-boundary-of-the-benchmark"
  const head = Buffer.from(
    `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.pkg"\r\nContent-Type: application/octet-stream\r\n\r\n`
  )
  const tail = Buffer.from(`\r\n--${boundary}--\r\n`)
  const body = async function* () {
    yield head
    yield* createReadStream(file, { highWaterMark: 1024 * 1024 })
    yield tail
  }
  const length = head.length + statSync(file).size + tail.length
  return async () => {
    const response = await request(address, {
      method: "POST",
      headers: { "content-type": `multipart/form-data; boundary=${boundary}`, "content-length": String(length) },
      body: Readable.from(body(), { objectMode: false, highWaterMark: 1024 * 1024 })
    })
    await response.body.dump()
    if (response.statusCode !== 204) throw new Error(`answered ${response.statusCode}`)
  }
}

/** The same download with Node alone: hashes the bytes and pipes them into the file a MiB at a time. */
const overNode = () => async () => {
  const get = address.startsWith("https:") ? tlsGet : plainGet
  const response = await new Promise((resolve, reject) => get(address, resolve).once("error", reject))
  const hash = createHash("sha256")
  response.on("data", (piece) => hash.update(piece))
  await pipeline(response, createWriteStream(file, { highWaterMark: 1024 * 1024 }))
  return { sha256: hash.digest("hex") }
}

const overTheLibrary = async () => {
  const [Effect, Layer, Redacted, NodeFileSystem, { InstallerTransfer }, { NodeInstallerTransfer }] = await Promise.all(
    [
      import("effect/Effect"),
      import("effect/Layer"),
      import("effect/Redacted"),
      import("@effect/platform-node/NodeFileSystem"),
      import("effect-iru"),
      import("effect-iru/node")
    ]
  )
  const place = {
    name: "a.pkg",
    expires: "2099-01-01T00:00:00Z",
    post_url: address,
    post_data: Redacted.make({ key: "a.pkg" }),
    file_key: "a.pkg"
  }
  const installer = { url: Redacted.make(address), name: "a.pkg", size: Number(size), sha256 }
  const transfer = Effect.flatMap(InstallerTransfer, (transfer) =>
    way === "upload"
      ? transfer.upload({ path: file, name: "a.pkg" }, { presign: Effect.succeed(place) })
      : transfer.download(Effect.succeed(installer), file)
  )
  const layer = NodeInstallerTransfer.layer(connections ? { connections: Number(connections) } : {})
  return () => Effect.runPromise(Effect.provide(transfer, Layer.provide(layer, NodeFileSystem.layer)))
}

/** Transfers from the tenant into a bucket, or from a bucket to the tenant's storage. */
const overS3 = async () => {
  const [Effect, Layer, Redacted, { InstallerTransfer }, { Iru }, { S3Installers }] = await Promise.all([
    import("effect/Effect"),
    import("effect/Layer"),
    import("effect/Redacted"),
    import("effect-iru"),
    import("effect-iru/node"),
    import("effect-iru/s3")
  ])
  const layers = Layer.merge(
    Iru.layer({
      tenantUrl: address,
      apiToken: Redacted.make("00000000-0000-4000-8000-000000000000")
    }),
    S3Installers.layer({
      endpoint: address,
      region: "us-east-1",
      credentials: { accessKeyId: "a", secretAccessKey: "b" },
      forcePathStyle: true
    })
  )
  const place = {
    name: "a.pkg",
    expires: "2099-01-01T00:00:00Z",
    post_url: `${address}/`,
    post_data: Redacted.make({ key: "a.pkg" }),
    file_key: "a.pkg"
  }
  const transfer =
    way === "archive"
      ? S3Installers.archive(`${file}-${sha256}`, { bucket: "mirror", key: "a.pkg" })
      : Effect.gen(function* () {
          const installer = yield* S3Installers.source({ bucket: "files", key: file, name: "a.pkg" })
          const { upload } = yield* InstallerTransfer
          return yield* upload(installer, { presign: Effect.succeed(place) })
        })
  return () => Effect.runPromise(Effect.provide(transfer, layers))
}

const ways = { undici: overUndici, node: overNode, archive: overS3, source: overS3 }
const run = await (ways[way] ?? overTheLibrary)()
const began = performance.now()
const result = await run()
const seconds = (performance.now() - began) / 1000
console.log(
  JSON.stringify({
    seconds,
    memory: Number(/VmHWM:\s+(\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]) / 1024,
    sha256: result?.sha256
  })
)
process.exit()
