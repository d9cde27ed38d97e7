/**
 * What the tests of the session use to wait, listen and record logs.
 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { createServer, type AddressInfo } from "node:net"

/** Waits, turn by turn of the event loop, until a condition holds; only the time limit of the test ends it earlier. */
export const eventually = (holds: () => boolean): Effect.Effect<void> =>
  Effect.async<void>((resume) => {
    const look = () => (holds() ? resume(Effect.void) : setImmediate(look))
    look()
  })

/** Waits long enough for a request that must not be sent to be sent by mistake. */
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
