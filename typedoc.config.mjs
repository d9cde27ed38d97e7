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
  highlightLanguages: [
    "bash",
    "console",
    "css",
    "html",
    "javascript",
    "json",
    "python",
    "sh",
    "ts",
    "typescript",
    "yaml"
  ],
  validation: { notExported: true, invalidLink: true, invalidPath: true, notDocumented: true },
  treatValidationWarningsAsErrors: true,
  requiredToBeDocumented: ["Module", "Enum", "Variable", "Function", "Class", "Interface", "Method", "TypeAlias"],
  // What a reader sees spelled out where it is used: parts of a union, and the types that an operation's arguments come from.
  intentionallyNotExported: [
    "BodyArgument",
    "Checked",
    "Common",
    "Enforcement",
    "Guard",
    "GuardedCall",
    "IdsOf",
    "InstallerSource",
    "ListingArgument",
    "NamesOf",
    "NeedingPart",
    "Needs",
    "NeedsOf",
    "NoBody",
    "NoOtherKeys",
    "Nullish",
    "Operations",
    "Part",
    "PayloadErrorTypeId",
    "Plain",
    "QueryArgument",
    "QueryValue",
    "RequestPriority",
    "RetryOverride",
    "SelfService",
    "ShownInSelfService",
    "Unzip",
    "Watch",
    "WithBody",
    "commandTypes"
  ]
}
