/**
 * The options of the sandbox command. This module does not load Effect, so that `--help` is fast.
 */
import { InvalidArgumentError } from "commander"
import type { ShellCommand } from "../shell/program.js"

/** The options that were given. */
export interface Settings {
  readonly port?: number
  readonly storagePort?: number
  readonly host?: string
  readonly token?: string
  readonly data?: string
  readonly seed?: number
  readonly devices?: number
  /** A duration, such as `50ms`. */
  readonly latency?: string
  /** A duration, such as `10s`. */
  readonly processing?: string
  readonly rateLimit?: boolean
  /** The path of a JSON file with faults. */
  readonly fault?: string
  readonly log?: boolean
}

const matching =
  (pattern: RegExp, what: string) =>
  (text: string): string => {
    if (!pattern.test(text)) throw new InvalidArgumentError(what)
    return text
  }

const wholeNumber = (most: number) => (text: string) => {
  if (!/^\d+$/.test(text) || Number(text) > most)
    throw new InvalidArgumentError(`It must be a number from 0 to ${most}`)
  return Number(text)
}

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i
const time = matching(/^\d+(\.\d+)?\s*(ms|s|m|min|h|d)$/, "It must be a duration, such as 50ms, 2s or 10m")
const port = wholeNumber(65_535)

/** Turns a command into the one that starts a sandbox. */
export const sandboxCommand = (command: ShellCommand): ShellCommand =>
  command
    .description("Start a local sandbox tenant of the Iru Endpoint Management API.")
    .examples(
      `${command.fullName} --seed 42          # with devices, users, scripts and apps`,
      `${command.fullName} --devices 40000    # with a fleet`,
      `${command.fullName} --port 8080 --log  # on a fixed port, with a line for each request`
    )
    .option("--port <number>", "The port to listen on. Default: any free port", port)
    .option("--storage-port <number>", "The port for uploads and downloads of installers. Default: any free port", port)
    .option(
      "--host <address>",
      "The address to listen on. Default: 127.0.0.1, which only this machine can reach. 0.0.0.0 listens on all addresses"
    )
    .option(
      "--token <uuid>",
      "The API token. Default: a random one",
      matching(uuid, "It must have the form of an Iru token: 8-4-4-4-12 hex digits")
    )
    .option(
      "--data <folder>",
      "Keep records, installers and the token in this folder, across restarts. Default: nothing is kept",
      matching(/./, "It must be the path of a folder")
    )
    .option(
      "--seed <number>",
      "Start with sample records. The same number gives the same records",
      wholeNumber(4_294_967_295)
    )
    .option("--devices <number>", "Start with sample records and this many devices", wholeNumber(1_000_000))
    .option("--latency <time>", "Delay every request, such as 50ms", time)
    .option(
      "--processing <time>",
      "Process an uploaded installer this long, such as 10s. Creating its app is answered with 503 until then",
      time
    )
    .option("--rate-limit", "Limit requests as the service does: 50 a second, 10,000 an hour")
    .option("--fault <rules.json>", "A JSON file of faults: which requests fail, how, and how often")
    .option("--log", "Print a line for every request")
    .action(async (settings: Settings) => {
      const { serve } = await import("./serve.js")
      await serve(command.fullName, settings)
    })
