/**
 * Reads Prism filters: `apple_silicon=true`, `name~fire`, `last_checkin<2026-01-01`.
 */
import { exitCodes } from "../shell/exitCodes.js"
import { Problem } from "../shell/Problem.js"

const form = /^([a-z][\w]*)\s*(!=|!~|<=|>=|=|~|<|>)\s*(.*)$/i

const lists = { "=": "in", "!=": "not_in", "~": "like", "!~": "not_like" } as const
const times = { "<": "lt", ">": "gt", "<=": "lte", ">=": "gte" } as const

const isList = (operator: string): operator is keyof typeof lists => operator in lists
const isTime = (operator: string): operator is keyof typeof times => operator in times

type Column = Record<string, boolean | string | ReadonlyArray<string>>

/** The filter as the API takes it. A row must match every word. `a,b` as a value means `a` or `b`. */
export const parseFilter = (words: ReadonlyArray<string>): Record<string, unknown> => {
  const columns: Record<string, Column> = {}
  for (const text of words) {
    if (text.trimStart().startsWith("{")) {
      Object.assign(columns, JSON.parse(text))
      continue
    }
    const [, column = "", operator = "", value = ""] = form.exec(text.trim()) ?? []
    const compared = (columns[column] ??= {})
    if (operator === "=" && /^(true|false)$/.test(value)) compared["eq"] = value === "true"
    else if (isList(operator)) {
      const before = compared[lists[operator]]
      compared[lists[operator]] = [
        ...(Array.isArray(before) ? before : []),
        ...value.split(",").map((one) => one.trim())
      ]
    } else if (isTime(operator)) compared[times[operator]] = value
    else
      throw new Problem({
        message: `--filter takes a column, one of = != ~ !~ < > <= >=, and a value, such as apple_silicon=true. It got "${text}"`,
        code: exitCodes.usage
      })
  }
  return columns
}
