import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Config, Console, Effect, LayerMap } from "effect"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"

/** A session for each customer: opened when it is needed, closed when nothing has used it for a minute. */
class Tenants extends LayerMap.Service<Tenants>()("app/Tenants", {
  lookup: (customer: string) =>
    Iru.layerConfig({ tenantUrl: Config.string(`${customer}_URL`), apiToken: Config.redacted(`${customer}_TOKEN`) }),
  idleTimeToLive: "1 minute"
}) {}

const countScripts = Effect.gen(function* () {
  const { count } = yield* (yield* CustomScripts).list()
  return count
})

const program = Effect.forEach(
  ["ACCUHIVE", "GLOBEX"],
  (customer) =>
    countScripts.pipe(
      Effect.provide(Tenants.get(customer)),
      Effect.flatMap((count) => Console.log(`${customer}: ${count} scripts`))
    ),
  { concurrency: 2 }
)

program.pipe(Effect.provide(Tenants.Default), NodeRuntime.runMain)
