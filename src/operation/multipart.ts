/**
 * `multipart/form-data` with an exact length, file last. The platform's own `FormData` cannot say its length on every
 * transport, and storage refuses a body of unknown length.
 */

/** What stands before and after the file's bytes. */
export interface MultipartFrame {
  readonly head: Uint8Array
  readonly tail: Uint8Array
  readonly contentType: string
}

/** One file of a form, without its bytes. */
export interface FilePart {
  readonly field: string
  readonly filename: string
  readonly contentType: string
}

const encoder = new TextEncoder()

/**
 * A text as a header can hold it: quotes, line breaks and what else would end it stand there in percent, as browsers
 * write them, and a backslash is doubled, since parsers take one for the start of an escape.
 */
const escape = (name: string): string => name.replace(/["\p{Cc}]/gu, encodeURIComponent).replaceAll("\\", "\\\\")

/** A form's fields and the header of its file, ready for the bytes to stand between. */
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

/** A whole form in memory. */
export const multipartBytes = (frame: MultipartFrame, file: Uint8Array): Uint8Array => {
  const body = new Uint8Array(frame.head.length + file.length + frame.tail.length)
  body.set(frame.head)
  body.set(file, frame.head.length)
  body.set(frame.tail, frame.head.length + file.length)
  return body
}
