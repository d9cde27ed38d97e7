/**
 * The entry points that package.json names: `{ name: "node", source: "src/node/index.ts", types: "./dist/…" }`.
 * The first one is `index`, which is `effect-iru` itself.
 */
import { readFileSync } from "node:fs"

const { exports } = JSON.parse(readFileSync("package.json", "utf8"))

export const entryPoints = Object.entries(exports).flatMap(([path, { types }]) =>
  types === undefined
    ? []
    : [
        {
          name: path === "." ? "index" : path.slice(2),
          types,
          source: types.replace("./dist/", "src/").replace(/\.d\.ts$/, ".ts")
        }
      ]
)
