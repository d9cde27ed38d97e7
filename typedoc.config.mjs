import { entryPoints } from "./scripts/entry-points.mjs"

/** The reference, from the doc comments, and the pages of docs/ beside it. */
/** @type {Partial<import("typedoc").TypeDocOptions>} */
export default {
  name: "effect-iru",
  entryPoints: entryPoints.map(({ source }) => source),
  tsconfig: "tsconfig.build.json",
  out: "site",
  projectDocuments: ["docs/*.md"],
  excludeInternal: true,
  excludeExternals: true,
  disableSources: true,
  highlightLanguages: ["bash", "console", "css", "html", "javascript", "json", "python", "sh", "ts", "typescript"],
  validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true },
  treatValidationWarningsAsErrors: true,
  requiredToBeDocumented: ["Module", "Enum", "Variable", "Function", "Class", "Interface", "Method", "TypeAlias"],
  // Parts of a union that a reader sees spelled out where it is used.
  intentionallyNotExported: [
    "Enforcement",
    "InstallerSource",
    "PayloadErrorTypeId",
    "Plain",
    "QueryValue",
    "SelfService",
    "ShownInSelfService",
    "Unzip"
  ]
}
