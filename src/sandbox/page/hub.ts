/**
 * Events for all open pages. Each event is written once into a shared buffer, from which each page reads at its own pace. A
 * page that falls behind by more than the buffer is disconnected. Its browser connects again by itself.
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as FiberId from "effect/FiberId"
import * as Option from "effect/Option"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"

/** The events for one page. */
export interface Reading {
  readonly chunks: AsyncIterable<Uint8Array>
  /** Aborted when the page has fallen behind. */
  readonly cut: AbortSignal
}

/** The source of events for pages. */
export interface Hub {
  readonly open: Effect.Effect<Reading>
}

interface Reader {
  /** The number of the next chunk. */
  next: number
  readonly controller: AbortController
}

const encoder = new TextEncoder()

/**
 * The source runs while at least one page listens. Each page gets `first` before the events of the source. `capacity` is in
 * bytes.
 */
export const makeHub = ({
  capacity = 4 * 1024 * 1024,
  first,
  source
}: {
  readonly source: Stream.Stream<string>
  readonly first: Effect.Effect<string>
  readonly capacity?: number
}): Hub => {
  const readers = new Set<Reader>()
  let chunks: Array<Uint8Array> = []
  /** The number of the first chunk in the buffer. */
  let oldest = 0
  let size = 0
  let news = Deferred.unsafeMake<void>(FiberId.none)
  let running: Fiber.RuntimeFiber<void> | undefined

  const push = (text: string): Effect.Effect<void> =>
    Effect.suspend(() => {
      const chunk = encoder.encode(text)
      chunks.push(chunk)
      size += chunk.length
      while (size > capacity && chunks.length > 1) {
        size -= chunks.shift()?.length ?? 0
        oldest += 1
      }
      for (const { controller, next } of readers) if (next < oldest) controller.abort()
      const before = news
      news = Deferred.unsafeMake<void>(FiberId.none)
      return Deferred.succeed(before, undefined)
    })

  const join = (reader: Reader): Effect.Effect<void> =>
    Effect.map(Effect.runtime(), (runtime) => {
      readers.add(reader)
      reader.next = oldest + chunks.length
      // This runs without interruption, and a forked fiber would inherit that.
      running ??= Runtime.runFork(runtime)(Effect.interruptible(Stream.runForEach(source, push)))
    })

  const leave = (reader: Reader): Effect.Effect<void> =>
    Effect.suspend(() => {
      readers.delete(reader)
      const stopped = running
      if (readers.size > 0 || stopped === undefined) return Effect.void
      running = undefined
      oldest += chunks.length
      chunks = []
      size = 0
      return Effect.asVoid(Fiber.interrupt(stopped))
    })

  const take = (reader: Reader): Effect.Effect<Uint8Array, Option.Option<never>> =>
    Effect.suspend(() => {
      if (reader.next < oldest) return Effect.fail(Option.none())
      const chunk = chunks[reader.next - oldest]
      if (chunk === undefined) return Effect.zipRight(Deferred.await(news), take(reader))
      reader.next += 1
      return Effect.succeed(chunk)
    })

  return {
    open: Effect.gen(function* () {
      const reader: Reader = { next: 0, controller: new AbortController() }
      const stream = Stream.unwrapScoped(
        Effect.as(
          Effect.acquireRelease(join(reader), () => leave(reader)),
          Stream.concat(Stream.encodeText(Stream.fromEffect(first)), Stream.repeatEffectOption(take(reader)))
        )
      )
      return { chunks: yield* Stream.toAsyncIterableEffect(stream), cut: reader.controller.signal }
    })
  }
}
