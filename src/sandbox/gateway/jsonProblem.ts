/**
 * Finds the error in text that is not valid JSON. The messages are those of Python's json module, which the service
 * returns.
 */

class Problem {
  constructor(
    readonly text: string,
    readonly at: number
  ) {}
}

const literal = /(?:null|true|false|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)/y
const escape = /["\\/bfnrt]|u[0-9a-fA-F]{4}/y

const read = (source: string): void => {
  let at = 0
  const fail = (text: string, where = at): never => {
    throw new Problem(text, where)
  }
  const match = (pattern: RegExp): boolean => {
    pattern.lastIndex = at
    if (!pattern.test(source)) return false
    at = pattern.lastIndex
    return true
  }
  const blank = (): void => {
    while (" \t\n\r".includes(source[at] ?? "x")) at += 1
  }
  const string = (): void => {
    const start = at++
    for (;;) {
      const char = source[at]
      if (char === undefined) return fail("Unterminated string starting at", start)
      if (char < " ") return fail("Invalid control character at")
      at += 1
      if (char === '"') return
      if (char === "\\" && !match(escape)) {
        return source[at] === "u" ? fail("Invalid \\uXXXX escape") : fail("Invalid \\escape", at - 1)
      }
    }
  }
  /** Reads the members between two brackets. */
  const members = (close: string, member: () => void): void => {
    at += 1
    blank()
    if (source[at] === close) {
      at += 1
      return
    }
    for (;;) {
      member()
      blank()
      const char = source[at]
      if (char !== close && char !== ",") return fail("Expecting ',' delimiter")
      at += 1
      if (char === close) return
      blank()
    }
  }
  const property = (): void => {
    if (source[at] !== '"') return fail("Expecting property name enclosed in double quotes")
    string()
    blank()
    if (source[at] !== ":") return fail("Expecting ':' delimiter")
    at += 1
    blank()
    value()
  }
  const value = (): void => {
    if (source[at] === '"') return string()
    if (source[at] === "{") return members("}", property)
    if (source[at] === "[") return members("]", value)
    if (!match(literal)) return fail("Expecting value")
  }
  blank()
  value()
  blank()
  if (at < source.length) fail("Extra data")
}

/** The problem, such as `Expecting ',' delimiter: line 3 column 2 (char 65)`, or `undefined` if the text is JSON. */
export const jsonProblem = (source: string): string | undefined => {
  try {
    read(source)
    return undefined
  } catch (problem) {
    if (!(problem instanceof Problem)) return String(problem)
    const before = source.slice(0, problem.at).split("\n")
    return `${problem.text}: line ${before.length} column ${(before.at(-1)?.length ?? 0) + 1} (char ${problem.at})`
  }
}
