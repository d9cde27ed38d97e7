/**
 * The shorter way through undici is in use, and belongs to the very client that it was made with.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import { scoped } from "@effect/vitest"
import { NodeTransport } from "effect-iru/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { expect } from "vitest"
import { ShortWire } from "../../src/session/wire.js"

scoped("connections on Node come with a shorter way for their own client", () =>
  Effect.gen(function* () {
    const [first, second] = [yield* Layer.build(NodeTransport.layer()), yield* Layer.build(NodeTransport.layer())]
    const short = Context.getOption(first, ShortWire)
    expect(short).toMatchObject({ _tag: "Some" })
    const http = Context.get(first, HttpClient.HttpClient)
    expect(short._tag === "Some" && short.value.http === http).toBe(true)
    expect(http).not.toBe(Context.get(second, HttpClient.HttpClient))
  })
)
