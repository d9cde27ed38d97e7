/**
 * Finds the devices of a command: given as arguments, in a file, or on standard input.
 */
import { ApiClient, type ApiClientError, type Device } from "effect-iru"
import * as operations from "effect-iru/operations"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { lookUp } from "../operations/lookup.js"
import { fileText } from "../operations/values.js"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import { parseCsv } from "./csv.js"

const usage = (message: string, code: Problem["code"] = exitCodes.usage) => new Problem({ message, code })

/** The devices of a file: its column `serial_number`, else `device_id`, else the first column. */
const fromFile = (path: string): Effect.Effect<ReadonlyArray<string>, Problem> =>
  Effect.map(fileText(path), (text) => {
    const rows = parseCsv(text)
    const header = (rows[0] ?? []).map((name) => name.trim().toLowerCase())
    const named = ["serial_number", "device_id"].map((name) => header.indexOf(name)).find((index) => index >= 0)
    return (named === undefined ? rows : rows.slice(1))
      .map((row) => (row[named ?? 0] ?? "").trim())
      .filter((device) => device !== "")
  })

/** From this many devices on, all devices are listed once instead of one lookup for each. */
const manyDevices = 10

/** Removes duplicates: a device may be given by its serial number and by its id. */
const eachOnce = (devices: ReadonlyArray<Device>): ReadonlyArray<Device> => [
  ...new Map(devices.map((device) => [device.device_id.toLowerCase(), device])).values()
]

/** Finds the given devices. Fails before any action if one of them does not exist. */
export const findDevices = (
  typed: ReadonlyArray<string>,
  from: string | undefined
): Effect.Effect<ReadonlyArray<Device>, ApiClientError | Problem, ApiClient> =>
  Effect.gen(function* () {
    const listed = from === undefined ? [] : yield* fromFile(from)
    const wanted = [...new Set([...typed, ...listed])]
    if (wanted.length === 0)
      return yield* usage(
        "No device is given. Give serial numbers, names or ids, or --from FILE (--from - for standard input)"
      )
    const client = yield* ApiClient
    if (wanted.length < manyDevices) {
      const one = (text: string) =>
        Effect.flatMap(lookUp("Devices", "device_id", text), ({ id }) => client.call(operations.Devices.get)(id))
      return eachOnce(yield* Effect.forEach(wanted, one))
    }
    const byName = new Map<string, Array<Device>>()
    yield* Stream.runForEach(client.listing(operations.Devices.stream).stream(), (device) =>
      Effect.sync(() => {
        for (const name of [device.device_id, device.serial_number, device.device_name]) {
          if (name !== null) byName.set(name.toLowerCase(), [...(byName.get(name.toLowerCase()) ?? []), device])
        }
      })
    )
    const found = wanted.map((text) => [text, byName.get(text.toLowerCase()) ?? []] as const)
    const wrong = found.filter(([, devices]) => devices.length !== 1)
    if (wrong.length > 0) {
      const some = wrong
        .slice(0, 5)
        .map(([text, devices]) => `${text} (${devices.length === 0 ? "none" : devices.length})`)
      return yield* usage(
        `${wrong.length} of ${wanted.length} names do not match exactly one device: ${some.join(", ")}${wrong.length > 5 ? ", …" : ""}. Nothing was done.`,
        exitCodes.notFound
      )
    }
    return eachOnce(found.flatMap(([, devices]) => devices))
  })
