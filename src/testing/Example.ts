/**
 * A valid record of every answer, with what a test cares about given. Every value is the same each time, and the records
 * belong together: `Example.deviceNote()` is a note on `Example.device()`, which is in `Example.blueprint()`.
 *
 * What is given is checked: a value that the API cannot send, such as an id in upper case, throws a `ParseError`.
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

/** What the `list` of a service answers with, for these records. */
export const list = <A>(results: ReadonlyArray<A>): PayloadList<A> => ({
  count: results.length,
  next: null,
  previous: null,
  results
})
