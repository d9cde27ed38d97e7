/**
 * Tokens in the macOS Keychain, through the program `security`. A token goes to it on standard input.
 */
import * as Effect from "effect/Effect"
import { Problem } from "../shell/Problem.js"
import { isThere, runProgramWith } from "../shell/programs.js"

const service = "effect-iru-cli"

/** Whether this machine has a Keychain. */
export const hasKeychain = (): boolean => isThere("security")

const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`

/** The token of a tenant. `undefined` if there is none. */
export const keychainToken = (name: string): Effect.Effect<string | undefined, Problem> =>
  Effect.map(
    runProgramWith("security", ["find-generic-password", "-s", service, "-a", name, "-w"], "", "ignore"),
    ({ code, stdout }) => (code === 0 ? stdout.replace(/\r?\n$/, "") : undefined)
  )

/** Keeps the token of a tenant, in place of one that is there. */
export const setKeychainToken = (name: string, token: string): Effect.Effect<void, Problem> =>
  Effect.flatMap(
    runProgramWith(
      "security",
      ["-i"],
      `add-generic-password -U -s ${quoted(service)} -a ${quoted(name)} -w ${quoted(token)}\n`
    ),
    ({ code }) =>
      code === 0
        ? Effect.void
        : new Problem({ message: `The Keychain did not take the token: security ended with ${code}.` })
  )

/** Takes the token of a tenant out of the Keychain. One that is not there is no mistake. */
export const removeKeychainToken = (name: string): Effect.Effect<void, Problem> =>
  Effect.asVoid(runProgramWith("security", ["delete-generic-password", "-s", service, "-a", name], "", "ignore"))
