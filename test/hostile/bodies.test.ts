/**
 * Answers with a body that is too large, cut off, framed or compressed wrongly, or not text: each is one failure.
 */
import { describe, live } from "@effect/vitest"
import { CustomScripts } from "effect-iru"
import * as Effect from "effect/Effect"
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib"
import { expect } from "vitest"
import { withTenant } from "../support/tenant.js"
import { expectNothingUnhandled, getOne, http, script, withRawTenant } from "./support.js"

expectNothingUnhandled()

const json = JSON.stringify(script("a", { script: "é".repeat(2000) }))
const ok = http([`content-length: ${Buffer.byteLength(json)}`], json)
const failure = Effect.flip(getOne())
const MiB = 1024 * 1024

/** Writes a piece again and again until the other side closes the connection. */
const endless = (socket: { write: (bytes: Uint8Array) => boolean; destroyed: boolean }, piece: Uint8Array): void => {
  const more = () => {
    if (socket.destroyed) return
    for (let turn = 0; turn < 16; turn++) socket.write(piece)
    setImmediate(more)
  }
  more()
}

describe("a body without an end", () => {
  live("in one stream is a Decode at the limit of the caller", () =>
    withRawTenant(
      (socket) => {
        socket.write(http(["content-type: application/json"]))
        endless(socket, Buffer.alloc(65_536, 32))
      },
      { maxAnswerSize: 2 * MiB }
    )(() =>
      Effect.map(failure, (error) => {
        expect(error.reason).toBe("Decode")
        expect(error.detail).toBe(`The answer is larger than ${2 * MiB} bytes.`)
      })
    )
  )

  live("in chunks is a Decode at the default of 64 MiB, and needs at most twice that much memory", () =>
    withRawTenant((socket) => {
      socket.write(http(["transfer-encoding: chunked"]))
      endless(socket, Buffer.concat([Buffer.from("100000\r\n"), Buffer.alloc(MiB, 32), Buffer.from("\r\n")]))
    })(() =>
      Effect.gen(function* () {
        const before = process.memoryUsage().rss
        const error = yield* failure
        expect(error.reason).toBe("Decode")
        expect(error.detail).toContain(`${64 * MiB} bytes`)
        expect(process.memoryUsage().rss - before).toBeLessThan(400 * MiB)
      })
    )
  )

  live("that announces 1 GiB is refused without reading it, and its connection is free again", () =>
    withRawTenant(
      (socket) => {
        socket.write(http([`content-length: ${1024 * MiB}`]))
        socket.write("[")
      },
      { connections: 2 }
    )(() =>
      Effect.gen(function* () {
        for (let time = 0; time < 6; time++) expect((yield* failure).reason).toBe("Decode")
      })
    )
  )

  live("of an error is read only in part, and the status decides the reason", () =>
    withRawTenant((socket) => {
      socket.write(http([], '{"detail": "', "503 Service Unavailable"))
      endless(socket, Buffer.alloc(65_536, 120))
    })(() =>
      Effect.map(failure, (error) => {
        expect(error.reason).toBe("Unavailable")
        expect(error.body?.length).toBeLessThanOrEqual(4096)
        expect(error.message.length).toBeLessThan(1000)
      })
    )
  )

  live("has a limit that the caller can set: an answer of exactly that size is read", () =>
    Effect.gen(function* () {
      const size = Buffer.byteLength(json)
      const answered = withRawTenant((socket) => void socket.write(ok), { maxAnswerSize: size })(() => getOne())
      const refused = withRawTenant((socket) => void socket.write(ok), { maxAnswerSize: size - 1 })(() => failure)
      expect((yield* answered).id).toBe("a")
      expect((yield* refused).reason).toBe("Decode")
    })
  )
})

