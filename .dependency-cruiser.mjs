/** Which folder may import which. Types count too: a circle of types is a circle. */
const apart = (name, comment, from, to) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: to }
})

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    {
      name: "no-circles",
      comment: "Two modules that import each other cannot be read one by one.",
      severity: "error",
      from: {},
      to: { circular: true }
    },
    apart(
      "downwards",
      "What a call is, and how it is sent, knows no resource.",
      "^src/(operation|session|schemas|errors)/",
      "^src/(services|installers|operations|node|s3|redis|repository|sandbox|testing)/"
    ),
    apart(
      "operation-sends-nothing",
      "What a call is knows nothing of how it is sent.",
      "^src/operation/",
      "^src/session/"
    ),
    apart(
      "core",
      "The core runs anywhere.",
      "^src/(index|services|operations|installers)",
      "^src/(node|s3|redis|repository|sandbox|testing)/"
    ),
    apart("sandbox-alone", "The sandbox and the client are each other's test.", "^src/sandbox/", "^src/(?!sandbox/)"),
    apart("client-alone", "The client and the sandbox are each other's test.", "^src/(?!sandbox/)", "^src/sandbox/")
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    includeOnly: "^src/"
  }
}
