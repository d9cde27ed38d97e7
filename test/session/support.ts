/**
 * What the tests of the session wait with, and what they listen with.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { createServer, type AddressInfo } from "node:net"

/** Turns of the event loop until something holds; the test's own time limit is the only limit. */
export const eventually = (holds: () => boolean): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    const look = () => (holds() ? resume(Effect.void) : setImmediate(look))
    look()
  })

/** Time for a request that ought not to be sent to be sent after all. */
export const aMoment: Effect.Effect<void> = Effect.async<void>((resume) => {
  setTimeout(() => resume(Effect.void), 50)
})

/** A port on which nobody listens. */
export const freePort: Effect.Effect<number> = Effect.async((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as AddressInfo
    server.close(() => resume(Effect.succeed(port)))
  })
})

/** Everything that is logged, at every level, as text. */
export const recordingLogs = (lines: Array<string>): Layer.Layer<never> =>
  Layer.merge(
    Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ logLevel, message }) => {
        lines.push(`${logLevel.label} ${Array.isArray(message) ? message.join(" ") : String(message)}`)
      })
    ),
    Logger.minimumLogLevel(LogLevel.All)
  )
