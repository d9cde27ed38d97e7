/**
 * Connections to Redis. The `ioredis` client prints failed connections to the console. To avoid that, the client is
 * created only after Redis has accepted a connection, and its sockets close without an error. Pending commands then
 * fail.
 */
import * as Effect from "effect/Effect"
import { AbstractConnector, type RedisOptions } from "ioredis"
import { connect, type Socket } from "node:net"
import { connect as connectTls } from "node:tls"

const connectTo = ({ family, host = "127.0.0.1", path, port = 6379, tls }: RedisOptions): Socket => {
  const place = path === undefined ? { host, port, ...(family === undefined ? {} : { family }) } : { path }
  return tls === undefined ? connect(place) : connectTls({ ...place, ...tls })
}

/**
 * Checks that Redis answers and accepts the password. Fails with the message of Redis. With sentinels, nothing is
 * checked.
 */
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

/** The options with which `ioredis` uses sockets that close without an error. */
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
            // The parser of `ioredis` throws for arrays that are too deep or too long, which would end the process.
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
