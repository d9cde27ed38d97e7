/**
 * Reads property lists, the format of Apple's profiles, strictly, and compares them by their values.
 */
import { parse as parseBinary } from "@plist/binary.parse"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import { SaxesParser } from "saxes"
import { decodeXml } from "./encoding.js"

/** A value of a property list. A dictionary is a `Map`. */
export type Plist =
  | string
  | number
  | bigint
  | boolean
  | Date
  | Uint8Array
  | ReadonlyArray<Plist>
  | ReadonlyMap<string, Plist>

/** The most levels of nesting: more than any profile has, and few enough for recursive functions. */
const deepest = 256

/** Reads a property list, in XML of any encoding or in the binary format. Gives the problem if it is not valid. */
export const parsePlist = (bytes: Uint8Array): Either.Either<Plist, string> => {
  if (bytes[0] === 0x30) return Either.left("it is signed: give the profile without its signature")
  return isBinary(bytes) ? ofBinary(bytes) : Either.flatMap(decodeXml(bytes), parsePlistText)
}

/** Reads a property list in XML. Gives the problem and its line and column if it is not valid. */
export const parsePlistText = (text: string): Either.Either<Plist, string> => {
  const parser = new SaxesParser({ position: true })
  const builder = new Builder(() => `line ${parser.line}, column ${parser.column}`)
  parser.on("opentag", ({ name }) => builder.open(name))
  parser.on("closetag", ({ name }) => builder.close(name))
  parser.on("text", (text) => builder.text(text))
  parser.on("cdata", (text) => builder.text(text))
  parser.on("error", (error) => {
    throw new Problem(error.message.replace(/^(?:[^:]*:)?(\d+):(\d+): /, "line $1, column $2: "))
  })
  try {
    parser.write(text).close()
    return Either.right(builder.root())
  } catch (error) {
    if (error instanceof Problem) return Either.left(error.message)
    throw error
  }
}

/** Whether two property lists have the same values. The order of keys and the notation of numbers do not matter. */
export const isSamePlist = (one: Plist, other: Plist): boolean => {
  if (isNumber(one) && isNumber(other)) return one == other || (Number.isNaN(one) && Number.isNaN(other))
  if (one instanceof Date) return other instanceof Date && one.getTime() === other.getTime()
  if (one instanceof Uint8Array) {
    return (
      other instanceof Uint8Array && one.length === other.length && one.every((byte, index) => byte === other[index])
    )
  }
  if (isArray(one)) {
    return (
      isArray(other) &&
      one.length === other.length &&
      one.every((value, index) => isSamePlist(value, other[index] ?? ""))
    )
  }
  if (isDictionary(one)) {
    return (
      isDictionary(other) &&
      one.size === other.size &&
      [...one].every(([key, value]) => {
        const there = other.get(key)
        return there !== undefined && isSamePlist(value, there)
      })
    )
  }
  return one === other
}

/** Whether a value is a dictionary. */
export const isDictionary = (value: Plist): value is ReadonlyMap<string, Plist> => value instanceof Map

const isArray = (value: Plist): value is ReadonlyArray<Plist> => Array.isArray(value)
const isNumber = (value: Plist): value is number | bigint => typeof value === "number" || typeof value === "bigint"

const isBinary = (bytes: Uint8Array): boolean => new TextDecoder().decode(bytes.subarray(0, 6)) === "bplist"

const ofBinary = (bytes: Uint8Array): Either.Either<Plist, string> => {
  try {
    return Either.right(valueOf(parseBinary(new Uint8Array(bytes).buffer), 0))
  } catch (error) {
    return Either.left(error instanceof Problem ? error.message : "it is a binary property list that is damaged")
  }
}

const valueOf = (value: unknown, depth: number): Plist => {
  if (depth > deepest) throw new Problem("it is nested too deeply")
  if (typeof value === "string" || typeof value === "number" || typeof value === "bigint") return value
  if (typeof value === "boolean" || value instanceof Date) return value
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (Array.isArray(value)) return value.map((item: unknown) => valueOf(item, depth + 1))
  if (typeof value === "object" && value !== null)
    return new Map(Object.entries(value).map(([key, item]) => [key, valueOf(item, depth + 1)]))
  throw new Problem("it holds a value that no profile can have")
}

