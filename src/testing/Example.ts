/**
 * Example records: a valid record for every answer of the API. Give the fields that your test needs; all others have
 * fixed values. The records refer to each other: `Example.deviceNote()` is a note on `Example.device()`, which is in
 * `Example.blueprint()`.
 *
 * Given fields are checked: a value that the API cannot send, such as an id in upper case, throws a `ParseError`.
 *
 * @example
 * Example.device({ platform: "iPhone" })
 * Example.customScript({ name: "Inventory", execution_frequency: "every_day" })
 * Example.appleDeviceDetails({ filevault: { filevault_enabled: false } })
 * Example.list([Example.tag({ name: "Lobby" })])
 */
import type { PayloadList } from "../schemas/PayloadList.js"

export * from "./devices.js"
export * from "./enrollment.js"
export type { Given, Make } from "./making.js"
export * from "./library.js"
export * from "./prismDevices.js"
export * from "./prismMacs.js"
export * from "./security.js"
export * from "./tenant.js"

/** The answer of a service's `list`, with these records. */
export const list = <A>(results: ReadonlyArray<A>): PayloadList<A> => ({
  count: results.length,
  next: null,
  previous: null,
  results
})
