/**
 * Every operation of the API has a command, and every command an operation.
 */
import { effect } from "@effect/vitest"
import { ApiClient } from "effect-iru"
import * as operations from "effect-iru/operations"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "vitest"
import { onSandbox } from "../../../test/support/sandbox.js"
import { everything, listing } from "../src/operations/commands.js"
import { fieldsOf } from "../src/operations/fields.js"
import { at } from "../src/output/values.js"
import { makeIru } from "../src/root.js"
import type { ShellCommand } from "../src/shell/program.js"

const program = () => makeIru("everything")

const names = (command: ShellCommand): ReadonlyArray<string> =>
  command.options.flatMap(({ long }) => (long === undefined || long === null ? [] : [long]))

test("each of the 131 operations can be reached by name, with an argument for each id and an option for each field", async () => {
  const all = Object.values(operations).flatMap((rows) => Object.values(rows))
  expect(all).toHaveLength(131)
  expect(everything.map(({ operation }) => operation.name).sort()).toEqual(all.map(({ name }) => name).sort())
  const iru = await program()
  for (const { operation, words } of everything) {
    const command = words.reduce<ShellCommand | undefined>(
      (parent, word) => parent?.commands.find((one): one is ShellCommand => one.name() === word),
      iru
    )
    expect(command?.fullName, operation.name).toBe(`iru ${words.join(" ")}`)
    if (command === undefined) continue
    const fields = [...fieldsOf(operation.query), ...fieldsOf(operation.body?.schema)]
    expect(names(command), command.fullName).toEqual(expect.arrayContaining(fields.map(({ option }) => `--${option}`)))
    expect(command.registeredArguments.length, command.fullName).toBe(operation.ids.length)
  }
})

test("no two operations have the same name", () => {
  const paths = everything.map(({ words }) => words.join(" "))
  expect(new Set(paths).size).toBe(paths.length)
})

test("each command has one line in the help of its parent, and its own help never says undefined", async () => {
  const visit = (command: ShellCommand): void => {
    expect(command.summary() || command.description(), command.fullName).toMatch(/^[A-Z].*[^.]$|\.$/)
    const help = command.helpInformation()
    expect(help, command.fullName).not.toMatch(/undefined|\[object/)
    for (const line of help.split("\n")) expect(line.length, `${command.fullName}: ${line}`).toBeLessThanOrEqual(120)
    for (const below of command.commands) visit(below as ShellCommand)
  }
  for (const command of (await program()).commands) visit(command as ShellCommand)
})

describe("the columns of lists", () => {
  effect("are fields that the records of a tenant have", () =>
    Effect.gen(function* () {
      const client = yield* ApiClient
      const device = Chunk.unsafeHead(
        yield* Stream.runCollect(Stream.take(client.listing(operations.Devices.stream).stream(), 1))
      )
      const vulnerability = yield* client.listing(operations.Vulnerabilities.stream).list()
      const script = yield* client.listing(operations.CustomScripts.stream).list()
      const integrations = yield* client.listing(operations.AdeIntegrations.stream).list()
      const ids: Readonly<Record<string, string | undefined>> = {
        device_id: device.device_id,
        blueprint_id: device.blueprint_id ?? "",
        cve_id: vulnerability.results[0]?.cve_id,
        library_item_id: script.results[0]?.id,
        ade_token_id: integrations.results[0]?.id
      }
      const filters: Readonly<Record<string, object>> = {
        "Threats.stream": { statuses: ["quarantined", "not_quarantined", "released", "resolved"] },
        "Threats.behavioralDetections": { device_id: device.device_id }
      }
      let seen = 0
      const missing: Array<string> = []
      for (const { entry, operation } of everything) {
        if (operation._tag !== "Listing") continue
        const rows = listing(operation, [...operation.ids.map((id) => ids[id]), filters[operation.name] ?? {}])
        const records = Chunk.toReadonlyArray(yield* Stream.runCollect(Stream.take(rows, 50)))
        if (records.length === 0) continue
        seen += 1
        for (const column of entry.columns?.split(",") ?? []) {
          const isThere = (record: unknown) => at(record, column) !== undefined || Object.hasOwn(Object(record), column)
          if (!records.some(isThere)) missing.push(`${operation.name}: ${column}`)
        }
      }
      expect(missing).toEqual([])
      expect(seen).toBeGreaterThan(30)
    }).pipe(onSandbox({ seed: 42 }))
  )
})
