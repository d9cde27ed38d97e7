/**
 * The three kinds of library items in a repository, and their files.
 */
import * as Schema from "effect/Schema"

/** A kind of library items. */
export const Kind = Schema.Literal("profile", "script", "app")
export type Kind = typeof Kind.Type

/** A file of an item that holds a text, such as a script. */
export interface ContentFile {
  /** The API's name of the field that the file holds. */
  readonly field: string
  /** Whether a file with this name holds the field. */
  readonly matches: (name: string) => boolean
  /** The file name in a new item with this text. */
  readonly newName: (text: string) => string
  /** The permissions of the file in a new item. */
  readonly mode: number
  /** Whether every item must have the file. */
  readonly required: boolean
}

const shells: Readonly<Record<string, string>> = { bash: "sh", sh: "sh", python: "py", python3: "py", perl: "pl" }

/** The file extension for a script, from its `#!` line. */
const extensionOf = (text: string): string => {
  const [, program = ""] = /^#!.*?([^/\s]+)\s*(?:\n|$)/.exec(text) ?? []
  return shells[program] ?? "zsh"
}

const script = (field: string, prefix: string, required = false): ContentFile => ({
  field,
  matches: (name) => name.startsWith(prefix),
  newName: (text) => `${prefix}.${extensionOf(text)}`,
  mode: 0o755,
  required
})

/** The folder of each kind, and the files of an item. */
export const kinds: Readonly<Record<Kind, { readonly folder: string; readonly files: ReadonlyArray<ContentFile> }>> = {
  profile: {
    folder: "profiles",
    files: [
      {
        field: "profile",
        matches: (name) => name.endsWith(".mobileconfig"),
        newName: () => "profile.mobileconfig",
        mode: 0o644,
        required: true
      }
    ]
  },
  script: { folder: "scripts", files: [script("script", "audit", true), script("remediation_script", "remediation")] },
  app: {
    folder: "apps",
    files: [
      script("audit_script", "audit"),
      script("preinstall_script", "preinstall"),
      script("postinstall_script", "postinstall")
    ]
  }
}

/** All kinds, in the order of a plan. */
export const allKinds: ReadonlyArray<Kind> = Kind.literals

/** Whether a file was left by an editor or the operating system: `audit.zsh~`, `.audit.zsh.swp`, `.DS_Store`. */
export const isLeftover = (name: string): boolean => /^[.#]|~$|\.(?:sw[a-p]|tmp|bak|orig|rej)$/i.test(name)
