import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Option from "effect/Option"
import { isDeepStrictEqual } from "node:util"
import { describe, expect, test } from "vitest"
import {
  edit,
  formatOf,
  lineOf,
  parse,
  render,
  type Format,
  type Record
} from "../../src/repository/format/InfoDocument.js"
import { changedRecords, handWritten, layouts, order, records } from "./infoFiles.js"

const formats = ["plist", "json", "yaml"] as const

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (bytes: Uint8Array) => new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
const valueOf = (file: Uint8Array | string, format: Format): Record =>
  Either.getOrThrowWith(parse(typeof file === "string" ? bytes(file) : file, format), (problems) =>
    new Error(JSON.stringify(problems))
  )
const problemsOf = (file: Uint8Array | string, format: Format) =>
  Option.getOrThrow(Either.getLeft(parse(typeof file === "string" ? bytes(file) : file, format)))
const edited = (file: string, format: Format, next: Record) => text(edit(bytes(file), format, next, order))

describe.each(formats)("%s", (format) => {
  test("what is written is read as the same", () => {
    FastCheck.assert(
      FastCheck.property(records(format), (value) => {
        expect(valueOf(render(value, format, order), format)).toEqual(value)
      })
    )
  })

  test("a file that has nothing to change keeps its bytes, in any layout", () => {
    FastCheck.assert(
      FastCheck.property(records(format), layouts, (value, layout) => {
        const file = bytes(handWritten(value, format, layout).text)
        expect(valueOf(file, format)).toEqual(value)
        expect(edit(file, format, valueOf(file, format), order)).toEqual(file)
      })
    )
  })

  test("a file becomes any other, and keeps the lines of keys that stay and the comments between them", () => {
    FastCheck.assert(
      FastCheck.property(changedRecords(format), layouts, ({ one, next }, layout) => {
        const file = handWritten(one, format, layout)
        const result = text(edit(bytes(file.text), format, next, order))
        expect(valueOf(result, format)).toEqual(next)
        // Braces with nothing in them lose the comments in them.
        const isEmptied = layout.braces && format === "yaml" && Object.keys(next).length === 0
        for (const comment of isEmptied ? [] : file.comments) expect(result).toContain(comment)
        for (const [key, lines] of file.lines) {
          if (Object.hasOwn(next, key) && isDeepStrictEqual(one[key], next[key])) expect(result).toContain(lines)
        }
        expect(result.startsWith("\ufeff")).toBe(layout.mark !== "")
        expect(result.endsWith("\n")).toBe(layout.end)
        if (file.text.includes("\r\n")) expect(result).not.toMatch(/[^\r]\n/)
        else expect(result).not.toContain("\r")
      })
    )
  })
})
