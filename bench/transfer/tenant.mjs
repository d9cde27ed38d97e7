/**
 * A tenant, its storage and a bucket for benchmarks, in its own process. The tenant's apps and the bucket's objects are
 * the files of a folder. The id of an app is the name of its file and its sha256. Uploaded files are discarded.
 *
 *   node tenant.mjs FOLDER     prints its origin
 */
import { createReadStream, readdirSync, statSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"

const folder = process.argv[2]

const xml = (name, content) => `<?xml version="1.0"?><${name}>${content}</${name}>`

const appOf = (origin, name, id, sha256) => ({
  id,
  name,
  file_key: name,
  file_url: `${origin}/files/${name}`,
  file_size: statSync(join(folder, name)).size,
  sha256,
  install_type: "package",
  install_enforcement: "install_once",
  active: true,
  restart: false,
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z"
})

const give = ({ method }, response, path) => {
  response.writeHead(200, { etag: '"1"', "content-length": statSync(path).size })
  if (method === "HEAD") response.end()
  else createReadStream(path, { highWaterMark: 1024 * 1024 }).pipe(response)
}

/** Answers the start, the parts and the completion of a multipart upload. The bucket has no earlier object. */
const take = (request, response, query) => {
  request.on("data", () => undefined)
  request.once("end", () => {
    if (request.method === "HEAD") response.writeHead(404).end()
    else if (request.method === "PUT") response.writeHead(200, { etag: '"1"' }).end()
    else if (query.has("uploads")) response.end(xml("InitiateMultipartUploadResult", "<UploadId>1</UploadId>"))
    else if (query.has("uploadId")) response.end(xml("CompleteMultipartUploadResult", "<ETag>1</ETag>"))
    else response.writeHead(204).end()
  })
}

const server = createServer((request, response) => {
  const { origin, pathname, searchParams } = new URL(request.url, `http://${request.headers.host}`)
  const last = pathname.split("/").at(-1)
  if (pathname.startsWith("/files/")) return give(request, response, join(folder, last))
  if (!pathname.startsWith("/api/")) return take(request, response, searchParams)
  const [file, sha256] = last.split("-")
  const name = readdirSync(folder).find((name) => name.toLowerCase() === file.toLowerCase())
  response.writeHead(200, { "content-type": "application/json" })
  response.end(JSON.stringify(appOf(origin, name, last, sha256)))
})
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`))
