/**
 * What a person reads when something went wrong, and the exit code of it: what, why, what to do, at most three lines.
 */
import { ApiClientError, PayloadTransferError } from "effect-iru"
import * as ConfigError from "effect/ConfigError"
import { optionName } from "../operations/fields.js"
import { type ExitCode, exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import { printable } from "./values.js"

/** What is printed for a failure, and what the command ends with. */
export interface Failure {
  readonly text: string
  readonly code: ExitCode
}

const longest = 400

const oneLine = (text: string): string => {
  const line = printable(text).replace(/\s+/g, " ").trim()
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line
}

const codes: Partial<Record<ApiClientError["reason"], ExitCode>> = {
  Unauthorized: exitCodes.authentication,
  NotFound: exitCodes.notFound,
  Forbidden: exitCodes.forbidden,
  RateLimited: exitCodes.rateLimited,
  InvalidArgument: exitCodes.usage,
  Refused: exitCodes.usage
}

const advice: Partial<Record<ApiClientError["reason"], string>> = {
  Unauthorized: "See which token is used: iru auth status. Store another one: iru auth login.",
  Transport: "Check the tenant's URL (iru auth status) and the network.",
  Timeout: "Try again. What was sent may have been done.",
  RateLimited: "Other programs may use up the same limit: 10,000 requests an hour for a tenant."
}

/** By option where a field is wrong that was given as one. */
const fieldProblems = ({ fieldErrors }: ApiClientError): string | undefined =>
  fieldErrors === undefined
    ? undefined
    : Object.entries(fieldErrors)
        .map(([field, messages]) =>
          field === "" || field === "installer"
            ? messages.join(" ")
            : `--${optionName(field)} ${messages.map(oneLine).join(" ")}`
        )
        .join("; ")

/** What to print, and what to end with. */
export const explain = (error: unknown): Failure => {
  if (error instanceof Problem) return { text: error.message, code: error.code ?? exitCodes.failure }
  if (error instanceof ApiClientError) {
    const fields = error.reason === "InvalidArgument" ? fieldProblems(error) : undefined
    const hint = advice[error.reason]
    return {
      text: [
        oneLine(fields ?? error.message.replace(`${error.operation}: `, "")),
        ...(hint === undefined ? [] : [hint])
      ].join("\n"),
      code: codes[error.reason] ?? exitCodes.failure
    }
  }
  if (ConfigError.isConfigError(error)) return { text: oneLine(String(error)), code: exitCodes.authentication }
  if (error instanceof PayloadTransferError) return { text: oneLine(error.message), code: exitCodes.failure }
  return { text: oneLine(error instanceof Error ? error.message : String(error)), code: exitCodes.failure }
}
