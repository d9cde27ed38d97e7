import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Console, Effect, Schema } from "effect"
import { ApiClient, Operation } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as operations from "effect-iru/operations"

// An endpoint that the library does not know.
const rename = Operation.make({
  name: "Shelves.rename",
  method: "PATCH",
  path: "/api/v1/shelves/{shelf_id}",
  json: Schema.Struct({ name: Schema.String }),
  kind: "write"
})

const program = Effect.gen(function* () {
  const client = yield* ApiClient
  // The id of the path, then the body. No tenant has this endpoint.
  const error = yield* Effect.flip(client.call(rename)("7", { name: "Loaners" }))
  yield* Console.log(`${error.operation}: ${error.reason}`) // Shelves.rename: NotFound

  const { count } = yield* client.listing(operations.Blueprints.stream).list({ name: "Standard" })
  yield* Console.log(`${count} Blueprints whose name has "Standard" in it`)

  const all = Object.values(operations).flatMap((group): ReadonlyArray<Operation.Any> => Object.values(group))
  yield* Console.log(`${all.filter(({ kind }) => kind === "destructive").length} operations cannot be taken back`)
})

program.pipe(Effect.provide(Iru.layerConfig()), NodeRuntime.runMain)
