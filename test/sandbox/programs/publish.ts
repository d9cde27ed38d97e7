/**
 * A program in another container: publishes an installer, reads it back and prints its checksum.
 */
import { CustomApps } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import { readFileSync } from "node:fs"

Effect.gen(function* () {
  const apps = yield* CustomApps
  const { app } = yield* apps.publish({
    name: "Firefox",
    install_type: "package",
    install_enforcement: "install_once",
    installer: { path: "LICENSE", name: "Firefox.pkg" }
  })
  const folder = process.argv[2] ?? ""
  yield* apps.download(app.id, { to: `${folder}/Firefox.pkg` })
  const isSame = readFileSync(`${folder}/Firefox.pkg`).equals(readFileSync("LICENSE"))
  yield* Effect.sync(() => console.log(isSame ? `published ${app.sha256}` : "the bytes differ"))
}).pipe(
  // The sandbox is starting.
  Effect.retry({ schedule: Schedule.spaced("200 millis"), times: 100 }),
  Effect.provide(Iru.layerConfig()),
  Effect.runPromise
)
