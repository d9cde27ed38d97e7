import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url))

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts", "examples/**/*.test.ts", "packages/*/test/**/*.test.ts"],
    testTimeout: 30_000,
    // A worker imports effect and the sources once, and not anew for each of its files. A file cleans up what it changes.
    isolate: false,
    // One worker a core: the default leaves a core to the main process, which only waits.
    maxWorkers: "100%",
    // Real sockets, stores and browsers on a busy machine: what fails once is tried again there, and shown as such.
    retry: process.env["CI"] === undefined ? 0 : 2,
    coverage: { include: ["src/**"], reporter: ["text", "html"] },
    globalSetup: ["test/support/radosgw.setup.ts", "packages/cli/test/support/bundle.setup.ts"]
  },
  resolve: {
    alias: [
      { find: /^effect-iru$/, replacement: source("index.ts") },
      {
        find: /^effect-iru\/(node|operations|repository|s3|redis|sandbox|testing)$/,
        replacement: source("$1/index.ts")
      }
    ]
  }
})
