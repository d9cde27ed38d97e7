/**
 * A run that stops at any point, whatever it was about to write or to send, is continued by the next one.
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import { scopedLive } from "@effect/vitest"
import { CustomScripts } from "effect-iru"
import { Iru } from "effect-iru/node"
import { Sandbox } from "effect-iru/sandbox"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { join } from "node:path"
import { expect } from "vitest"
import { temporaryFolder } from "../support/files.js"
import { itemsOf, plan, pull, setText, sync, withFiles, write } from "./support.js"

/** How many runs are stopped. */
const stops = 50

/** Counts what a run does to files and to the tenant. From the operation `last` on, nothing happens any more. */
const makeEnd = (last: number) =>
  Effect.map(Deferred.make<void>(), (ended) => {
    let done = 0
    const stopped = Effect.zipRight(Deferred.succeed(ended, undefined), Effect.never)
    return {
      ended: Deferred.await(ended),
      /** `half` is what is left of the operation at which the run stops. */
      step: <A, E, R>(effect: Effect.Effect<A, E, R>, half: Effect.Effect<unknown, E, R> = Effect.void) =>
        Effect.suspend(() => {
          done++
          if (done < last) return effect
          return Effect.zipRight(done === last ? Effect.ignore(half) : Effect.void, stopped)
        })
    }
  })

/** Files whose last one is half written, and a tenant that does the last thing that it is asked for, without an answer. */
const ending = (last: number) =>
  Effect.gen(function* () {
    const { ended, step } = yield* makeEnd(last)
    const fs = yield* FileSystem.FileSystem
    const files: FileSystem.FileSystem = {
      ...fs,
      writeFile: (path, bytes, options) =>
        step(fs.writeFile(path, bytes, options), fs.writeFile(path, bytes.subarray(0, bytes.length / 2), options)),
      rename: (from, to) => step(fs.rename(from, to)),
      remove: (path, options) => step(fs.remove(path, options)),
      makeDirectory: (path, options) => step(fs.makeDirectory(path, options))
    }
    const client = yield* HttpClient.HttpClient
    const answers = HttpClient.transform(client, (effect, request) =>
      request.method === "GET" ? effect : step(effect, effect)
    )
    const session = Iru.layerHttpClient(Sandbox.inTests).pipe(
      Layer.provideMerge(Layer.succeed(HttpClient.HttpClient, answers))
    )
    return { ended, files, session }
  })

/** Plans and applies until the end comes, or all is done. Gives whether it was stopped. */
const runUntil = (root: string, last: number) =>
  Effect.gen(function* () {
    const { ended, files, session } = yield* ending(last)
    const run = sync(root, { direction: "both", limits: { updates: 1000 } }).pipe(
      Effect.provide(session),
      Effect.provideService(FileSystem.FileSystem, files)
    )
    const context = yield* Effect.context<FileSystem.FileSystem>()
    // It is left behind, as a process is that ends: to interrupt it would let it clean up.
    const done = new Promise<boolean>((resolve, reject) => {
      Effect.runPromise(Effect.provide(run, context)).then(() => resolve(false), reject)
    })
    return yield* Effect.raceFirst(
      Effect.promise(() => done),
      Effect.as(Effect.zipRight(ended, Effect.sleep("10 millis")), true)
    )
  })

scopedLive(
  `a run that is stopped at ${stops} points and repeated ends in the same state as one run`,
  () =>
    Effect.gen(function* () {
      yield* Sandbox.seed({ customScripts: 30 })
      const root = join(yield* temporaryFolder, "mdm")
      yield* pull(root, { infoFormat: "json" })
      const service = yield* CustomScripts
      let stopped = 0
      let runs = 0
      for (let round = 0; stopped < stops; round++) {
        const scripts = yield* itemsOf(root, "script")
        for (const script of scripts.slice(0, 4))
          setText(root, script, "script", (text) => `${text}\necho folder ${round}\n`)
        yield* Effect.forEach(scripts.slice(4, 8), ({ id, texts }) =>
          service.update(id, {
            script: `${texts["script"]}\necho tenant ${round}`,
            remediation_script: `#!/bin/sh\n: ${round}`
          })
        )
        write(root, {
          [`scripts/New ${round}/info.json`]: JSON.stringify({
            id: `0000-${round}`,
            name: `New ${round}`,
            restart: true
          }),
          [`scripts/New ${round}/audit.zsh`]: `#!/bin/zsh\necho ${round}\n`
        })
        yield* service.create({ name: `Made there ${round}`, script: "#!/bin/zsh\n:", execution_frequency: "once" })
        // From the first operation of a run to its last: each round stops at other points, until one is not stopped.
        for (let last = 1 + (round % 3); yield* runUntil(root, last); last += 3) {
          stopped++
          expect(++runs).toBeLessThan(400)
        }
        const end = yield* plan(root, { direction: "both" })
        expect(end.conflicts).toEqual([])
        expect(end.actions).toEqual([])
        const all = (yield* service.list()).results
        expect(all).toHaveLength(30 + 2 * (round + 1))
        expect(new Set(all.map(({ name }) => name)).size).toBe(all.length)
        expect(all.filter(({ script }) => script.endsWith(`echo folder ${round}`))).toHaveLength(4)
        const items = yield* itemsOf(root, "script")
        expect(items.map(({ id }) => id).sort()).toEqual(all.map(({ id }) => id).sort())
        expect(items.filter(({ texts }) => texts["script"]?.trimEnd().endsWith(`echo tenant ${round}`))).toHaveLength(4)
        expect(items.filter(({ texts }) => texts["remediation_script"] === `#!/bin/sh\n: ${round}`)).toHaveLength(4)
      }
    }).pipe(
      Effect.provide(Iru.layerHttpClient(Sandbox.inTests).pipe(Layer.provideMerge(Sandbox.layerTest()))),
      withFiles
    ),
  120_000
)
