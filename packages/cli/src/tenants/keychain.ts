/**
 * Stores tokens in the macOS Keychain with the program `security`. It gets the token on standard input.
 */
import * as Effect from "effect/Effect"
import { Problem } from "../shell/Problem.js"
import { isThere, runProgramWith } from "../shell/programs.js"

const service = "effect-iru-cli"

/** Whether the Keychain can be used on this machine. */
export const hasKeychain = (): boolean => isThere("security")

const quoted = (text: string): string => `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`

/** Reads the token of a tenant. `undefined` if it is not stored. */
export const keychainToken = (name: string): Effect.Effect<string | undefined, Problem> =>
  Effect.map(
    runProgramWith("security", ["find-generic-password", "-s", service, "-a", name, "-w"], "", "ignore"),
    ({ code, stdout }) => (code === 0 ? stdout.replace(/\r?\n$/, "") : undefined)
  )

/** Stores the token of a tenant. Replaces an existing one. */
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

/** Deletes the token of a tenant from the Keychain, if it is there. */
export const removeKeychainToken = (name: string): Effect.Effect<void, Problem> =>
  Effect.asVoid(runProgramWith("security", ["delete-generic-password", "-s", service, "-a", name], "", "ignore"))
