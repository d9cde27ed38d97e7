/**
 * Checks that an answer is valid HTTP.
 */
import { validateHeaderName, validateHeaderValue } from "node:http"

/** The headers that mark the end of an answer. The server sets them itself. */
const framing = ["content-length", "transfer-encoding", "trailer"]

const headerProblem = (name: string, value: string): string | undefined => {
  if (framing.includes(name.toLowerCase())) return `the server writes ${name} itself`
  try {
    validateHeaderName(name)
    validateHeaderValue(name, value)
    return undefined
  } catch {
    return `HTTP does not allow the header ${JSON.stringify(name)} or its value`
  }
}

/** Why an answer cannot be sent; `undefined` if it is valid. */
export const answerProblem = ({
  headers = {},
  status
}: {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>> | undefined
}): string | undefined => {
  if (!Number.isInteger(status) || status < 200 || status > 599) return "its status is not a number from 200 to 599"
  return Object.entries(headers)
    .map(([name, value]) => headerProblem(name, value))
    .find((problem) => problem !== undefined)
}
