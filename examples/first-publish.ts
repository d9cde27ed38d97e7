import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect } from "effect"
import { Blueprints, CustomApps } from "effect-iru"
import { Iru } from "effect-iru/node"

// npx tsx first-publish.ts Firefox.pkg
// Without an argument, the program uploads Node's own program file as Firefox.pkg, which is enough for a sandbox.
const path = process.argv[2] ?? process.execPath

const program = Effect.gen(function* () {
  const apps = yield* CustomApps
  const blueprints = yield* Blueprints

  const app = yield* apps.create({
    name: "Firefox",
    install_type: "package",
    install_enforcement: "install_once",
    installer: { path, name: "Firefox.pkg" }
  })
  yield* Console.log(`${app.name}: ${app.file_name}, ${app.file_size} bytes, sha256 ${app.sha256}`)

  // An app is installed on no device until it is assigned to a Blueprint. This new Blueprint has no devices.
  const blueprint = yield* blueprints.create({ name: "Laptops", enrollment_code: { is_active: false } })
  const { status } = yield* blueprints.assign(blueprint.id, { library_item_id: app.id })
  yield* Console.log(`${app.name} is ${status} to ${blueprint.name}`)
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
