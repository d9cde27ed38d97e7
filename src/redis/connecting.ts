/**
 * Connections to a Redis. Its client, as the store makes it, prints each connection that fails on the console. So it is
 * made only where a Redis listens, and over connections that just end when they fail: what is asked over one fails then.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { AbstractConnector, type RedisOptions } from "ioredis"
import { connect } from "node:net"
import { connect as connectTls } from "node:tls"

const placeOf = ({ family, host = "127.0.0.1", path, port = 6379 }: RedisOptions) =>
  path === undefined ? { host, port, ...(family === undefined ? {} : { family }) } : { path }

/** Whether a Redis listens. */
export const isReachable = (options: RedisOptions, timeout: Duration.DurationInput): Effect.Effect<boolean> =>
  options.sentinels !== undefined
    ? Effect.succeed(true)
    : Effect.async<boolean>((resume) => {
        const socket = connect(placeOf(options))
        socket.once("connect", () => {
          resume(Effect.succeed(true))
          socket.destroy()
        })
        socket.once("error", () => resume(Effect.succeed(false)))
        return Effect.sync(() => socket.destroy())
      }).pipe(Effect.timeoutTo({ duration: timeout, onSuccess: (listens) => listens, onTimeout: () => false }))

/** How the client connects. Sentinels, which name the Redis to connect to, are left to the client. */
export const quietly = (options: RedisOptions): RedisOptions =>
  options.sentinels !== undefined
    ? {}
    : {
        Connector: class extends AbstractConnector {
          constructor() {
            super(options.disconnectTimeout ?? 2_000)
          }
          connect() {
            const place = placeOf(options)
            const stream = options.tls === undefined ? connect(place) : connectTls({ ...place, ...options.tls })
            const destroy = stream._destroy.bind(stream)
            stream._destroy = (_, done) => destroy(null, done)
            this.stream = stream
            return Promise.resolve(stream)
          }
        }
      }
