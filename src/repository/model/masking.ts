/**
 * Hides secrets in plans: passwords in profiles, tokens in scripts. Each secret is replaced by a number, so that
 * readers see whether it changes but not its value.
 */
import type { Show } from "./profileText.js"

/** Words in the names of secret values. */
const secretWord =
  "(?:pass(?:word|phrase|code|wd)|secret|token|challenge|credential|private[_-]?key|api[_-]?key|(?<![a-z])p(?:sk|in)(?![a-z]))"
const secretName = new RegExp(secretWord, "i")

/** Values that are not secret although their names contain such a word: `forcePIN` is `true`. */
const plainValue = /^(?:true|false|\d{1,2}|)$/i

const secretTexts: ReadonlyArray<RegExp> = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
  /(?<=\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}/gi,
  /(?<=:\/\/[^\s/:@]*:)[^\s/@]+(?=@)/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g,
  /\b(?:gh[opsu]_|github_pat_|xox[abprs]-|sk_live_|glpat-)[\w-]{10,}/g,
  /\beyJ[\w-]+\.[\w-]+\.[\w-]*/g,
  // Hexadecimal and base64 of at least 32 characters, letters and digits mixed. A UUID has hyphens.
  /\b(?=[A-Za-z+/_]*\d)(?=[\d+/_]*[A-Za-z])[A-Za-z0-9+/_]{32,}={0,2}/g
]

const value = `("[^"\\n]*"|'[^'\\n]*'|[^\\s"';|&]+)`
/** Assignments of secrets in a script: `NAME=value`, `"name": "value"` and `--name value`. */
const assignments = [
  new RegExp(`([\\w-]*${secretWord}[\\w-]*)(["']?\\s*[=:]\\s*)${value}`, "gi"),
  new RegExp(`(--?[\\w-]*${secretWord}[\\w-]*)(\\s+)${value}`, "gi")
]

/** Masks for texts that are shown together. Equal secrets get equal numbers. */
export const makeMasking = () => {
  const numbers = new Map<string, number>()
  const hidden = (value: string): string => {
    const number = numbers.get(value) ?? numbers.size + 1
    numbers.set(value, number)
    return `<hidden value ${number}>`
  }
  const masked = (text: string): string =>
    secretTexts.reduce((text, pattern) => text.replace(pattern, (secret) => hidden(secret)), text)
  const profileValue: Show = (value, keys) =>
    keys.some((key) => secretName.test(key)) && !plainValue.test(value) ? hidden(value) : masked(value)
  const assigned = (all: string, name: string, between: string, value: string): string => {
    const bare = /^(["'])(.*)\1$/s.exec(value)?.[2] ?? value
    // A reference to a variable, a command substitution or another option is not a secret.
    return plainValue.test(bare) || /^[$`-]/.test(bare) ? all : `${name}${between}${hidden(bare)}`
  }
  const script = (text: string): string =>
    masked(assignments.reduce((text, pattern) => text.replace(pattern, assigned), text))
  return { profileValue, script }
}
