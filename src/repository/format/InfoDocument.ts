/**
 * Info files: the fields of a library item in a property list, JSON or YAML. They are read strictly. An edit only
 * changes the bytes of changed values and keeps comments, quotes, indentation, the order of keys, line ends and the
 * byte order mark.
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

/** The format of an info file, from its name. */
export type Format = "plist" | "json" | "yaml"

const formats: ReadonlyMap<string, Format> = new Map([
  ["info.plist", "plist"],
  ["info.json", "json"],
  ["info.yaml", "yaml"],
  ["info.yml", "yaml"]
])

/** The format for a file name without folders; `None` if it is not the name of an info file. */
export const formatOf = (fileName: string): Option.Option<Format> => Option.fromNullable(formats.get(fileName))

/** Reads an info file. A key with the value `null` counts as absent and is left out. */
export const parse = (bytes: Uint8Array, format: Format): Either.Either<Record, ReadonlyArray<Problem>> =>
  Either.flatMap(
    format === "plist" && isBinaryPlist(bytes)
      ? readBinaryPlist(bytes)
      : Either.map(read(bytes, format), ({ source }) => source.root.value),
    (value) => (isRecord(value) ? Either.right(value) : Either.left([{ message: "its root has no keys", line: 1 }]))
  )

/** The line of a key or list item, counted from 1; `undefined` if it is not in the file, or the file cannot be read. */
export const lineOf = (bytes: Uint8Array, format: Format, path: ReadonlyArray<string | number>): number | undefined => {
  const file = Either.getOrUndefined(read(bytes, format))
  const part = file === undefined ? undefined : partAt(file.source.root, path)
  return file === undefined || part === undefined ? undefined : lineAt(file.source.syntax.text, part.start)
}

/**
 * The bytes of the file with the values of `next`. Unchanged values keep their bytes. A new key is placed according to
 * `order`. A key that is missing in `next` is removed together with a comment on its line. The whole file is rewritten
 * if it is a binary property list that changes (as XML), or if its edited text would not parse to the values of `next`.
 *
 * Throws if the bytes are not an info file that `parse` accepts.
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

/** A new info file as the vendor's command line writes it: keys of `order` first, then all others. */
export const render = (value: Record, format: Format, order: ReadonlyArray<string>): Uint8Array =>
  new TextEncoder().encode(renderers[format](recordWithoutNulls(value), order))

const renderers = { plist: renderPlist, json: renderJson, yaml: renderYaml }
const readers = { plist: readXmlPlist, json: readJson, yaml: readYaml }

interface File {
  /** The byte order mark, or `""`. */
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

/** The readers are recursive. A hostile file can be nested deeper than the stack allows. */
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

/** The line of the first byte that is not UTF-8. */
const invalidLine = (bytes: Uint8Array): number =>
  lineAt(new TextDecoder().decode(bytes), Math.max(0, new TextDecoder().decode(bytes).indexOf("\ufffd")))
