/**
 * A store for benchmarks, in a process of its own: gives a file over HTTP and TLS, in parts where it is asked to, and
 * takes forms, of which it counts the bytes. A path that begins with /capped gives each connection 50 MB a second.
 *
 *   node server.mjs FOLDER     prints its two origins as JSON; FOLDER has key.pem and cert.pem
 */
import { createReadStream, readFileSync, statSync } from "node:fs"
import { createServer as plainServer } from "node:http"
import { createServer as tlsServer } from "node:https"
import { join } from "node:path"

const folder = process.argv[2]
const cap = 50_000_000
const piece = 1024 * 1024

const handle = (request, response) => {
  if (request.method === "POST") {
    request.on("data", () => undefined)
    request.once("end", () => response.writeHead(204).end())
    return
  }
  const path = join(folder, request.url.split("/").at(-1))
  const { size } = statSync(path)
  const [, first, last] = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "") ?? []
  const start = Number(first ?? 0)
  const end = last ? Math.min(Number(last), size - 1) : size - 1
  response.writeHead(first === undefined ? 200 : 206, {
    etag: '"1"',
    "content-length": end - start + 1,
    ...(first === undefined ? {} : { "content-range": `bytes ${start}-${end}/${size}` })
  })
  const file = createReadStream(path, { start, end, highWaterMark: piece })
  if (!request.url.startsWith("/capped")) return void file.pipe(response)
  const began = performance.now()
  let sent = 0
  file.on("data", (chunk) => {
    file.pause()
    sent += chunk.length
    response.write(chunk, () =>
      setTimeout(() => file.resume(), Math.max(0, (sent / cap) * 1000 - (performance.now() - began)))
    )
  })
  file.once("end", () => response.end())
}

const listen = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)))
const keys = { key: readFileSync(join(folder, "key.pem")), cert: readFileSync(join(folder, "cert.pem")) }
const [plain, tls] = await Promise.all([listen(plainServer(handle)), listen(tlsServer(keys, handle))])
console.log(JSON.stringify({ plain: `http://127.0.0.1:${plain}`, tls: `https://localhost:${tls}` }))
