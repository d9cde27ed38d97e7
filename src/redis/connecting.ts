/**
 * Connections to a Redis. Its client, as the store makes it, prints each one that fails on the console. So it is made
 * only where a Redis lets it in, and over connections that just end when they fail: what is asked over one fails then.
 */
import * as Effect from "effect/Effect"
import { AbstractConnector, type RedisOptions } from "ioredis"
import { connect, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"

const connectTo = ({ family, host = "127.0.0.1", path, port = 6379, tls }: RedisOptions): Socket => {
  const place = path === undefined ? { host, port, ...(family === undefined ? {} : { family }) } : { path }
  return tls === undefined ? connect(place) : connectTls({ ...place, ...tls })
}

/** Asks whether a Redis is there and lets us in. Fails with what it says. Sentinels are left to the client. */
export const knock = (options: RedisOptions): Effect.Effect<void, string> =>
  options.sentinels !== undefined
    ? Effect.void
    : Effect.async<void, string>((resume) => {
        const { password, username } = options
        const questions = [["PING"]]
        if (password) questions.unshift(username ? ["AUTH", username, password] : ["AUTH", password])
        let said = ""
        const socket = connectTo(options)
        const end = (answer: Effect.Effect<void, string>): void => {
          resume(answer)
          socket.destroy()
        }
        socket.setEncoding("utf8").on("data", (text) => {
          said += String(text)
          const lines = said.split("\r\n").slice(0, -1)
          const refusal = lines.find((line) => line.startsWith("-"))
          if (refusal !== undefined) end(Effect.fail(refusal.slice(1)))
          else if (lines.length >= questions.length) end(Effect.void)
        })
        socket.on("error", () => end(Effect.fail("no connection")))
        socket.on("close", () => end(Effect.fail("no connection")))
        socket.write(questions.map(written).join(""))
        return Effect.sync(() => socket.destroy())
      })

const written = (words: ReadonlyArray<string>): string =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`

/** How the client connects. */
export const quietly = (options: RedisOptions): RedisOptions =>
  options.sentinels !== undefined
    ? {}
    : {
        Connector: class extends AbstractConnector {
          constructor() {
            super(options.disconnectTimeout ?? 2_000)
          }
          connect() {
            const stream = connectTo(options)
            const destroy = stream._destroy.bind(stream)
            stream._destroy = (_, done) => destroy(null, done)
            const emit = stream.emit.bind(stream)
            // The client's parser throws at arrays that are too deep or too long, which would end the process.
            stream.emit = (event: string | symbol, ...values: ReadonlyArray<unknown>) => {
              try {
                return emit(event, ...values)
              } catch (error) {
                if (event !== "data") throw error
                stream.destroy()
                return true
              }
            }
            this.stream = stream
            return Promise.resolve(stream)
          }
        }
      }
