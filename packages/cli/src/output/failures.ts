/**
 * The message and the exit code of a failure: what happened, why, and what to do, in at most three lines.
 */
import { ApiClientError, PayloadTransferError } from "effect-iru"
import * as ConfigError from "effect/ConfigError"
import { optionName } from "../operations/fields.js"
import { type ExitCode, exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"
import { printable } from "./values.js"

/** The lines that are printed for a failure, and the exit code. */
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
  Timeout: "Try again. If the request was a change, check first whether it was made.",
  RateLimited: "Other programs may use up the same limit: 10,000 requests an hour for a tenant."
}

/** The problems of the fields, by the names of their options. */
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

/** Makes the message and the exit code of a failure. */
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
