/**
 * Records of the service may have missing, unknown and null values.
 */
import {
  Blueprint,
  CustomApp,
  CustomProfile,
  CustomScript,
  LegacyThreat,
  LegacyThreatFilters,
  PayloadList,
  SelfServiceCategory
} from "effect-iru"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Schema from "effect/Schema"
import { describe, expect, test } from "vitest"
import { appRecord, blueprintRecord, profileRecord, scriptRecord } from "../support/records.js"

/** Checks that any record is the same after it is encoded and decoded again. */
const survives = <A, I>(name: string, schema: Schema.Schema<A, I>) =>
  test(`any ${name} is the same after it is encoded and decoded again`, () =>
    FastCheck.assert(
      FastCheck.property(Arbitrary.make(Schema.encodedSchema(schema)), (record) => {
        const decoded = Schema.decodeUnknownSync(schema)(JSON.parse(JSON.stringify(record)))
        expect(Schema.decodeSync(schema)(Schema.encodeSync(schema)(decoded))).toEqual(decoded)
      })
    ))

survives("custom profile", CustomProfile)
survives("custom script", CustomScript)
survives("custom app", CustomApp)
survives("Blueprint", Blueprint)
survives("category", SelfServiceCategory)

const isTolerant = <A, I>(
  name: string,
  schema: Schema.Schema<A, I>,
  record: object,
  required: ReadonlyArray<string>
) => {
  describe(`a ${name}`, () => {
    const decode = Schema.decodeUnknownEither(schema)

    test("may lack or have as null every key that the service sometimes leaves out, and no other key", () => {
      for (const key of Object.keys(record)) {
        const without = Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))
        expect([key, Either.isRight(decode(without))]).toEqual([key, !required.includes(key)])
        expect([key, Either.isRight(decode({ ...record, [key]: null }))]).toEqual([key, !required.includes(key)])
      }
    })

    test("may have unknown keys, which are dropped", () => {
      const known = Either.getOrThrow(decode(record))
      expect(Either.getOrThrow(decode({ ...record, brand_new: { a: [1] } }))).toEqual(known)
    })

    test("reads the same whether an optional key is missing or null", () => {
      for (const key of Object.keys(record).filter((key) => !required.includes(key))) {
        const without = Object.fromEntries(Object.entries(record).filter(([name]) => name !== key))
        expect(decode({ ...record, [key]: null })).toEqual(decode(without))
      }
    })

    test("has its id in lower case after decoding", () => {
      expect(Either.getOrThrow(decode({ ...record, id: "ABC-1" }))).toMatchObject({ id: "abc-1" })
    })
  })
}

const dates = ["created_at", "updated_at"]
isTolerant("custom profile", CustomProfile, profileRecord(), [
  "id",
  "name",
  "active",
  "profile",
  "mdm_identifier",
  ...dates
])
isTolerant("custom script", CustomScript, scriptRecord(), [
  "id",
  "name",
  "active",
  "execution_frequency",
  "restart",
  "script",
  ...dates
])
isTolerant("custom app", CustomApp, appRecord(), [
  "id",
  "name",
  "install_type",
  "install_enforcement",
  "active",
  "restart",
  ...dates
])
isTolerant("Blueprint", Blueprint, blueprintRecord(), ["id", "name"])

test("a list of one page has records and a count, but no next or previous page", () => {
  const list = { count: 3, next: null, previous: null, results: [{ id: "a", name: "Apps" }] }
  const decode = Schema.decodeUnknownEither(PayloadList(SelfServiceCategory))
  expect(decode(list)).toEqual(Either.right(list))
  expect(Either.isLeft(decode({ ...list, next: "?page=2" }))).toBe(true)
  expect(Either.isLeft(decode({ ...list, results: [{ id: "a" }] }))).toBe(true)
})

test("unknown values of an enum are kept", () => {
  expect(Schema.decodeUnknownSync(CustomScript)(scriptRecord({ execution_frequency: "weekly" }))).toMatchObject({
    execution_frequency: "weekly"
  })
  expect(
    Schema.decodeUnknownSync(CustomApp)(appRecord({ install_type: "msi", install_enforcement: "later" }))
  ).toMatchObject({ install_type: "msi", install_enforcement: "later" })
  expect(Schema.decodeUnknownSync(Blueprint)(blueprintRecord({ type: "maps" }))).toMatchObject({ type: "maps" })
})

test("tabs in a profile are kept", () => {
  const profile = "a\tb\n\t\tc"
  expect(Schema.decodeUnknownSync(CustomProfile)(profileRecord({ profile })).profile).toBe(profile)
})

test("an app without an installer and a Blueprint whose is_active is null can be decoded", () => {
  expect(Schema.decodeUnknownSync(CustomApp)({ ...appRecord(), file_key: null })).toMatchObject({
    file_key: "",
    file_name: ""
  })
  const blueprint = { ...blueprintRecord(), params: [], enrollment_code: { code: "123456", is_active: null } }
  expect(Schema.decodeUnknownSync(Blueprint)(blueprint)).toMatchObject({
    params: {},
    enrollment_code: { code: "123456", is_active: false }
  })
})

test("the first version of the API has threat classes and statuses in capitals, but filters in lower case", () => {
  const { classification, status } = LegacyThreat.fields
  expect(String(classification)).toContain('"MALWARE" | "PUP"')
  expect(String(status)).toContain('"QUARANTINED" | "NOT_QUARANTINED" | "RELEASED"')
  const filters = Schema.encodeUnknownEither(LegacyThreatFilters)
  expect(Either.isRight(filters({ classification: "malware", status: "quarantined" }))).toBe(true)
  expect(Either.isLeft(filters({ classification: "MALWARE" }))).toBe(true)
})
