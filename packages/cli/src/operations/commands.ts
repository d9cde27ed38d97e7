/**
 * Makes a command for each operation from its row: ids become arguments, fields become options.
 */
import { ApiClient, type ApiClientError, type Operation } from "effect-iru"
import * as operations from "effect-iru/operations"
import { Option } from "commander"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as EffectOption from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import { printRecord, printRows, type StyleOptions, styleOf, tell, write } from "../output/print.js"
import type { Json } from "../output/values.js"
import { executeOn, type SessionOptions, withSession } from "../shell/execute.js"
import type { Names, ShellCommand } from "../shell/program.js"
import type { Tenant } from "../tenants/session.js"
import { catalogue, type Entry, type Group } from "./catalogue.js"
import { type ConfirmOptions, confirmOnce, confirmTyped, withConfirmation } from "./confirm.js"
import { type Field, fieldsOf, optionName, pathsOf } from "./fields.js"
import { describeId, type Found, lookUp, withIds } from "./lookup.js"
import { namesOf, wholeNumber } from "./numbers.js"
import { bodyOf, queryOf } from "./values.js"

/** An operation with its entry in the catalogue. */
export interface Known {
  readonly service: string
  readonly operation: Operation.Any
  readonly entry: Entry
  /** The words of its command: `devices`, `notes`, `list`. */
  readonly words: ReadonlyArray<string>
}

/** The options of a command, as the parser gives them. */
export type Options = Readonly<Record<string, unknown>> & SessionOptions & StyleOptions & ConfirmOptions

/** Every operation of the API, with the words of its command. */
export const everything: ReadonlyArray<Known> = Object.entries(operations).flatMap(([service, rows]) => {
  const groups: Readonly<Record<string, Group>> = catalogue
  return Object.entries(rows).flatMap(([verb, operation]: [string, Operation.Any]) => {
    const group = groups[service]
    const entry = group?.verbs[verb]
    if (group === undefined || entry === undefined) return []
    const name = entry.name ?? (verb === "stream" ? "list" : optionName(verb))
    return [{ service, operation, entry, words: [...group.words, name] }]
  })
})

/** Adds the output options. */
export const withStyle = (command: ShellCommand): ShellCommand => {
  command.optionsGroup("Output")
  return command
    .option("--json", "Print JSON")
    .option("--ndjson", "Print a line of JSON for each record")
    .option("--csv", "Print CSV with a header line")
    .option("--columns <names>", "Print these columns, such as name,user.email", namesOf)
    .option("--no-color", "Print without colours. The variable NO_COLOR does the same")
}

/** Gives the allowed values of an option to the completion. The schema of the field rejects other values. */
const withChoices = (option: Option, choices: ReadonlyArray<string>): Option =>
  choices.length === 0 ? option : Object.assign(option, { argChoices: [...choices] })

const fieldOption = (field: Field): ReadonlyArray<Option> => {
  const { choices, isNullable, isRequired, kind, name, option } = field
  const describe = (text: string) =>
    `${text}${isNullable ? '. "" removes the value' : ""}${isRequired ? " (required)" : ""}`
  if (kind === "boolean")
    return [
      new Option(`--${option}`, describe(`${label(name)}: true, or false with --no-${option}`)),
      new Option(`--no-${option}`).hideHelp()
    ]
  if (kind === "list" || name === "filter") {
    const text =
      name === "filter"
        ? "Only rows that match, such as apple_silicon=true or name~fire. May be given more than once"
        : choices.length === 0
          ? `${label(name)}, separated by commas`
          : `Any of ${choices.join(", ")}`
    const made = new Option(`--${option} <${kind === "list" ? "list" : "words"}>`, describe(text))
    return [
      withChoices(made, choices).argParser(
        name === "filter" ? (text: string, before: ReadonlyArray<string> = []) => [...before, text] : namesOf
      )
    ]
  }
  const value = { text: "text", secret: "@file", number: "number", file: "file", json: "json" }[kind]
  const text = choices.length === 0 ? label(name) : `One of ${choices.join(", ")}`
  return [withChoices(new Option(`--${option} <${value}>`, describe(text)), choices)]
}

const label = (name: string): string => {
  if (name === "blueprint_id") return "The name or the id of the Blueprint"
  if (name === "user_id") return "The e-mail address or the id of the user"
  if (name === "self_service_category_id") return "The name or the id of the category of Self Service"
  const words = optionName(name).replaceAll("-", " ")
  return `${words.slice(0, 1).toUpperCase()}${words.slice(1)}`.replace(/\bid\b/g, "id")
}

/** Adds an option for each field. */
export const withFields = (command: ShellCommand, fields: ReadonlyArray<Field>): ShellCommand => {
  for (const field of fields) for (const option of fieldOption(field)) command.addOption(option)
  return command
}

/** Adds the options for the body and the query of an operation. */
export const withPayload = (command: ShellCommand, { body, query }: Operation.Any): ShellCommand => {
  if (body !== undefined) {
    withFields(command, fieldsOf(body.schema))
    command.option("--input <file>", "A JSON file with the body, or - for standard input. Options override its fields")
  }
  return query === undefined ? command : withFields(command, fieldsOf(query))
}

