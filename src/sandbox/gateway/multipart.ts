/**
 * Multipart forms, parsed as they come. Names are UTF-8, as curl, browsers and SDKs send them; `filename*` counts before
 * `filename`, which is a fallback if both are there.
 */
import busboy from "busboy"
import type { Readable } from "node:stream"

/** What a form is read into. Parts without a name are dropped. */
export interface FormHandlers {
  /** A part without a file name. `isCut`: it is longer than a field may be. */
  readonly onField: (name: string, value: string, isCut: boolean) => void
  /** A part with a file name (`""` if it only has the media type of a file). Its bytes follow, and must be read. */
  readonly onFile: (name: string, filename: string, bytes: Readable) => void
}

/** A form that is being read. Both fail if it is malformed. */
export interface FormParser {
  readonly write: (chunk: Uint8Array) => Promise<void>
  /** Done when all files have been read as well. */
  readonly end: () => Promise<void>
}

/** Reads a form. Throws if the content type names no boundary. `charset` is that of fields which name none. */
export const formParser = (
  contentType: string,
  { onField, onFile }: FormHandlers,
  { charset = "utf8", fieldSize }: { readonly charset?: "utf8" | "latin1"; readonly fieldSize: number }
): FormParser => {
  const parser = busboy({
    headers: { "content-type": contentType },
    defParamCharset: "utf8",
    defCharset: charset,
    preservePath: true,
    limits: { fieldSize }
  })
  // The types say that a name is always there.
  parser.on("field", (name: string | undefined, value, { valueTruncated }) => {
    if (name !== undefined) onField(name, value, valueTruncated)
  })
  parser.on("file", (name: string | undefined, bytes, { filename }: { readonly filename: string | undefined }) => {
    // What is wrong with a file is wrong with the form, which fails.
    bytes.on("error", () => undefined)
    if (name === undefined) bytes.resume()
    else onFile(name, filename ?? "", bytes)
  })
  const closed = new Promise<void>((resolve, reject) => parser.once("close", resolve).once("error", reject))
  closed.catch(() => undefined)
  return {
    write: (chunk) =>
      new Promise((resolve, reject) => {
        parser.write(chunk, (error) => (error ? reject(error) : resolve()))
      }),
    end: () => {
      parser.end()
      return closed
    }
  }
}

/** A part of a form that carries a file. */
export interface FilePart {
  readonly filename: string
  readonly bytes: Uint8Array
}

/** A whole form. */
export interface Form {
  readonly fields: ReadonlyArray<readonly [name: string, value: string]>
  readonly files: Readonly<Record<string, FilePart>>
}

/** Reads a form that is at hand. */
export const readForm = async (bytes: Uint8Array, contentType: string): Promise<Form> => {
  const fields: Array<readonly [string, string]> = []
  const files: Record<string, FilePart> = {}
  const parser = formParser(
    contentType,
    {
      onField: (name, value) => fields.push([name, value]),
      onFile: (name, filename, stream) => {
        const chunks: Array<Uint8Array> = []
        stream.on("data", (chunk: Uint8Array) => chunks.push(chunk))
        stream.once("end", () => (files[name] = { filename, bytes: Buffer.concat(chunks) }))
      }
    },
    { fieldSize: Infinity }
  )
  await parser.write(bytes)
  await parser.end()
  return { fields, files }
}
