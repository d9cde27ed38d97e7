import * as FastCheck from "effect/FastCheck"
import { test } from "vitest"
import { multipart, multipartBytes } from "../../src/operation/multipart.js"
import { parseMultipart } from "../support/bodies.js"

/** Any text, and texts that are difficult for a header, a parser or a boundary. */
const text = FastCheck.oneof(
  FastCheck.string({ unit: "grapheme" }),
  FastCheck.string({ unit: "binary" }),
  FastCheck.array(
    FastCheck.constantFrom('"', "\\", "\r\n", "\n", "--", ";", "=", "%22", "\0", "\u007f", "é", "🏔", "a")
  ).map((parts) => parts.join(""))
)

const name = text.filter((text) => text !== "")

/** Characters that a header cannot contain are percent-encoded, as in browsers. All others are read back unchanged. */
const inHeader = (name: string): string => name.replaceAll(/["\p{Cc}]/gu, (char) => encodeURIComponent(char))

test("another parser reads any field name, value, file name and content back unchanged", () =>
  FastCheck.assert(
    FastCheck.asyncProperty(
      FastCheck.array(FastCheck.tuple(name, text), { maxLength: 5 }),
      FastCheck.option(
        FastCheck.record({ field: name, filename: name, content: FastCheck.uint8Array({ maxLength: 200 }) }),
        { nil: undefined }
      ),
      async (fields, file) => {
        const part = file && { field: file.field, filename: file.filename, contentType: "application/octet-stream" }
        const frame = multipart(fields, part)
        const body = multipartBytes(frame, file?.content ?? new Uint8Array())
        const parsed = await parseMultipart(frame.contentType, body)
        const expected = {
          fields: fields.map(([name, value]) => [inHeader(name), value]),
          files: file === undefined ? [] : [[inHeader(file.field), inHeader(file.filename), [...file.content]]]
        }
        const found = {
          fields: parsed.fields,
          files: parsed.files.map(({ content, field, filename }) => [field, filename, [...content]])
        }
        return JSON.stringify(found) === JSON.stringify(expected)
      }
    ),
    { numRuns: 500 }
  ))

test("content that looks like the end of a form or the start of a part is read as content", async () => {
  const frame = multipart([["a", "1"]], { field: "file", filename: "x", contentType: "application/octet-stream" })
  const boundary = frame.contentType.replace("multipart/form-data; boundary=", "")
  for (const content of ["\r\n", "\r\n--", `--${boundary.slice(0, -1)}`, "\r\n--effect-iru-", "--\r\n"]) {
    const parsed = await parseMultipart(frame.contentType, multipartBytes(frame, Buffer.from(content)))
    if (parsed.files[0]?.content.toString() !== content) throw new Error(`${JSON.stringify(content)} was cut`)
  }
})
