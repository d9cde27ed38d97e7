/**
 * Info files: the fields of a library item, in a property list, JSON or YAML. They are read strictly, and edited so that
 * what does not change keeps its bytes: comments, quotes, indentation, the order of keys, line ends, the byte order mark.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { changes } from "./changes.js"
import { readJson, renderJson } from "./json.js"
import { isBinaryPlist, readBinaryPlist, readXmlPlist, renderPlist } from "./plist.js"
import {
  applyEdits,
  duplicates,
  isRecord,
  isSame,
  lineAt,
  partAt,
  recordWithoutNulls,
  type Problem,
  type Record,
  type Source
} from "./tree.js"
import { readYaml, renderYaml } from "./yaml.js"

export type { Problem, Record, Value } from "./tree.js"

/** The format of an info file, as its name tells it. */
export type Format = "plist" | "json" | "yaml"

const formats: ReadonlyMap<string, Format> = new Map([
  ["info.plist", "plist"],
  ["info.json", "json"],
  ["info.yaml", "yaml"],
  ["info.yml", "yaml"]
])

/** The format of a file by its name, without folders; none if it is no info file. */
export const formatOf = (fileName: string): Option.Option<Format> => Option.fromNullable(formats.get(fileName))

/** Reads an info file. A key whose value is `null` counts as absent, and is left out. */
export const parse = (bytes: Uint8Array, format: Format): Either.Either<Record, ReadonlyArray<Problem>> =>
  Either.flatMap(
    format === "plist" && isBinaryPlist(bytes)
      ? readBinaryPlist(bytes)
      : Either.map(read(bytes, format), ({ source }) => source.root.value),
    (value) =>
      isRecord(value) ? Either.right(value) : Either.left([{ message: "it holds no keys at its root", line: 1 }])
  )

/** The line of a key or an item, from 1; `undefined` if it is not in the file, or the file cannot be read. */
export const lineOf = (bytes: Uint8Array, format: Format, path: ReadonlyArray<string | number>): number | undefined => {
  const file = Either.getOrUndefined(read(bytes, format))
  const part = file === undefined ? undefined : partAt(file.source.root, path)
  return file === undefined || part === undefined ? undefined : lineAt(file.source.syntax.text, part.start)
}

/**
 * The bytes of the file after it got the values of `next`: the same bytes where nothing differs. A new key goes to its
 * place in `order`, behind the keys that `order` has before it. A key that `next` lacks is removed, and with it a comment
 * on the same line. A binary property list that changes is written anew, in XML; so is a file, in its own format, whose
 * layout would not let its reader find the new values.
 *
 * The bytes must be an info file that `parse` accepts; otherwise this throws.
 */
export const edit = (bytes: Uint8Array, format: Format, next: Record, order: ReadonlyArray<string>): Uint8Array => {
  const wanted = recordWithoutNulls(next)
  const old = Either.getOrThrowWith(parse(bytes, format), (problems) => new Error(problems[0]?.message))
  if (isSame(old, wanted)) return bytes
  if (format === "plist" && isBinaryPlist(bytes)) return render(wanted, format, order)
  const { mark, source } = Either.getOrThrow(read(bytes, format))
  const text = applyEdits(source.syntax.text, changes(source, wanted, order))
  const edited = new TextEncoder().encode(mark + text)
  const found = Either.getOrUndefined(parse(edited, format))
  return found !== undefined && isSame(found, wanted) ? edited : render(wanted, format, order)
}

/** A new info file, as the vendor's command line writes it: keys in `order`, those that it does not name behind them. */
export const render = (value: Record, format: Format, order: ReadonlyArray<string>): Uint8Array =>
  new TextEncoder().encode(renderers[format](recordWithoutNulls(value), order))

const renderers = { plist: renderPlist, json: renderJson, yaml: renderYaml }
const readers = { plist: readXmlPlist, json: readJson, yaml: readYaml }

interface File {
  /** The byte order mark, or nothing. */
  readonly mark: string
  readonly source: Source
}

const byteOrderMark = "\ufeff"

const read = (bytes: Uint8Array, format: Format): Either.Either<File, ReadonlyArray<Problem>> =>
  Either.flatMap(decode(bytes), (whole) => {
    const mark = whole.startsWith(byteOrderMark) ? byteOrderMark : ""
    const text = whole.slice(mark.length)
    const newline = /\r?\n/.exec(text)?.[0] ?? "\n"
    return Either.flatMap(
      shallow(() => readers[format](text, newline)),
      (source) => {
        const problems = duplicates(text, source.root)
        return problems.length > 0 ? Either.left(problems) : Either.right({ mark, source })
      }
    )
  })

/** The readers call themselves for each level, and a hostile file can have more levels than the stack has room for. */
const shallow = (read: () => Either.Either<Source, ReadonlyArray<Problem>>): ReturnType<typeof read> => {
  try {
    return read()
  } catch (error) {
    if (error instanceof RangeError) return Either.left([{ message: "it is nested too deeply" }])
    throw error
  }
}

const decode = (bytes: Uint8Array): Either.Either<string, ReadonlyArray<Problem>> =>
  Either.try({
    try: () => new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes),
    catch: () => [{ message: "its bytes are not UTF-8", line: invalidLine(bytes) }]
  })

/** The line of the first bytes that are not UTF-8. */
const invalidLine = (bytes: Uint8Array): number =>
  lineAt(new TextDecoder().decode(bytes), Math.max(0, new TextDecoder().decode(bytes).indexOf("\ufffd")))