describe("headers", () => {
  live("without an end are a Transport failure", () =>
    withRawTenant((socket) => {
      socket.write("HTTP/1.1 200 OK\r\n")
      endless(socket, Buffer.from(`x-filler: ${"y".repeat(1000)}\r\n`))
    })(() => Effect.map(failure, ({ reason }) => expect(reason).toBe("Transport")))
  )

  for (const [what, bytes] of [
    ["no HTTP", Buffer.from("220 mail.example.com ESMTP\r\n\r\n")],
    ["a switch to another protocol", Buffer.from("HTTP/1.1 101 Hello\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n")],
    ["provisional answers and no final one", Buffer.from("HTTP/1.1 100 Continue\r\n\r\n".repeat(1_000))],
    ["binary noise", Buffer.from([0, 255, 22, 3, 1, 13, 10, 13, 10])],
    ["a status that is not a number", Buffer.from("HTTP/1.1 OK fine\r\n\r\n")],
    ["two lengths that differ", http(["content-length: 5", "content-length: 7"], "12345")],
    ["a negative length", http(["content-length: -1"], "x")],
    ["both a length and chunks", http(["content-length: 5", "transfer-encoding: chunked"], "5\r\n12345\r\n0\r\n\r\n")],
    ["a chunk with an invalid size", http(["transfer-encoding: chunked"], "zz\r\nhello\r\n")]
  ] as const) {
    live(`in an answer with ${what} are a failure`, () =>
      withRawTenant((socket) => void socket.end(bytes))(() =>
        Effect.map(failure, ({ reason }) => expect(["Transport", "Decode"]).toContain(reason))
      )
    )
  }
})

describe("a body that is cut off", () => {
  for (const [what, headers] of [
    ["before the announced length", [`content-length: ${Buffer.byteLength(json) + 10}`]],
    ["within a chunk", ["transfer-encoding: chunked"]]
  ] as const) {
    live(`${what} is a Transport failure`, () =>
      withRawTenant((socket) => {
        const body = headers[0].startsWith("transfer") ? `ffff\r\n${json}` : json
        socket.end(http(headers, body))
      })(() => Effect.map(failure, ({ reason }) => expect(reason).toBe("Transport")))
    )
  }

  live("between chunks is a Transport failure, although what arrived is complete JSON", () =>
    withRawTenant((socket) => {
      const body = JSON.stringify(script("a"))
      socket.end(http(["transfer-encoding: chunked"], `${body.length.toString(16)}\r\n${body}\r\n`))
    })(() => Effect.map(failure, ({ reason }) => expect(reason).toBe("Transport")))
  )

  live("without a length and without chunks is incomplete JSON, and a Decode", () =>
    withRawTenant((socket) => void socket.end(http(["connection: close"], json.slice(0, -5))))(() =>
      Effect.map(failure, ({ reason }) => expect(reason).toBe("Decode"))
    )
  )

  live("is read again, completely", () => {
    let turn = 0
    return withRawTenant(
      (socket) => void (turn++ === 0 ? socket.end(ok.subarray(0, ok.length - 20)) : socket.write(ok)),
      { retry: { times: 1, base: "1 millis" } }
    )(() => Effect.map(getOne(), ({ id }) => expect(id).toBe("a")))
  })

  live("of a create is a Transport failure, and the create is not sent again", () =>
    withRawTenant((socket) => void socket.end(ok.subarray(0, ok.length - 20)), { retry: { times: 4 } })(
      ({ received }) =>
        Effect.gen(function* () {
          const scripts = yield* CustomScripts
          const error = yield* Effect.flip(scripts.create({ name: "x", script: "true", execution_frequency: "once" }))
          expect(error.reason).toBe("Transport")
          expect(received).toHaveLength(1)
        })
    )
  )

  live("of an error still gives the reason of the status", () =>
    withRawTenant((socket) => void socket.end(http(["content-length: 500"], '{"det', "404 Not Found")))(() =>
      Effect.map(failure, ({ reason }) => expect(reason).toBe("NotFound"))
    )
  )

  live("by a length that is too small gives one record, and the bytes after it belong to no other record", () =>
    withRawTenant((socket) => void socket.write(Buffer.concat([ok, Buffer.from('{"id": "b"}')])))(() =>
      Effect.gen(function* () {
        expect((yield* getOne()).id).toBe("a")
        const second = yield* Effect.either(getOne())
        if (second._tag === "Right") expect(second.right.id).toBe("a")
      })
    )
  )
})

