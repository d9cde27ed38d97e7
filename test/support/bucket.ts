/**
 * An S3 bucket in memory, which does what it is asked by whoever asks, and which a test can break. Whether signatures
 * are right is for a real store to say.
 */
import type * as Scope from "effect/Scope"
import * as Effect from "effect/Effect"
import { createHash } from "node:crypto"
import type { Store } from "./radosgw.js"
import { type Handler, type Received, type Reply, serve, type TestServer } from "./server.js"

export interface Bucket extends Store, TestServer {}

interface Stored {
  readonly body: Buffer
  readonly headers: Record<string, string>
}

const xml = (name: string, content: string): Reply => ({
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<${name}>${content}</${name}>`,
  headers: { "content-type": "application/xml" }
})

/** A refusal as S3 words it. */
export const refusal = (status: number, code: string, message = code): Reply => ({
  status,
  ...xml("Error", `<Code>${code}</Code><Message>${message}</Message><RequestId>1</RequestId>`)
})

const etagOf = (body: Buffer): string => `"${createHash("md5").update(body).digest("hex")}"`

const stored = ({ body, headers }: Pick<Received, "body" | "headers">): Stored => ({
  body,
  headers: {
    etag: etagOf(body),
    "content-length": String(body.length),
    ...Object.fromEntries(
      Object.entries(headers).flatMap(([name, value]) =>
        name.startsWith("x-amz-meta-") && typeof value === "string" ? [[name, value]] : []
      )
    )
  }
})

/** Serves buckets until the scope closes. A request that `broken` has a reply for is not carried out. */
export const bucket = (
  broken: (...request: Parameters<Handler>) => ReturnType<Handler> | undefined = () => undefined
) => {
  const objects = new Map<string, Stored>()
  const uploads = new Map<
    string,
    { readonly path: string; readonly start: Received; readonly parts: Map<string, Buffer> }
  >()

  const upload = (request: Received): Reply => {
    const id = request.query["uploadId"] ?? ""
    const found = uploads.get(id)
    if (found === undefined) return refusal(404, "NoSuchUpload")
    if (request.method === "PUT") {
      found.parts.set(request.query["partNumber"] ?? "", request.body)
      return { headers: { etag: etagOf(request.body) } }
    }
    uploads.delete(id)
    if (request.method === "DELETE") return { status: 204 }
    const named = [...request.body.toString("utf8").matchAll(/<PartNumber>(\d+)<\/PartNumber>/g)]
    const body = Buffer.concat(named.map(([, part = ""]) => found.parts.get(part) ?? Buffer.alloc(0)))
    objects.set(request.path, stored({ body, headers: found.start.headers }))
    return xml("CompleteMultipartUploadResult", `<ETag>${etagOf(body)}</ETag>`)
  }

  const carryOut = (request: Received): Reply => {
    const { headers, method, path, query } = request
    if ("uploadId" in query) return upload(request)
    if ("uploads" in query && method === "POST") {
      const id = `upload-${uploads.size}-${path}`
      uploads.set(id, { path, start: request, parts: new Map() })
      return xml("InitiateMultipartUploadResult", `<UploadId>${id}</UploadId>`)
    }
    if ("uploads" in query) {
      const list = [...uploads].map(([id, { path }]) => `<Upload><UploadId>${id}</UploadId><Key>${path}</Key></Upload>`)
      return xml("ListMultipartUploadsResult", list.join(""))
    }
    if (method === "PUT") {
      objects.set(path, stored(request))
      return {}
    }
    const found = objects.get(path)
    if (found === undefined)
      return method === "HEAD" ? { status: 404 } : refusal(404, "NoSuchKey", "There is no such key.")
    if ((headers["if-match"] ?? found.headers["etag"]) !== found.headers["etag"])
      return refusal(412, "PreconditionFailed")
    return { headers: found.headers, ...(method === "HEAD" ? {} : { body: found.body }) }
  }

  return Effect.map(
    serve((request, raw) => broken(request, raw) ?? carryOut(request)),
    (server): Bucket => ({
      ...server,
      endpoint: server.origin,
      region: "us-east-1",
      credentials: { accessKeyId: "AKIDOFTHETEST", secretAccessKey: "the-secret-of-the-test" }
    })
  ) satisfies Effect.Effect<Bucket, never, Scope.Scope>
}
