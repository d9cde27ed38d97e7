/**
 * Observes transfers: a span for each transfer, a child span for each of its requests to storage, and a metric of the
 * transferred bytes. None of them contains an address.
 */
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import * as Tracer from "effect/Tracer"
import { observeTransfer } from "../../session/telemetry.js"
import type { InstallerTransfer, TransferOptions, TransferProgress } from "../../services/InstallerTransfer.js"
import type { Answer, Settings, Wire } from "./wire.js"

type Transfers = Pick<InstallerTransfer.Service, "download" | "stream" | "upload">

/** Transfers that are observed. Each transfer gets its own wire, which counts its requests. */
export const observed = (settings: Settings, make: (settings: Settings) => Transfers): Transfers => {
  /** The transfers and options for one call, and an effect that describes the transfer in its span at the end. */
  const watch = <O extends TransferOptions>(options: O) => {
    let attempts = 0
    let latest: TransferProgress | undefined
    let thrown: { readonly error: unknown } | undefined
    const wire = seen(settings.wire, () => (attempts += 1))
    return {
      transfers: make({ ...settings, wire }),
      options: {
        ...options,
        onProgress: (progress: TransferProgress) => {
          latest = progress
          if (thrown !== undefined) return
          try {
            options.onProgress?.(progress)
          } catch (error) {
            // `onProgress` is called from a connection's events, where a thrown error would end the process.
            thrown = { error }
          }
        }
      },
      /** Dies with the error that `onProgress` has thrown, if any. */
      check: Effect.suspend(() => (thrown === undefined ? Effect.void : Effect.die(thrown.error))),
      describe: (span: Tracer.Span) =>
        Effect.suspend(() => {
          span.attribute("iru.attempts", attempts)
          if (latest === undefined) return Effect.void
          span.attribute("iru.installer.name", latest.name)
          span.attribute("iru.installer.bytes", latest.bytes)
          if (latest.total !== undefined) span.attribute("iru.installer.size", latest.total)
          return observeTransfer(latest.phase === "uploading" ? "sent" : "received", latest.bytes)
        })
    }
  }
  type Watched<O extends TransferOptions> = ReturnType<typeof watch<O>>

  const inSpan = <O extends TransferOptions, A, E>(
    name: string,
    options: O,
    transfer: (watched: Watched<O>) => Effect.Effect<A, E>
  ): Effect.Effect<A, E> =>
    Effect.useSpan(name, untraced, (span) => {
      const watched = watch(options)
      return Effect.zipLeft(transfer(watched), watched.check).pipe(
        Effect.withParentSpan(span),
        Effect.ensuring(watched.describe(span))
      )
    })

  return {
    upload: (installer, options) =>
      inSpan("InstallerTransfer.upload", options, ({ options, transfers }) => transfers.upload(installer, options)),
    download: (source, target, options = {}) =>
      inSpan("InstallerTransfer.download", options, ({ options, transfers }) =>
        transfers.download(source, target, options)
      ),
    stream: (source, options = {}) =>
      Effect.makeSpanScoped("InstallerTransfer.stream", untraced).pipe(
        Effect.map((span) => {
          const watched = watch(options)
          return watched.transfers
            .stream(source, watched.options)
            .pipe(
              Stream.concat(Stream.drain(Stream.fromEffect(watched.check))),
              Stream.provideService(Tracer.ParentSpan, span),
              Stream.ensuring(watched.describe(span))
            )
        }),
        Stream.unwrapScoped
      )
  }
}

const untraced = { captureStackTrace: false } as const

/** A wire with a span for every request. The span ends when the head of the answer has arrived. */
const seen = (wire: Wire, begun: () => void): Wire => {
  const request = <E, R>(method: string, exchange: Effect.Effect<Answer, E, R>): Effect.Effect<Answer, E, R> =>
    Effect.flatMap(Effect.makeSpan(`${method} storage`, { ...untraced, kind: "client" }), (span) => {
      begun()
      span.attribute("http.request.method", method)
      return Effect.onExit(exchange, (exit) =>
        Effect.map(Effect.clock, (clock) => {
          if (Exit.isSuccess(exit)) span.attribute("http.response.status_code", exit.value.status)
          span.end(clock.unsafeCurrentTimeNanos(), Exit.asVoid(exit))
        })
      )
    })
  return {
    get: (url, headers, fail) => request("GET", wire.get(url, headers, fail)),
    post: (url, form, fail) => request("POST", wire.post(url, form, fail))
  }
}
