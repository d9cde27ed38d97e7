/**
 * `iru api`: calls any endpoint, including those without a command.
 */
import { Answer, ApiClient, type Query } from "effect-iru"
import { InvalidArgumentError } from "commander"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Options, withStyle } from "../operations/commands.js"
import { confirmTyped, withConfirmation } from "../operations/confirm.js"
import { printRecord, printRows, styleOf, tell, write } from "../output/print.js"
import { executeOn, withSession } from "../shell/execute.js"
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import type { ShellCommand } from "../shell/program.js"
import type { Tenant } from "../tenants/session.js"
import { readFields } from "./fields.js"
import { stylesOf } from "./pages.js"

interface ApiOptions {
  readonly field?: ReadonlyArray<string>
  readonly value?: ReadonlyArray<string>
  readonly input?: string
  readonly form?: boolean
  readonly paginate?: boolean
  readonly reveal?: boolean
}

const usage = (message: string) => new Problem({ message, code: exitCodes.usage })

/** The full path of a typed one: `devices` is short for `/api/v1/devices`. */
const pathOf = (typed: string): { readonly path: string; readonly query: Query } => {
  const [path = "", query = ""] = typed.split(/\?(.*)/s)
  return {
    path: path.startsWith("/") ? path : `/api/v1/${path}`,
    query: Object.fromEntries(new URLSearchParams(query))
  }
}

const isScalar = (value: unknown): value is string | number | boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean"

/** The fields as text, for a query or a form. */
const flat = (fields: unknown): Effect.Effect<Readonly<Record<string, string | number | boolean>>, Problem> => {
  const entries = Object.entries(Predicate.isRecord(fields) ? fields : {})
  const texts = entries.map(([key, value]) => [key, isScalar(value) ? value : JSON.stringify(value)] as const)
  return Predicate.isRecord(fields)
    ? Effect.succeed(Object.fromEntries(texts))
    : usage("--input must be a JSON object, because its fields become a query or a form.")
}

/** Parses an answer in JSON, so that it can be printed in columns. Returns any other answer as text. */
const printBody = ({ bytes, contentType = "" }: Answer.Bytes, options: Options) => {
  if (bytes.length === 0) return tell("Done.")
  if (!/\bjson\b/i.test(contentType)) return write(bytes)
  return Effect.flatMap(
    Effect.try({
      try: (): unknown => JSON.parse(new TextDecoder().decode(bytes)),
      catch: () => new Problem({ message: "The tenant's answer is declared as JSON but is not valid JSON." })
    }),
    (json) => printRecord(json, jsonStyle(options))
  )
}

/** Prints JSON unless the options ask for another format. */
const jsonStyle = (options: Options) =>
  styleOf(options.csv === true || options.ndjson === true ? options : { ...options, json: true })

const run = (tenant: Tenant, [method = "", typed = ""]: ReadonlyArray<string>, options: Options & ApiOptions) =>
  Effect.gen(function* () {
    const client = yield* ApiClient
    const { path, query } = pathOf(typed)
    const fields = yield* readFields(options)
    const { form = false, paginate = false, reveal = false } = options
    if (method === "GET") {
      if (/\/secrets(\/|$)/.test(path) && process.stdout.isTTY && !reveal)
        return yield* usage("Secrets are not shown on a terminal. Write them to a file or a pipe, or give --reveal")
      const asked = { ...query, ...(yield* flat(fields)) }
      if (!paginate) return yield* printBody(yield* client.get(path, Answer.bytes, { query: asked }), options)
      const style = stylesOf(yield* client.get(path, Schema.Unknown, { query: asked }))
      if (style === undefined) return yield* usage(`${path} is not a listing: leave --paginate out.`)
      const records = client
        .pages(path, style, { query: asked })
        .pipe(Stream.flatMap(({ results }) => Stream.fromIterable(results)))
      return yield* printRows(records, jsonStyle(options), undefined)
    }
    if (paginate) return yield* usage("--paginate can only be used with GET.")
    yield* confirmTyped({ what: `${method} ${path}`, tenant, names: [path], aliases: [typed] }, options)
    const body = Predicate.isRecord(fields) && Object.keys(fields).length === 0 ? undefined : fields
    if (method === "DELETE") {
      yield* client.delete(path, { query: { ...query, ...(yield* flat(fields)) } })
      return yield* tell("Done.")
    }
    const content = body === undefined ? {} : { body: form ? { form: yield* flat(body) } : { json: body } }
    const send = method === "POST" ? client.post : client.patch
    yield* printBody(yield* send(path, Answer.bytes, { query, ...content }), options)
  })

const methods = ["GET", "POST", "PATCH", "DELETE"]

const methodOf = (text: string): string => {
  const method = text.toUpperCase()
  if (!methods.includes(method))
    throw new InvalidArgumentError("It must be GET, POST, PATCH or DELETE")
  return method
}

const collected = (text: string, before: ReadonlyArray<string> = []) => [...before, text]

/** Makes a command `iru api`. */
export const apiCommand = (command: ShellCommand): void => {
  command
    .description("Call any endpoint of the API, including those without a command. Methods other than GET ask you to type the path.")
    .usage("<method> <path> [options]")
    .examples(
      "iru api GET blueprints -f name=Standard",
      "iru api GET /api/v1/devices --paginate --ndjson",
      "iru api PATCH tags/0a1b2c3d-4e5f-4a6b-8c7d-9e8f7a6b5c4d -f name=Kiosk",
      "iru api POST tags -f name=Loaners --confirm tags    # for scripts"
    )
    .argument("<method>", "GET, POST, PATCH or DELETE", methodOf)
    .completes(0, () => Promise.resolve(methods))
    .argument("<path>", "The path. devices is short for /api/v1/devices")
    .option("-f, --field <key=value>", "A text field of the query of a GET, else of the body. @FILE reads a file", collected)
    .option("-F, --value <key=json>", "The same with a JSON value: a number, true, null, a list, an object", collected)
    .option("--input <file>", "A JSON file with the body, or - for standard input. -f and -F override its fields")
    .option("--form", "Send the body as a form, which custom apps and Blueprints need")
    .option("--paginate", "Read all pages of a listing, and print its records")
    .option("--reveal", "Show secrets on the terminal")
  withSession(withStyle(withConfirmation(command, true)))
  command.action(async (method: string, path: string) => {
    const options: Options & ApiOptions = command.opts()
    await executeOn(command, options, (tenant) => run(tenant, [method, path], options))
  })
}
