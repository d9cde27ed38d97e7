import * as Record from "effect/Record"
import type * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** Some fields of a record, also of nested records. Lists, secrets and bytes can only be replaced as a whole. */
export type Given<A> = A extends string | ReadonlyArray<unknown> | Redacted.Redacted<unknown> | Uint8Array
  ? A
  : A extends object
    ? { readonly [Field in keyof A]?: Given<A[Field]> }
    : A

/** Makes a valid record. The given fields replace those of the example. */
export type Make<A> = (given?: Given<A>) => A

const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype

const merged = (record: unknown, given: unknown): unknown =>
  isPlain(record) && isPlain(given)
    ? { ...record, ...Record.map(given, (value, field) => merged(record[field], value)) }
    : given

/** Makes example records from a JSON answer of the API. Missing keys get the value that the schema gives them. */
export const example = <A, I>(schema: Schema.Schema<A, I>, json: Given<NoInfer<I>>): Make<A> => {
  const decode = Schema.decodeUnknownSync(schema)
  const validate = Schema.validateSync(Schema.typeSchema(schema), { onExcessProperty: "error" })
  return (given) => validate(merged(decode(json), given ?? {}))
}

/** Ids, names and times that several examples use. */
export const shared = {
  device: "5b1e6a53-58f1-4f0c-9a3a-6b0f3d1f9c01",
  serialNumber: "C02ADA1815LV",
  blueprint: "0c6f4b2e-9d0a-4f55-8f6d-2f6f1d3f9c02",
  user: "a3d5c7f4-1f2b-4c62-b7a6-5d0a8e9f9c03",
  item: "7e2f8d61-3c4b-4d7a-9e58-1b2c3d4e9c04",
  upload: "9f0a1b2c-6d7e-4f8a-8b9c-0d1e2f3a9c05",
  adeToken: "d4c3b2a1-7f6e-4e5d-9c8b-7a6f5e4d9c06",
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  at: "2026-01-15T09:30:00.000000Z",
  later: "2026-01-15T09:31:00.000000Z"
} as const
