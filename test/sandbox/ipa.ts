/**
 * Files as Xcode makes them, as small as they can be: a ZIP archive with an `Info.plist` in it.
 */
import { crc32, deflateRawSync } from "node:zlib"

/** An archive of files, packed or not. */
export const zip = (files: Readonly<Record<string, string | Uint8Array>>, isPacked = true): Uint8Array => {
  const parts: Array<Buffer> = []
  const directory: Array<Buffer> = []
  let offset = 0
  for (const [name, content] of Object.entries(files)) {
    const bytes = Buffer.from(content)
    const packed = isPacked ? deflateRawSync(bytes) : bytes
    const common = Buffer.alloc(26)
    common.writeUInt16LE(20, 0)
    common.writeUInt16LE(isPacked ? 8 : 0, 4)
    common.writeUInt32LE(crc32(bytes), 10)
    common.writeUInt32LE(packed.length, 14)
    common.writeUInt32LE(bytes.length, 18)
    common.writeUInt16LE(Buffer.byteLength(name), 22)
    const local = Buffer.concat([Buffer.from("PK\x03\x04"), common, Buffer.from(name), packed])
    const rest = Buffer.alloc(14)
    rest.writeUInt32LE(offset, 10)
    directory.push(Buffer.concat([Buffer.from("PK\x01\x02\x14\x00"), common, rest, Buffer.from(name)]))
    parts.push(local)
    offset += local.length
  }
  const entries = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.write("PK\x05\x06", "latin1")
  end.writeUInt16LE(directory.length, 8)
  end.writeUInt16LE(directory.length, 10)
  end.writeUInt32LE(entries.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...parts, entries, end])
}

/** An `Info.plist` as XML. */
export const infoPlist = (values: Readonly<Record<string, string>>): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>${Object.entries(values)
    .map(([key, value]) => `<key>${key}</key>${value}`)
    .join("")}</dict></plist>`

const sammy = {
  CFBundleIdentifier: "<string>io.kandji.sammy</string>",
  CFBundleName: "<string>Sammy</string>",
  CFBundleShortVersionString: "<string>1.0.1</string>",
  MinimumOSVersion: "<string>17.5</string>",
  UIDeviceFamily: "<array><integer>1</integer><integer>2</integer></array>"
}

/** The app of the vendor's examples, with other values where they are given. */
export const ipa = (changes: Readonly<Record<string, string>> = {}): Uint8Array =>
  zip({ "Payload/": "", "Payload/Sammy.app/Info.plist": infoPlist({ ...sammy, ...changes }) })

/** The same `Info.plist` as Xcode writes it: binary. Made with Python's plistlib. */
export const binaryInfo = Buffer.from(
  "YnBsaXN0MDDVAQIDBAUGBwgJCl8QEkNGQnVuZGxlSWRlbnRpZmllclxDRkJ1bmRsZU5hbWVfEBpDRkJ1bmRsZVNob3J0VmVyc2lvblN0cmluZ18QEE1pbmltdW1PU1ZlcnNpb25eVUlEZXZpY2VGYW1pbHlfEA9pby5rYW5kamkuc2FtbXlVU2FtbXlVMS4wLjFUMTcuNaILDBABEAIIEyg1UmV0hoySl5qcAAAAAAAAAQEAAAAAAAAADQAAAAAAAAAAAAAAAAAAAJ4=",
  "base64"
)

/** Another one, with a display name that is not ASCII. */
export const binaryInfoNamed = Buffer.from(
  "YnBsaXN0MDDWAQIDBAUGBwgJCgsMXxATQ0ZCdW5kbGVEaXNwbGF5TmFtZV8QEkNGQnVuZGxlSWRlbnRpZmllclxDRkJ1bmRsZU5hbWVfEBpDRkJ1bmRsZVNob3J0VmVyc2lvblN0cmluZ18QEE1pbmltdW1PU1ZlcnNpb25eVUlEZXZpY2VGYW1pbHlpAFoAbwDrIBkAcwAgAEEAcABwXxAPaW8ua2FuZGppLnNhbW15VVNhbW15VTEuMC4xVDE3LjWiDQ4QARACCBUrQE1qfYyfsbe9wsXHAAAAAAAAAQEAAAAAAAAADwAAAAAAAAAAAAAAAAAAAMk=",
  "base64"
)
