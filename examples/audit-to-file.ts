/**
 * Writes the audit log to a file as it grows, until Ctrl-C. When it is started again it goes on after the last event.
 *
 *   FOLDER=. npx tsx audit-to-file.ts
 */
import { FileSystem } from "@effect/platform"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Chunk, Config, Console, DateTime, Effect, Layer, Schema, Stream } from "effect"
import { AuditEvents, AuditPosition } from "effect-iru"
import { Iru } from "effect-iru/node"

const program = Effect.gen(function* () {
  const [fs, events] = yield* Effect.all([FileSystem.FileSystem, AuditEvents])
  const folder = yield* Config.string("FOLDER")
  const [log, kept] = [`${folder}/audit.ndjson`, `${folder}/audit-position.json`]

  // The first run begins with the events of the last week, each later run after the position that was kept.
  const from = (yield* fs.exists(kept))
    ? yield* Effect.flatMap(fs.readFileString(kept), Schema.decode(Schema.parseJson(AuditPosition)))
    : DateTime.toDate(DateTime.subtract(yield* DateTime.now, { weeks: 1 }))

  yield* events.follow({ from, every: "30 seconds" }).pipe(
    Stream.groupedWithin(1_000, "1 second"),
    Stream.filter(Chunk.isNonEmpty),
    Stream.runForEach((batch) =>
      Effect.gen(function* () {
        const lines = Chunk.map(batch, ({ event }) => `${JSON.stringify(event)}\n`)
        yield* fs.writeFileString(log, Chunk.join(lines, ""), { flag: "a" })
        // A rename replaces the file at once: it never holds half a position.
        yield* fs.writeFileString(`${kept}.new`, JSON.stringify(Chunk.lastNonEmpty(batch).position))
        yield* fs.rename(`${kept}.new`, kept)
        yield* Console.log(`events written: ${Chunk.size(batch)}`)
      })
    )
  )
})

program.pipe(Effect.provide(Layer.merge(Iru.layerConfig(), NodeContext.layer)), NodeRuntime.runMain)
