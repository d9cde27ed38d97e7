/**
 * A collector for those who have none: it prints the names of the spans and metrics that it is sent.
 */
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Console, Effect, Schema } from "effect"
import { createServer } from "node:http"

const Named = Schema.Array(Schema.Struct({ name: Schema.String }))

const Traces = Schema.Struct({
  resourceSpans: Schema.Array(Schema.Struct({ scopeSpans: Schema.Array(Schema.Struct({ spans: Named })) }))
})

const Metrics = Schema.Struct({
  resourceMetrics: Schema.Array(Schema.Struct({ scopeMetrics: Schema.Array(Schema.Struct({ metrics: Named })) }))
})

const print = (kind: string, named: ReadonlyArray<{ readonly name: string }>) =>
  Effect.forEach([...new Set(named.map(({ name }) => name))].sort(), (name) => Console.log(`${kind} ${name}`), {
    discard: true
  })

const router = HttpRouter.empty.pipe(
  HttpRouter.post(
    "/v1/traces",
    Effect.flatMap(HttpServerRequest.schemaBodyJson(Traces), ({ resourceSpans }) =>
      print("span  ", resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)))
    ).pipe(Effect.zipRight(HttpServerResponse.json({})))
  ),
  HttpRouter.post(
    "/v1/metrics",
    Effect.flatMap(HttpServerRequest.schemaBodyJson(Metrics), ({ resourceMetrics }) =>
      print("metric", resourceMetrics.flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics)))
    ).pipe(Effect.zipRight(HttpServerResponse.json({})))
  ),
  HttpRouter.post("/v1/logs", HttpServerResponse.json({}))
)

/** Its address. It lasts as long as the scope. */
export const collector = Effect.gen(function* () {
  const server = yield* NodeHttpServer.make(createServer, { port: 0, host: "127.0.0.1" })
  yield* server.serve(router)
  return server.address._tag === "TcpAddress" ? `http://127.0.0.1:${server.address.port}` : ""
})
