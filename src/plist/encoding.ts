/**
 * Decodes an XML file, with the encoding that its first bytes or its declaration tell.
 */
import * as Either from "effect/Either"

const marks = [
  { encoding: "utf-8", bytes: [0xef, 0xbb, 0xbf] },
  { encoding: "utf-16le", bytes: [0xff, 0xfe] },
  { encoding: "utf-16be", bytes: [0xfe, 0xff] },
  { encoding: "utf-16le", bytes: [0x3c, 0x00] },
  { encoding: "utf-16be", bytes: [0x00, 0x3c] }
] as const

/** The text without its byte order mark, or the reason why the bytes cannot be decoded. */
export const decodeXml = (bytes: Uint8Array): Either.Either<string, string> => {
  const mark = marks.find(({ bytes: mark }) => mark.every((byte, index) => bytes[index] === byte))
  const encoding = mark?.encoding ?? declared(bytes) ?? "utf-8"
  try {
    return Either.right(new TextDecoder(encoding, { fatal: true }).decode(bytes))
  } catch (error) {
    return Either.left(
      error instanceof RangeError
        ? `its encoding ${encoding} is not known`
        : `its bytes are not ${encoding.toUpperCase()}`
    )
  }
}

const declared = (bytes: Uint8Array): string | undefined =>
  /^<\?xml\s[^>]*?encoding\s*=\s*["']([\w.-]+)["']/.exec(new TextDecoder("latin1").decode(bytes.subarray(0, 200)))?.[1]
