/**
 * The spans of transfers.
 */
import { scopedLive } from "@effect/vitest"
import { CustomApps } from "effect-iru"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { join } from "node:path"
import { expect } from "vitest"
import { Sandbox } from "effect-iru/sandbox"
import { temporaryFolder } from "../../support/files.js"
import { onSandbox } from "../../support/sandbox.js"
import { type Recorded, recording } from "../../support/tracer.js"
import { bytesOf } from "./support.js"

const installer = { bytes: bytesOf(3_000_000), name: "Firefox.pkg" }
const firefox = { name: "Firefox", install_type: "package", install_enforcement: "install_once", installer } as const

/** The spans that a program makes. */
const spansOf = <A, E, R>(program: Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const spans: Array<Recorded> = []
    return Effect.as(Effect.withTracer(program, recording(spans)), spans)
  })

const shapeOf = (spans: ReadonlyArray<Recorded>) => spans.map(({ name, parent }) => `${parent ?? ""} > ${name}`)

const facts = (attempts: number) => ({
  "iru.attempts": attempts,
  "iru.installer.name": "Firefox.pkg",
  "iru.installer.bytes": 3_000_000,
  "iru.installer.size": 3_000_000
})

scopedLive("publish has one span, with its calls and its upload below it, and the upload's requests below that", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    yield* Sandbox.fault({ target: "storage", method: "POST", times: 1, respond: { status: 503 } })
    const spans = yield* spansOf(apps.publish(firefox))
    const shape = shapeOf(spans)
    expect(shape[0]).toBe(" > CustomApps.publish")
    expect(shape).toContain("CustomApps.publish > InstallerTransfer.upload")
    const requests = spans.filter(({ parent }) => parent === "InstallerTransfer.upload")
    expect(requests.filter(({ name }) => name === "POST storage").map(({ attributes }) => attributes)).toEqual(
      [503, 204].map((status) => ({ "http.request.method": "POST", "http.response.status_code": status }))
    )
    expect(spans.find(({ name }) => name === "InstallerTransfer.upload")?.attributes).toEqual(facts(2))
    expect(JSON.stringify(spans)).not.toMatch(/signature|x-amz|policy"/i)
  }).pipe(onSandbox())
)

scopedLive("a download and a stream have one span each, with their requests below it; no span has an address", () =>
  Effect.gen(function* () {
    const apps = yield* CustomApps
    const { id } = yield* apps.create(firefox)
    const to = join(yield* temporaryFolder, "a.pkg")
    yield* Sandbox.fault({ target: "storage", method: "GET", times: 1, respond: { status: 503 } })
    const spans = yield* spansOf(apps.download(id, { to }))
    expect(shapeOf(spans)).toEqual(
      expect.arrayContaining([
        " > CustomApps.download",
        "CustomApps.download > InstallerTransfer.download",
        "InstallerTransfer.download > GET storage"
      ])
    )
    expect(spans.find(({ name }) => name === "InstallerTransfer.download")?.attributes).toEqual(facts(2))

    const streamed = yield* spansOf(Stream.runDrain(apps.installer(id)))
    expect(shapeOf(streamed)).toContain("InstallerTransfer.stream > GET storage")
    expect(streamed.find(({ name }) => name === "InstallerTransfer.stream")?.attributes).toEqual(facts(1))
    expect(JSON.stringify([spans, streamed])).not.toMatch(/signature|x-amz|http:/i)
  }).pipe(onSandbox())
)
