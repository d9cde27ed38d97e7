/**
 * Secrets that are easy to find, and a search for them in every form in which they may appear.
 */
import { inspect } from "node:util"

/** The token of the tenant, what makes presigned addresses and forms valid, and the codes that unlock a device. */
export const secrets = {
  token: "5ec2e7c0-ca11-4a21-8e11-70ce11ca4a21",
  formSignature: "f0a1c2ca11ab1ef0a1c2ca11ab1ef0a1c2ca11ab1ef0a1c2ca11ab1e00f0a1c2",
  formToken: "IQoJb3Jp/Z2luX2VjE+canaryOfTheForm/+w==",
  urlSignature: "0ff1ceca11ab1e0ff1ceca11ab1e0ff1ceca11ab1e0ff1ceca11ab1e000ff1ce",
  urlToken: "FwoGZXIv/YXdzEJr+canaryOfTheAddress/+g==",
  deviceSecret: "CA7A-RYOF-TH3D-3V1C-CA7A-RY27"
}

/** A secret in clear, percent-encoded, in hex, and in base64 at each possible position in the encoded text. */
const formsOf = (secret: string): ReadonlyArray<string> => {
  const bytes = Buffer.from(secret)
  const base64 = [0, 1, 2].map((before) =>
    Buffer.concat([Buffer.alloc(before), bytes])
      .toString("base64")
      .slice(Math.ceil((before * 4) / 3) + (before === 0 ? 0 : 1), -4)
  )
  return [
    secret,
    secret.toUpperCase(),
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase(),
    bytes.toString("hex"),
    ...base64,
    ...base64.map((text) => text.replaceAll("+", "-").replaceAll("/", "_")),
    JSON.stringify(secret).slice(1, -1),
    secret.replaceAll("/", "\\/")
  ]
}

const forms = Object.entries(secrets).flatMap(([name, secret]) =>
  [...new Set(formsOf(secret))].map((form) => ({ name, form }))
)

/** A text, and where it was shown. */
export interface Said {
  readonly where: string
  readonly text: string
}

/** Every secret in these texts: which one, where, and the text around it. */
export const leaks = (said: ReadonlyArray<Said>): ReadonlyArray<string> =>
  said.flatMap(({ text, where }) =>
    forms.flatMap(({ form, name }) => {
      const at = text.indexOf(form)
      return at < 0 ? [] : [`${name} in ${where}: …${text.slice(Math.max(0, at - 120), at + form.length)}`]
    })
  )

const attempt = (write: () => string | undefined): string => {
  try {
    return write() ?? ""
  } catch (error) {
    return `(cannot be written: ${String(error)})`
  }
}

/**
 * Every text that can be reached from a value through properties, hidden ones too, and through maps, sets and bytes. A
 * value is visited once, so the search goes through the whole heap.
 */
const reachable = (value: unknown, visited: WeakSet<object>): string => {
  const texts: Array<string> = []
  const open: Array<unknown> = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === "string" || typeof next === "symbol") texts.push(String(next))
    if ((typeof next !== "object" && typeof next !== "function") || next === null || visited.has(next)) continue
    visited.add(next)
    if (ArrayBuffer.isView(next)) {
      texts.push(Buffer.from(next.buffer, next.byteOffset, next.byteLength).toString("latin1"))
      continue
    }
    if (next instanceof Map) open.push(...next.keys(), ...next.values())
    if (next instanceof Set) open.push(...next)
    for (const key of Reflect.ownKeys(next)) {
      open.push(key)
      try {
        open.push(Reflect.get(next, key))
      } catch {
        // A getter that throws holds nothing.
      }
    }
  }
  return texts.join("\n")
}

/** A value in every form in which a program prints it. */
export const writtenDown = (where: string, value: unknown, visited = new WeakSet<object>()): ReadonlyArray<Said> => [
  { where: `String of ${where}`, text: attempt(() => String(value)) },
  { where: `JSON.stringify of ${where}`, text: attempt(() => JSON.stringify(value)) },
  { where: `util.inspect of ${where}`, text: attempt(() => inspect(value)) },
  {
    where: `util.inspect with hidden properties of ${where}`,
    text: attempt(() => inspect(value, { depth: 6, showHidden: true, getters: true, maxStringLength: null }))
  },
  { where: `all that can be reached from ${where}`, text: reachable(value, visited) },
  { where: `stack of ${where}`, text: value instanceof Error ? `${value.message} ${value.stack}` : "" }
]
