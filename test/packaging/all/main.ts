// Every entry point, with every optional peer installed.
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import * as operations from "effect-iru/operations"
import { RedisBudget } from "effect-iru/redis"
import { Repository } from "effect-iru/repository"
import { S3Installers } from "effect-iru/s3"
import { Sandbox } from "effect-iru/sandbox"
import { Example } from "effect-iru/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const tenant = Iru.layerHttpClient(Sandbox.inTests).pipe(Layer.provideMerge(Sandbox.layerTest()))
const { count } = await CustomScripts.pipe(
  Effect.flatMap((scripts) => scripts.list()),
  Effect.provide(tenant),
  Effect.runPromise
)
console.log(
  `${count} scripts by ${operations.CustomScripts.stream.name}, ${typeof RedisBudget.layer}, ${typeof S3Installers.layer}, ${typeof Repository.plan}, ${Example.device().platform}`
)
