/**
 * Actions on one or many devices: the devices are listed first, and the result of each is reported.
 */
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { type ApiClient, type ApiClientError, type Device, Fleet } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import {
  call,
  type Known,
  namesOfRecords,
  type Options,
  payloadOf,
  withPayload,
  withStyle
} from "../operations/commands.js"
import { confirmOnce, confirmTyped, withConfirmation } from "../operations/confirm.js"
import { wholeNumber } from "../operations/numbers.js"
import { explain } from "../output/failures.js"
import { printRows, styleOf, tell } from "../output/print.js"
import { printable } from "../output/values.js"
import { executeOn, withSession } from "../shell/execute.js"
import { type ExitCode, exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import type { ShellCommand } from "../shell/program.js"
import { goOnWithoutReader } from "../shell/run.js"
import type { Tenant } from "../tenants/session.js"
import { findDevices } from "./targets.js"

interface FleetOptions {
  readonly from?: string
  readonly dryRun?: boolean
  readonly max?: number
  readonly resume?: string
  readonly repeatUnknown?: boolean
}

const nameOf = ({ device_id, serial_number }: Device): string => serial_number ?? device_id

const shownAtMost = 20

const describe = ({ device_name, user, ...device }: Device): string =>
  printable(
    `  ${nameOf({ device_name, user, ...device })}  ${device_name}${user === null ? "" : `  ${user.name ?? user.email ?? ""}`}`
  )

const announce = (what: string, devices: ReadonlyArray<Device>, tenant: Tenant) =>
  tell(
    [
      `${what}: ${devices.length === 1 ? "1 device" : `${devices.length} devices`} of ${tenant.label}`,
      ...devices.slice(0, shownAtMost).map(describe),
      ...(devices.length > shownAtMost ? [`  and ${devices.length - shownAtMost} more`] : [])
    ].join("\n")
  )

type Outcome = Fleet.Outcome<Device, unknown, ApiClientError>

const rowOf = (outcome: Outcome) => ({
  device: nameOf(outcome.target),
  name: outcome.target.device_name,
  outcome: outcome.outcome,
  detail:
    outcome.outcome === "failed"
      ? outcome.error._tag === "UnknownOutcome"
        ? "an earlier run stopped before it knew the result. To try again: --repeat-unknown"
        : explain(outcome.error).text.split("\n")[0]
      : outcome.outcome === "skipped"
        ? outcome.reason
        : ""
})

const act = (
  { entry, operation }: Known,
  tenant: Tenant,
  typed: ReadonlyArray<string>,
  options: Options & FleetOptions
) =>
  Effect.gen(function* () {
    if (operation._tag === "Listing") return
    const { dryRun = false, from, max, repeatUnknown, resume } = options
    const payload = yield* payloadOf(operation, options)
    const devices = yield* findDevices(typed, from)
    if (max !== undefined && devices.length > max) {
      return yield* new Problem({
        message: `Not done: there are ${devices.length} devices, but --max is ${max}.`,
        code: exitCodes.usage
      })
    }
    yield* announce(entry.summary, devices, tenant)
    if (!dryRun) {
      const only = devices.length === 1 ? devices[0] : undefined
      const intention = {
        what: entry.summary,
        tenant,
        names: devices.map(nameOf),
        aliases: only === undefined ? [] : [only.device_id, only.device_name]
      }
      yield* operation.kind === "destructive" ? confirmTyped(intention, options) : confirmOnce(intention, options)
    }
    yield* goOnWithoutReader
    let code: ExitCode = exitCodes.ok
    const outcomes: Stream.Stream<Outcome, ApiClientError, ApiClient> = Fleet.forEach(
      devices,
      ({ device_id }) => call(operation, [device_id, ...payload]),
      { action: operation.name, dryRun, log: resume, skip: resume, repeatUnknown }
    ).pipe(
      Stream.tap((outcome) =>
        Effect.sync(() => {
          if (outcome.outcome !== "failed") return
          code = devices.length === 1 ? explain(outcome.error).code : exitCodes.failure
        })
      ),
      Stream.provideSomeLayer(NodeFileSystem.layer)
    )
    yield* printRows(Stream.map(outcomes, rowOf), styleOf(options), ["device", "name", "outcome", "detail"])
    return code
  })

/** Makes the command of a device action. */
export const deviceActionCommand = (command: ShellCommand, known: Known): ShellCommand => {
  const { entry, operation } = known
  const isDestructive = operation.kind === "destructive"
  command
    .description(`${entry.summary}.`)
    .summary(entry.summary)
    .argument("[devices...]", "Serial numbers, names or ids of devices")
    .completes(0, namesOfRecords("Devices", "device_id"))
    .examples(
      `${command.fullName} C02XK0AAJGH5${isDestructive ? "" : " --yes"}`,
      `${command.fullName} --from devices.csv --dry-run`
    )
  withPayload(command, operation)
  command.optionsGroup("Devices")
  command
    .option("--from <file>", "A CSV file with a column serial_number or device_id, or a list. - is standard input")
    .option("--dry-run", "Only print what would be done")
    .option("--max <number>", "Do nothing if there are more devices than this", wholeNumber(1))
    .option("--resume <file>", "Record results in this file, and skip devices that it records as done")
    .option("--repeat-unknown", "Try again on devices whose result is unknown in the file of --resume")
  withSession(withStyle(withConfirmation(command, isDestructive)))
  return command.action(async () => {
    const options: Options & FleetOptions = command.opts()
    await executeOn(command, options, (tenant) => act(known, tenant, command.args, options))
  })
}
