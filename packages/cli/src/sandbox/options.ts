/**
 * The command line of the sandbox: what it takes. Loads nothing of Effect.
 */
import { InvalidArgumentError } from "commander"
import type { ShellCommand } from "../shell/program.js"

/** What was asked for. */
export interface Settings {
  readonly port?: number
  readonly storagePort?: number
  readonly host?: string
  readonly token?: string
  readonly data?: string
  readonly seed?: number
  readonly devices?: number
  /** A time, such as `50ms`. */
  readonly latency?: string
  /** A time, such as `10s`. */
  readonly processing?: string
  readonly rateLimit?: boolean
  /** A file of rules. */
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
const time = matching(/^\d+(\.\d+)?\s*(ms|s|m|min|h|d)$/, "It must be a time, such as 50ms, 2s or 10m")
const port = wholeNumber(65_535)

/** Makes a command the one that starts a sandbox. */
export const sandboxCommand = (command: ShellCommand): ShellCommand =>
  command
    .description("A tenant of the Iru Endpoint Management API on this machine.")
    .examples(
      `${command.fullName} --seed 42          # with devices, users, scripts and apps`,
      `${command.fullName} --devices 40000    # with a fleet`,
      `${command.fullName} --port 8080 --log  # at a fixed address, with a line for each request`
    )
    .option("--port <number>", "The port to listen on. Default: any that is free", port)
    .option("--storage-port <number>", "The port that installers go to and come from. Default: any that is free", port)
    .option(
      "--host <address>",
      "The address to listen on. Default: 127.0.0.1, which only this machine can reach. 0.0.0.0 is all of them"
    )
    .option(
      "--token <uuid>",
      "The API token. Default: a new one",
      matching(uuid, "It must have the form of the service's own: 8-4-4-4-12 hex digits")
    )
    .option(
      "--data <folder>",
      "Keeps records, installers and the token in this folder, over restarts. Default: nothing is kept",
      matching(/./, "It must name a folder")
    )
    .option(
      "--seed <number>",
      "Starts with a furnished tenant. The same number gives the same records",
      wholeNumber(4_294_967_295)
    )
    .option(
      "--devices <number>",
      "Starts with a furnished tenant of so many devices, and all else that belongs to them",
      wholeNumber(1_000_000)
    )
    .option("--latency <time>", "How long every request waits, such as 50ms", time)
    .option(
      "--processing <time>",
      "How long an uploaded installer is processed, such as 10s. Until then, the API answers 503 to an app of it",
      time
    )
    .option("--rate-limit", "Takes no more requests than the service: 50 a second, 10,000 an hour")
    .option("--fault <rules.json>", "A file of faults: what goes wrong, for which requests, and how often")
    .option("--log", "Prints a line for every request")
    .action(async (settings: Settings) => {
      const { serve } = await import("./serve.js")
      await serve(command.fullName, settings)
    })
