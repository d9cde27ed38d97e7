/**
 * Whether a Redis listens. Its client reports a failed connection on the console, and nowhere else.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { RedisOptions } from "ioredis"
import { connect } from "node:net"

export const isReachable = (
  { host = "127.0.0.1", path, port = 6379, sentinels }: RedisOptions,
  timeout: Duration.DurationInput
): Effect.Effect<boolean> =>
  sentinels !== undefined
    ? Effect.succeed(true)
    : Effect.async<boolean>((resume) => {
        const socket = path === undefined ? connect(port, host) : connect(path)
        socket.once("connect", () => {
          resume(Effect.succeed(true))
          socket.destroy()
        })
        socket.once("error", () => resume(Effect.succeed(false)))
        return Effect.sync(() => socket.destroy())
      }).pipe(Effect.timeoutTo({ duration: timeout, onSuccess: (listens) => listens, onTimeout: () => false }))
