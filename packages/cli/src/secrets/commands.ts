/**
 * `iru secrets`: reads the secrets of devices. They are copied to the clipboard or written into a pipe, and shown on a
 * terminal only with `--reveal`. The service records every read in its audit log.
 */
import type { ApiClient, ApiClientError, Device } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { findDevices } from "../devices/targets.js"
import { call, everything, type Known, namesOfRecords, type Options, withStyle } from "../operations/commands.js"
import { pathsOf } from "../operations/fields.js"
import { printRows, styleOf, tell, write } from "../output/print.js"
import { executeOn, withSession } from "../shell/execute.js"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import type { ShellCommand } from "../shell/program.js"
import { isThere, runProgramWith } from "../shell/programs.js"

interface SecretOptions {
  readonly from?: string
  readonly reveal?: boolean
  readonly copy?: boolean
}

const clipboards = [
  ["pbcopy", []],
  ["wl-copy", []],
  ["xclip", ["-selection", "clipboard"]],
  ["clip.exe", []]
] as const

const refused = (message: string) => new Problem({ message, code: exitCodes.usage })

const copy = (text: string): Effect.Effect<void, Problem> => {
  const found = clipboards.find(([program]) => isThere(program))
  if (found === undefined)
    return refused("There is no clipboard here. Write it to a pipe, or show it on the terminal: --reveal")
  const [program, args] = found
  return Effect.flatMap(runProgramWith(program, args, text), ({ code }) =>
    code === 0 ? tell("Copied to the clipboard.") : new Problem({ message: `${program} ended with ${code}.` })
  )
}

/** The secrets of an answer in plain text. */
const opened = (answer: unknown): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(Object(answer)).flatMap(([name, value]: [string, unknown]) =>
      Redacted.isRedacted(value) ? [[name, String(Redacted.value(value))]] : []
    )
  )

const read = ({ entry, operation }: Known, typed: ReadonlyArray<string>, options: Options & SecretOptions) =>
  Effect.gen(function* () {
    if (operation._tag === "Listing") return
    const { csv, from, json, ndjson, reveal = false } = options
    const toTerminal = process.stdout.isTTY && !reveal
    const toClipboard = options.copy === true || toTerminal
    const isTable = from !== undefined || typed.length > 1 || csv === true || json === true || ndjson === true
    if (toClipboard && isTable)
      return yield* refused(
        "Several secrets cannot be copied to the clipboard. Write them to a file or a pipe, or show them: --reveal"
      )
    const devices = yield* findDevices(typed, from)
    const secretsOf = ({ device_id }: Device) => Effect.map(call(operation, [device_id]), opened)
    if (isTable) {
      const rows: Stream.Stream<object, ApiClientError, ApiClient> = Stream.mapEffect(
        Stream.fromIterable(devices),
        (device) =>
          Effect.map(secretsOf(device), (secrets) => ({
            serial_number: device.serial_number,
            device_name: device.device_name,
            ...secrets
          })),
        { concurrency: 4 }
      )
      // A secret has a column even if the first device does not have it.
      const columns = ["serial_number", "device_name", ...pathsOf(operation.answer)]
      return yield* printRows(rows, { ...styleOf(options), isExact: true }, columns, columns)
    }
    const [device] = devices
    const secrets = device === undefined ? {} : yield* secretsOf(device)
    const texts = Object.values(secrets)
    if (texts.length === 0)
      return yield* new Problem({
        message: `The tenant has no such secret: ${entry.summary}.`,
        code: exitCodes.notFound
      })
    const text = texts.join("\n")
    yield* toClipboard ? copy(text) : write(`${text}\n`)
  })

/** Makes a command `iru secrets`. */
export const secretsCommand = (parent: ShellCommand): void => {
  for (const known of everything.filter(({ service }) => service === "DeviceSecrets")) {
    const command = parent.sub(known.words[1] ?? "")
    command
      .description(
        `${known.entry.summary}. On a terminal it is copied to the clipboard. The audit log records every read.`
      )
      .summary(known.entry.summary)
      .argument("[devices...]", "Serial numbers, names or ids of devices")
      .completes(0, namesOfRecords("Devices", "device_id"))
      .examples(
        `${command.fullName} C02XK0AAJGH5            # to the clipboard`,
        `${command.fullName} --from macs.csv --csv > secrets.csv`
      )
      .option("--reveal", "Show it on the terminal")
      .option("--copy", "Copy it to the clipboard, even if the output is a pipe")
      .option("--from <file>", "A CSV file with a column serial_number or device_id, or a list. - is standard input")
    withSession(withStyle(command))
    command.action(async () => {
      const options: Options & SecretOptions = command.opts()
      await executeOn(command, options, () => read(known, command.args, options))
    })
  }
}
