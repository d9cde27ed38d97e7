/**
 * Parses multipart forms as a stream. Names are UTF-8, as curl, browsers and SDKs send them. If a part has both
 * `filename*` and `filename`, the first one counts.
 */
import busboy from "busboy"
import type { Readable } from "node:stream"

/** Receives the parts of a form. Parts without a name are dropped. */
export interface FormHandlers {
  /** A part without a file name. `isCut` says that it was longer than the limit for fields, and is incomplete. */
  readonly onField: (name: string, value: string, isCut: boolean) => void
  /** A part with a file name (`""` if the part only has the media type of a file). The handler must read `bytes`. */
  readonly onFile: (name: string, filename: string, bytes: Readable) => void
}

/** Parses one form. Both functions fail if the form is malformed. */
export interface FormParser {
  readonly write: (chunk: Uint8Array) => Promise<void>
  /** Resolves after all files were read too. */
  readonly end: () => Promise<void>
}

/**
 * Starts parsing a form. Throws if the content type has no boundary. `charset` is for fields that name none themselves.
 */
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
  // At run time, the name can be missing, although the types say that it cannot.
  parser.on("field", (name: string | undefined, value, { valueTruncated }) => {
    if (name !== undefined) onField(name, value, valueTruncated)
  })
  parser.on("file", (name: string | undefined, bytes, { filename }: { readonly filename: string | undefined }) => {
    // An error in a file is an error of the form, and is reported there.
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

/** A part with a file. */
export interface FilePart {
  readonly filename: string
  readonly bytes: Uint8Array
}

/** A parsed form. */
export interface Form {
  readonly fields: ReadonlyArray<readonly [name: string, value: string]>
  readonly files: Readonly<Record<string, FilePart>>
}

/** Parses a form whose bytes were already read. */
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