class Problem extends Error {}

interface Frame {
  readonly tag: string
  text: string
  key: string | undefined
  readonly items: Array<Plist>
  readonly entries: Map<string, Plist>
}

/** Builds the values from the XML elements, and checks that the elements are in a valid order. */
class Builder {
  private readonly frames: Array<Frame> = []
  private value: Plist | undefined

  constructor(private readonly where: () => string) {}

  open(tag: string): void {
    const parent = this.frames.at(-1)
    if (parent === undefined) {
      if (tag !== "plist") this.refuse(`it begins with <${tag}> and not with <plist>`)
    } else if (parent.tag === "dict") {
      if ((tag === "key") !== (parent.key === undefined))
        this.refuse(tag === "key" ? `the key ${parent.key} has no value` : `<${tag}> has no key`)
    } else if (parent.tag !== "array" && parent.tag !== "plist") {
      this.refuse(`<${tag}> stands in <${parent.tag}>`)
    } else if (parent.tag === "plist" && parent.items.length > 0) {
      this.refuse("there is more than one value")
    }
    if (!isLeaf(tag) && !["plist", "dict", "array"].includes(tag)) this.refuse(`<${tag}> is unknown`)
    if (tag === "plist" && parent !== undefined) this.refuse("<plist> stands in another element")
    if (this.frames.length > deepest) this.refuse("it is nested too deeply")
    this.frames.push({ tag, text: "", key: undefined, items: [], entries: new Map() })
  }

  text(text: string): void {
    const frame = this.frames.at(-1)
    if (frame !== undefined && isLeaf(frame.tag)) frame.text += text
    else if (text.trim() !== "") this.refuse("there is text between the elements")
  }

  close(tag: string): void {
    const frame = this.frames.pop()
    const parent = this.frames.at(-1)
    if (frame === undefined) return
    if (tag === "plist") {
      this.value = frame.items[0]
      return
    }
    if (tag === "dict" && frame.key !== undefined) this.refuse(`the key ${frame.key} has no value`)
    const value = tag === "dict" ? frame.entries : tag === "array" ? frame.items : leaves[tag]?.(frame.text)
    if (value === undefined) this.refuse(`<${tag}> holds a value that is not valid`)
    if (parent?.tag !== "dict") parent?.items.push(value)
    else if (tag === "key") parent.key = frame.text
    else {
      parent.entries.set(parent.key ?? "", value)
      parent.key = undefined
    }
  }

  root(): Plist {
    return this.value ?? this.refuse("it holds no value")
  }

  private refuse(why: string): never {
    throw new Problem(`${this.where()}: ${why}`)
  }
}

/** Reads the text of elements that contain no other elements. Gives `undefined` if the text is not valid. */
const leaves: Readonly<Record<string, (text: string) => Plist | undefined>> = {
  key: (text) => text,
  string: (text) => text,
  integer: (text) => (/^\s*[+-]?(?:\d+|0x[\da-f]+)\s*$/i.test(text) ? integer(text.trim()) : undefined),
  real: (text) => real(text.trim().toLowerCase()),
  true: (text) => (text.trim() === "" ? true : undefined),
  false: (text) => (text.trim() === "" ? false : undefined),
  date: (text) => date(text.trim()),
  data: (text) => Either.getOrUndefined(Encoding.decodeBase64(text.replace(/\s+/g, "")))
}

/** Checks own properties only: every object also has a `toString`, which is not an element of a property list. */
const isLeaf = (tag: string): boolean => Object.hasOwn(leaves, tag)

const integer = (text: string): bigint => {
  const value = BigInt(text.replace(/^[+-]/, ""))
  return text.startsWith("-") ? -value : value
}

const real = (text: string): number | undefined => {
  if (/^[+-]?inf(?:inity)?$/.test(text)) return text.startsWith("-") ? -Infinity : Infinity
  if (text === "nan") return Number.NaN
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/.test(text) ? Number(text) : undefined
}

const date = (text: string): Date | undefined => {
  const value = /^-?\d{4,}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? new Date(text) : undefined
  // `Date` turns 31 February into a day of March.
  const isReal =
    value !== undefined && !Number.isNaN(value.getTime()) && value.toISOString().startsWith(text.slice(0, 10))
  return isReal ? value : undefined
}