describe("a compressed body", () => {
  const zipped = gzipSync(json)
  const sent = (encoding: string, body: Uint8Array, status?: string) =>
    withRawTenant((socket, head) => {
      expect(head.toLowerCase()).toContain("accept-encoding: gzip\r\n")
      socket.write(http([`content-length: ${body.length}`, `content-encoding: ${encoding}`], body, status))
    })

  live("in gzip, which the client asks for, is read", () =>
    sent("gzip", zipped)(() => Effect.map(getOne(), ({ script }) => expect(script).toBe("é".repeat(2000))))
  )

  live("of an error in gzip is read too", () =>
    sent(
      "gzip",
      gzipSync('{"detail": "No such thing."}'),
      "404 Not Found"
    )(() => Effect.map(failure, ({ detail }) => expect(detail).toBe("No such thing.")))
  )

  live("in many chunks is read", () =>
    withTenant((_, { response }) => {
      response.writeHead(200, { "content-encoding": "gzip" })
      for (const byte of zipped) response.write(Buffer.of(byte))
      response.end()
      return "handled"
    })(() => Effect.map(getOne(), ({ id }) => expect(id).toBe("a")))
  )

  live("that claims to be gzip and is plain JSON is read as JSON", () =>
    sent("gzip", Buffer.from(json))(() => Effect.map(getOne(), ({ id }) => expect(id).toBe("a")))
  )

  live("that is cut off within its gzip is a Decode", () =>
    sent(
      "gzip",
      zipped.subarray(0, zipped.length - 12)
    )(() =>
      Effect.map(failure, (error) => {
        expect(error.reason).toBe("Decode")
        expect(error.detail).toBe("The answer's gzip is broken.")
      })
    )
  )

  live("that starts as gzip and continues as noise is a Decode", () =>
    sent(
      "gzip",
      Buffer.concat([zipped.subarray(0, 40), Buffer.alloc(500, 170)])
    )(() => Effect.map(failure, ({ reason }) => expect(reason).toBe("Decode")))
  )

  live("with a wrong checksum is a Decode", () => {
    const wrong = Buffer.from(zipped)
    wrong.writeUInt32LE(1, wrong.length - 8)
    return sent("gzip", wrong)(() => Effect.map(failure, ({ reason }) => expect(reason).toBe("Decode")))
  })

  live("of a few kilobytes that would unpack to gigabytes is a Decode at the limit, which counts unpacked bytes", () =>
    withRawTenant(
      (socket) => {
        const bomb = gzipSync(Buffer.alloc(200 * MiB, 32))
        socket.write(http([`content-length: ${bomb.length}`, "content-encoding: gzip"], bomb))
      },
      { maxAnswerSize: MiB }
    )(() =>
      Effect.map(failure, (error) => {
        expect(error.reason).toBe("Decode")
        expect(error.detail).toBe(`The answer is larger than ${MiB} bytes.`)
      })
    )
  )

  live("that is compressed twice is unpacked once, and a Decode", () =>
    sent("gzip, gzip", gzipSync(zipped))(() => Effect.map(failure, ({ reason }) => expect(reason).toBe("Decode")))
  )

  for (const [encoding, body] of [
    ["br", brotliCompressSync(json)],
    ["deflate", deflateSync(json)]
  ] as const) {
    live(`in ${encoding}, which the client does not ask for, is a Decode that says so`, () =>
      sent(
        encoding,
        body
      )(() =>
        Effect.map(failure, (error) => {
          expect(error.reason).toBe("Decode")
          expect(error.detail).toContain("content encoding that was not asked for")
        })
      )
    )
  }
})
