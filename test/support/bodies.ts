/**
 * What a request's body holds, read by parsers that are not the library's.
 */
import busboy from "busboy"
import type { Received } from "./server.js"

export const jsonOf = ({ body }: Pick<Received, "body">): unknown => JSON.parse(body.toString("utf8"))

/** The fields of a urlencoded form, in order. */
export const formOf = ({ body }: Pick<Received, "body">): ReadonlyArray<readonly [string, string]> => [
  ...new URLSearchParams(body.toString("utf8"))
]

export interface MultipartFile {
  readonly field: string
  readonly filename: string
  readonly contentType: string
  readonly content: Buffer
}

export interface Multipart {
  /** Text fields, in order. */
  readonly fields: ReadonlyArray<readonly [string, string]>
  readonly files: ReadonlyArray<MultipartFile>
  /** The names of all parts, in order. */
  readonly order: ReadonlyArray<string>
}

/** Parses a multipart body with busboy. */
export const parseMultipart = (contentType: string, body: Uint8Array): Promise<Multipart> =>
  new Promise((resolve, reject) => {
    const fields: Array<readonly [string, string]> = []
    const files: Array<MultipartFile> = []
    const order: Array<string> = []
    const parser = busboy({
      headers: { "content-type": contentType },
      defParamCharset: "utf8",
      preservePath: true,
      limits: { fieldSize: Infinity, fieldNameSize: Infinity }
    })
    parser.on("field", (name, value) => {
      order.push(name)
      fields.push([name, value])
    })
    parser.on("file", (field, stream, { filename, mimeType }) => {
      order.push(field)
      const chunks: Array<Buffer> = []
      stream.on("data", (chunk: Buffer) => chunks.push(chunk))
      stream.on("end", () =>
        files.push({ field, filename: filename ?? "", contentType: mimeType, content: Buffer.concat(chunks) })
      )
    })
    parser.on("close", () => resolve({ fields, files, order }))
    parser.on("error", reject)
    parser.end(body)
  })

export const multipartOf = ({ body, headers }: Pick<Received, "body" | "headers">): Promise<Multipart> =>
  parseMultipart(headers["content-type"] ?? "", body)
