import { installerName } from "effect-iru"
import * as FastCheck from "effect/FastCheck"
import { expect, test } from "vitest"

const part = FastCheck.string({ unit: "grapheme", minLength: 1 }).filter((text) => !/[/.]/.test(text))
const folders = FastCheck.array(part, { maxLength: 3 }).map((names) => names.map((name) => `${name}/`).join(""))
const stem = FastCheck.string({ unit: "binary", minLength: 1 }).filter((text) => !text.includes("/"))
const uploadToken = FastCheck.string({
  unit: FastCheck.constantFrom(..."0123456789abcdefABCDEF"),
  minLength: 8,
  maxLength: 8
})

test("the name from a file key is that of the uploaded file, without folders and the upload's token", () =>
  FastCheck.assert(
    FastCheck.property(folders, stem, uploadToken, part, (folders, stem, uploadToken, extension) => {
      expect(installerName(`${folders}${stem}_${uploadToken}.${extension}`)).toBe(`${stem}.${extension}`)
    })
  ))

test("a name without an upload token is not changed", () =>
  FastCheck.assert(
    FastCheck.property(
      folders,
      stem.filter((name) => !/_[0-9a-f]{8}\.[^.]+$/i.test(name)),
      (folders, name) => {
        expect(installerName(folders + name)).toBe(name)
      }
    )
  ))
