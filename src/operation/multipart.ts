/**
 * Builds `multipart/form-data` with an exact length and the file as its last part. The platform's own `FormData` does
 * not tell its length on every transport, and storage refuses a body of unknown length.
 */

/** The parts of a form before and after the file's bytes, and the `Content-Type`. */
export interface MultipartFrame {
  readonly head: Uint8Array
  readonly tail: Uint8Array
  readonly contentType: string
}

/** Describes the file of a form, without its bytes. */
export interface FilePart {
  readonly field: string
  readonly filename: string
  readonly contentType: string
}

const encoder = new TextEncoder()

/**
 * Escapes a text for a header. Quotes, line breaks and other control characters are percent-encoded, as browsers do it.
 * A backslash is doubled, because parsers take a single one for the start of an escape.
 */
const escape = (name: string): string => name.replace(/["\p{Cc}]/gu, encodeURIComponent).replaceAll("\\", "\\\\")

/** Encodes a form's fields and the header of its file. The file's bytes belong between `head` and `tail`. */
export const multipart = (fields: ReadonlyArray<readonly [string, string]>, file?: FilePart): MultipartFrame => {
  const boundary = `effect-iru-${crypto.randomUUID()}`
  let head = ""
  for (const [name, value] of fields) {
    head += `--${boundary}\r\nContent-Disposition: form-data; name="${escape(name)}"\r\n\r\n${value}\r\n`
  }
  if (file !== undefined) {
    head += `--${boundary}\r\nContent-Disposition: form-data; name="${escape(file.field)}"; filename="${escape(file.filename)}"\r\n`
    head += `Content-Type: ${file.contentType}\r\n\r\n`
  }
  return {
    head: encoder.encode(head),
    tail: encoder.encode(`${file === undefined ? "" : "\r\n"}--${boundary}--\r\n`),
    contentType: `multipart/form-data; boundary=${boundary}`
  }
}

/** Joins a form and the bytes of its file in memory. */
export const multipartBytes = (frame: MultipartFrame, file: Uint8Array): Uint8Array => {
  const body = new Uint8Array(frame.head.length + file.length + frame.tail.length)
  body.set(frame.head)
  body.set(file, frame.head.length)
  body.set(frame.tail, frame.head.length + file.length)
  return body
}