/** The body and the query of a call, in the order of the operation's parameters. */
export const payloadOf = ({ body, name, query }: Operation.Any, options: Options) =>
  Effect.gen(function* () {
    // In an update of a device `user` is an id. In a listing it is a filter by name.
    const named: Readonly<Record<string, string>> = name === "Devices.update" ? { user: "user_id" } : {}
    const parts: Array<unknown> = []
    if (body !== undefined) parts.push(yield* bodyOf(body.schema, fieldsOf(body.schema), options))
    if (query !== undefined) parts.push(yield* queryOf(query, fieldsOf(query), options))
    return yield* Effect.forEach(parts, (part) =>
      Predicate.isRecord(part) ? withIds(part, named) : Effect.succeed(part)
    )
  })

/** Calls an operation with decoded arguments. */
export const call = (
  operation: Operation.Operation<never, unknown>,
  args: ReadonlyArray<unknown>
): Effect.Effect<unknown, ApiClientError, ApiClient> =>
  Effect.flatMap(ApiClient, (client) => {
    const effect: Effect.Effect<unknown, ApiClientError> = Reflect.apply(client.call(operation), client, [...args])
    return effect
  })

/** Reads a listing with decoded arguments. */
export const listing = (
  operation: Operation.Listing<never, unknown>,
  args: ReadonlyArray<unknown>
): Stream.Stream<unknown, ApiClientError, ApiClient> =>
  Stream.unwrap(
    Effect.map(ApiClient, (client) => {
      const rows: Stream.Stream<unknown, ApiClientError> = Reflect.apply(client.listing(operation).stream, client, [
        ...args
      ])
      return rows
    })
  )

const intention = ({ entry }: Known, tenant: Tenant, found: ReadonlyArray<Found>, typed: ReadonlyArray<string>) => {
  const last = found.at(-1)
  const name = last?.name ?? tenant.label
  const aliases = last === undefined ? [] : [last.id, typed.at(-1) ?? last.id]
  return { what: entry.summary, tenant, names: [name], aliases }
}

const isBytes = (value: unknown): value is { readonly bytes: Uint8Array } =>
  typeof value === "object" && value !== null && "bytes" in value && value.bytes instanceof Uint8Array

/** The record to print from an answer. The answer to a creation may be the id alone. */
const recordOf = (answer: unknown): Json => {
  if (EffectOption.isOption(answer)) return EffectOption.getOrUndefined(answer)
  return Either.isEither(answer)
    ? Either.match(answer, { onLeft: (id) => ({ id }), onRight: (record) => record })
    : answer
}

/** Prints the answer of an operation. */
export const printAnswer = (
  answer: unknown,
  options: Options,
  columns?: ReadonlyArray<string>,
  all?: ReadonlyArray<string>
) => {
  const value = recordOf(answer)
  if (value === undefined || value === null) return tell("Done.")
  if (typeof value === "string") return write(value.endsWith("\n") ? value : `${value}\n`)
  if (isBytes(value)) return write(value.bytes)
  const style = styleOf(options)
  return Array.isArray(value) ? printRows(Stream.fromIterable(value), style, columns, all) : printRecord(value, style)
}

const run = (known: Known, tenant: Tenant, typed: ReadonlyArray<string>, options: Options) =>
  Effect.gen(function* () {
    const { entry, operation, service } = known
    const payload = yield* payloadOf(operation, options)
    const found = yield* Effect.forEach(operation.ids, (id, index) => lookUp(service, id, typed[index] ?? ""))
    const ids = found.map(({ id }) => id)
    const columns = entry.columns?.split(",")
    const all = pathsOf(operation.answer)
    if (operation._tag === "Listing") {
      const { limit } = options
      const filters = typeof payload[0] === "object" ? payload[0] : {}
      const rows = listing(operation, [...ids, typeof limit === "number" ? { ...filters, concurrency: 1 } : filters])
      const asked = typeof limit === "number" ? Stream.take(rows, limit) : rows
      return yield* printRows(asked, styleOf(options), columns, all)
    }
    if (operation.kind === "destructive") yield* confirmTyped(intention(known, tenant, found, typed), options)
    if (operation.kind === "fleet") yield* confirmOnce(intention(known, tenant, found, typed), options)
    yield* printAnswer(yield* call(operation, [...ids, ...payload]), options, columns, all)
  })

/** Makes a command that calls an operation once. */
export const operationCommand = (command: ShellCommand, known: Known): ShellCommand => {
  const { entry, operation, service } = known
  command.description(`${entry.summary}.`).summary(entry.summary)
  for (const [place, id] of operation.ids.entries()) {
    command.argument(`<${argumentOf(id)}>`, describeId(service, id)).completes(place, namesOfRecords(service, id))
  }
  withPayload(command, operation)
  if (operation._tag === "Listing") {
    command
      .option("--limit <number>", "Print at most this many records", wholeNumber(1))
      .examples(...listExamples(command.fullName))
  }
  if (operation.kind === "destructive" || operation.kind === "fleet")
    withConfirmation(command, operation.kind === "destructive")
  withSession(withStyle(command))
  return command.action(async () => {
    const options: Options = command.opts()
    await executeOn(command, options, (tenant) => run(known, tenant, command.args, options))
  })
}

/** The completions of an id. */
export const namesOfRecords =
  (service: string, id: string): Names =>
  async (begun, tenant) =>
    (await import("../completion/names.js")).recordNames(service, id, begun, tenant)

const argumentOf = (id: string): string => id.replace(/_id$/, "").replaceAll("_", "-")

const listExamples = (name: string): ReadonlyArray<string> => [`${name} --limit 20`, `${name} --csv > list.csv`]

/** Whether an operation is a device action. Its command takes several devices. */
export const isDeviceAction = ({ operation: { ids, kind } }: Known): boolean =>
  ids.length === 1 && ids[0] === "device_id" && (kind === "device" || kind === "destructive")
