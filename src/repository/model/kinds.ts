/**
 * The three kinds of library items that a folder holds, and where their files lie.
 */
import * as Schema from "effect/Schema"

/** A kind of library items. */
export const Kind = Schema.Literal("profile", "script", "app")
export type Kind = typeof Kind.Type

/** A file of an item beside its info file. */
export interface ContentFile {
  /** The API's name of the field that it holds. */
  readonly field: string
  /** Whether a file of this name holds it. */
  readonly matches: (name: string) => boolean
  /** The name that it has in a new item, for this text. */
  readonly newName: (text: string) => string
  /** Permissions in a new item. */
  readonly mode: number
  /** Whether every item has one. */
  readonly required: boolean
}

const shells: Readonly<Record<string, string>> = { bash: "sh", sh: "sh", python: "py", python3: "py", perl: "pl" }

/** The extension of a script, by its `#!` line. */
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

/** In the order in which they are planned. */
export const allKinds: ReadonlyArray<Kind> = Kind.literals

/** Whether a file is what an editor or a system left behind: `audit.zsh~`, `.audit.zsh.swp`, `.DS_Store`. */
export const isLeftover = (name: string): boolean => /^[.#]|~$|\.(?:sw[a-p]|tmp|bak|orig|rej)$/i.test(name)
