import { effect } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { createHash } from "node:crypto"
import { request } from "node:http"
import { connect } from "node:net"
import { describe, expect } from "vitest"
import { Sandbox } from "../../src/sandbox/index.js"
import {
  at,
  call,
  formBytes,
  formType,
  listAt,
  type Part,
  type Place,
  presign,
  type Reply,
  reply,
  send,
  textAt,
  upload
} from "./support.js"

const sandbox = Effect.provide(Sandbox.layer())

/** What an S3 error says: its status, code and message. */
const refusal = ({ status, text }: Reply) => [
  status,
  /<Code>([^<]*)</.exec(text)?.[1],
  /<Message>([^<]*)</.exec(text)?.[1]
]

/** The parts of a good form, with some fields changed. */
const parts = (place: Place, changes: Readonly<Record<string, string>> = {}): ReadonlyArray<Part> => [
  ...place.fields.map(([name, value]): Part => [name, changes[name] ?? value]),
  ["file", "the installer", "MyApp.pkg"]
]

/** The address of an installer in storage. */
const fileUrl = (bytes: string) =>
  Effect.gen(function* () {
    const place = yield* presign()
    yield* upload(place, bytes)
    const created = yield* call("POST", "/api/v1/library/custom-apps", {
      json: { name: "x", file_key: place.key, install_type: "package", install_enforcement: "install_once" }
    })
    return textAt(created.json, "file_url")
  })

const get = (url: string, headers: Readonly<Record<string, string>> = {}, method = "GET") =>
  Effect.promise(async () => reply(await fetch(url, { method, headers })))

describe("a form", () => {
  effect("a valid one is a 204 with an ETag and a Location, and its file is served afterwards", () =>
    Effect.gen(function* () {
      const bytes = new Uint8Array(3_000_001).map((_, index) => (index * 7919) % 256)
      const place = yield* presign("Ünïcödé & more.pkg")
      const stored = yield* upload(place, bytes)
      expect([stored.status, stored.text]).toEqual([204, ""])
      expect(stored.headers.get("etag")).toMatch(/^"[0-9a-f]{32}"$/)
      expect(stored.headers.get("location")).toBe(
        `${place.url}${place.key.split("/").map(encodeURIComponent).join("/")}`
      )
      const created = yield* call("POST", "/api/v1/library/custom-apps", {
        json: { name: "x", file_key: place.key, install_type: "package", install_enforcement: "install_once" }
      })
      const sha256 = createHash("sha256").update(bytes).digest("hex")
      expect(created.json).toMatchObject({ sha256, file_size: bytes.length })
      const served = yield* Effect.promise(async () =>
        Buffer.from(await (await fetch(textAt(created.json, "file_url"))).arrayBuffer())
      )
      expect(createHash("sha256").update(served).digest("hex")).toBe(sha256)
    }).pipe(sandbox)
  )

  effect("bytes that look like the boundary belong to the file", () =>
    Effect.gen(function* () {
      const bytes = "\r\n--a-boundary-of-our\r\n--a-boundary-of-\r\n\r\n--\r\n-"
      const url = yield* fileUrl(bytes)
      expect((yield* get(url)).text).toBe(bytes)
    }).pipe(sandbox)
  )

  effect("fields after the file are ignored; a file without fields before it has no key", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      expect((yield* send(place.url, [...parts(place), ["x", "after"]])).status).toBe(204)
      const first = yield* send(place.url, [["file", "bytes", "x.pkg"], ...place.fields])
      expect(refusal(first)).toEqual([400, "InvalidArgument", expect.stringContaining("field named 'key'")])
      const halfway = place.fields.findIndex(([name]) => name === "policy")
      const moved = [...place.fields.slice(0, halfway), ["file", "x", "x.pkg"], ...place.fields.slice(halfway)] as const
      expect(refusal(yield* send(place.url, moved))).toEqual([403, "AccessDenied", "Access Denied"])
    }).pipe(sandbox)
  )

  effect("a signature, a policy or credentials that the store did not issue are refused", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      const field = (name: string) => place.fields.find(([key]) => key === name)?.[1] ?? ""
      const attempt = (changes: Readonly<Record<string, string>>) =>
        Effect.map(send(place.url, parts(place, changes)), refusal)
      expect(yield* attempt({ "x-amz-signature": "0".repeat(64) })).toEqual([
        403,
        "SignatureDoesNotMatch",
        expect.any(String)
      ])
      const later = Buffer.from(
        Buffer.from(field("policy"), "base64")
          .toString()
          .replace(/"expiration":"\d/, '"expiration":"9')
      ).toString("base64")
      expect(yield* attempt({ policy: later })).toEqual([403, "SignatureDoesNotMatch", expect.any(String)])
      expect(yield* attempt({ policy: "no policy" })).toEqual([
        400,
        "InvalidPolicyDocument",
        "Invalid Policy: Invalid JSON."
      ])
      expect(yield* attempt({ "x-amz-credential": field("x-amz-credential").replace(/^[^/]+/, "AKIANOBODY") })).toEqual(
        [403, "InvalidAccessKeyId", expect.any(String)]
      )
      expect(yield* attempt({ "x-amz-algorithm": "AWS4-HMAC-SHA1" })).toEqual([
        400,
        "InvalidArgument",
        expect.any(String)
      ])
      const unsigned = parts(place).filter(([name]) => name !== "x-amz-signature")
      expect(refusal(yield* send(place.url, unsigned))).toEqual([400, "InvalidArgument", expect.any(String)])
      expect((yield* upload(place, "after all that")).status).toBe(204)
    }).pipe(sandbox)
  )

  effect("every field must match the policy, and no other field is allowed", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      const wrongKey = yield* send(place.url, parts(place, { key: `${place.key}x` }))
      expect(refusal(wrongKey)).toEqual([
        403,
        "AccessDenied",
        `Invalid according to Policy: Policy Condition failed: ["eq","$key","${place.key}"]`
      ])
      const wrongToken = yield* send(place.url, parts(place, { "x-amz-security-token": "other" }))
      expect(refusal(wrongToken).slice(0, 2)).toEqual([403, "AccessDenied"])
      const extra = yield* send(place.url, [["source", "x"], ...parts(place)])
      expect(refusal(extra)).toEqual([403, "AccessDenied", "Invalid according to Policy: Extra input fields: source"])
    }).pipe(sandbox)
  )

  effect("the policy expires after 24 hours; the time is an option", () =>
    Effect.gen(function* () {
      const [early, late] = [yield* presign(), yield* presign()]
      yield* TestClock.adjust("86399 seconds")
      expect((yield* upload(early, "in time")).status).toBe(204)
      yield* TestClock.adjust("1 second")
      const expired = [403, "AccessDenied", "Invalid according to Policy: Policy expired."]
      expect(refusal(yield* upload(late, "too late"))).toEqual(expired)
    }).pipe(sandbox)
  )

  effect("a body without a known length is a 411", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      const answer = yield* Effect.async<readonly [number | undefined, string]>((resume) => {
        const { hostname, pathname, port } = new URL(place.url)
        const sent = request(
          { hostname, port, path: pathname, method: "POST", headers: { "content-type": formType } },
          (response) => {
            const chunks: Array<Buffer> = []
            response
              .on("data", (chunk: Buffer) => chunks.push(chunk))
              .on("end", () => resume(Effect.succeed([response.statusCode, Buffer.concat(chunks).toString()])))
          }
        )
        sent.write(formBytes(parts(place)))
        sent.end()
      })
      expect(answer).toEqual([411, expect.stringContaining("<Code>MissingContentLength</Code>")])
    }).pipe(sandbox)
  )

  effect("an empty file is too small; one above the limit is too large, before or while it comes", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      expect(refusal(yield* upload(place, "")).slice(0, 2)).toEqual([400, "EntityTooSmall"])
      expect(refusal(yield* upload(place, "x".repeat(1001))).slice(0, 2)).toEqual([400, "EntityTooLarge"])
      const large = yield* upload(place, "x".repeat(8 << 20))
      expect(refusal(large).slice(0, 2)).toEqual([400, "EntityTooLarge"])
      expect(large.text).toContain("<MaxSizeAllowed>1000</MaxSizeAllowed>")
      expect((yield* upload(place, "x".repeat(1000))).status).toBe(204)
    }).pipe(Effect.provide(Sandbox.layer({ largestInstaller: 1000 })))
  )

  effect("a caller that is refused early gets the reason, even if it asks to close the connection", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      const form = parts(place, { "x-amz-signature": "0".repeat(64) }).slice(0, -1)
      const body = formBytes([...form, ["file", "x".repeat(16 << 20), "x.pkg"]])
      const { hostname, pathname, port } = new URL(place.url)
      for (const connection of ["keep-alive", "close"]) {
        // A caller that sends all it has before it looks at the answer.
        const answer = yield* Effect.async<string>((resume) => {
          const socket = connect(Number(port), hostname)
          const chunks: Array<Buffer> = []
          const done = (text: string) => {
            socket.destroy()
            resume(Effect.succeed(text))
          }
          socket.on("error", ({ message }) => done(message))
          socket.write(
            `POST ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nConnection: ${connection}\r\n` +
              `Content-Type: ${formType}\r\nContent-Length: ${body.length}\r\n\r\n`
          )
          socket.on("data", (chunk: Buffer) => {
            chunks.push(chunk)
            const text = Buffer.concat(chunks).toString()
            if (text.endsWith("</Error>")) done(text)
          })
          socket.pause()
          socket.write(body, () => socket.resume())
        })
        expect(answer).toMatch(/^HTTP\/1\.1 403 [^]*<Code>SignatureDoesNotMatch</)
      }
    }).pipe(sandbox)
  )

  effect("an API token, another body and an incomplete form are refused", () =>
    Effect.gen(function* () {
      const place = yield* presign()
      const token = yield* send(place.url, parts(place), { authorization: "Bearer x" })
      expect(refusal(token)).toEqual([400, "InvalidArgument", "Unsupported Authorization Type"])
      const other = yield* send(place.url, parts(place), { "content-type": "application/json" })
      expect(refusal(other).slice(0, 2)).toEqual([412, "PreconditionFailed"])
      const half = yield* Effect.promise(async () =>
        reply(
          await fetch(place.url, {
            method: "POST",
            headers: { "content-type": formType },
            body: formBytes(parts(place)).slice(0, -30)
          })
        )
      )
      expect(refusal(half).slice(0, 2)).toEqual([400, "MalformedPOSTRequest"])
      const without = yield* send(place.url, place.fields)
      expect(refusal(without)).toEqual([400, "InvalidArgument", "POST requires exactly one file upload per request."])
      const long = yield* send(place.url, [["x-ignore-long", "x".repeat(21 * 1024)], ...parts(place)])
      expect(refusal(long).slice(0, 2)).toEqual([400, "MaxPostPreDataLengthExceeded"])
      const elsewhere = yield* send(new URL("/other/", place.url).href, parts(place))
      expect(refusal(elsewhere).slice(0, 2)).toEqual([404, "NoSuchBucket"])
    }).pipe(sandbox)
  )
})

describe("a file_url", () => {
  effect("it is valid for a while, and each answer of the API has a new one", () =>
    Effect.gen(function* () {
      const url = yield* fileUrl("0123456789")
      yield* TestClock.adjust("60 seconds")
      expect((yield* get(url)).text).toBe("0123456789")
      yield* TestClock.adjust("1 second")
      const expired = yield* get(url)
      expect(refusal(expired)).toEqual([403, "AccessDenied", "Request has expired"])
      expect(expired.headers.get("content-type")).toBe("application/xml")
      const listed = yield* call("GET", "/api/v1/library/custom-apps")
      const fresh = textAt(listAt(listed.json, "results")[0], "file_url")
      expect((yield* get(fresh)).text).toBe("0123456789")
    }).pipe(Effect.provide(Sandbox.layer({ fileUrlTtl: "1 minute" })))
  )

  effect("it is refused with added parameters or with a token", () =>
    Effect.gen(function* () {
      const url = yield* fileUrl("0123456789")
      const changed = (change: (url: URL) => void) => {
        const other = new URL(url)
        change(other)
        return Effect.map(get(other.href), refusal)
      }
      const mismatch = [403, "SignatureDoesNotMatch", expect.any(String)]
      expect(yield* changed((url) => url.searchParams.set("source", "x"))).toEqual(mismatch)
      expect(yield* changed((url) => url.searchParams.set("X-Amz-Expires", "9999"))).toEqual(mismatch)
      expect(yield* changed((url) => (url.pathname += "x"))).toEqual(mismatch)
      expect(yield* changed((url) => (url.search = ""))).toEqual([403, "AccessDenied", "Access Denied"])
      expect(yield* changed((url) => url.searchParams.delete("X-Amz-Date"))).toEqual([
        400,
        "AuthorizationQueryParametersError",
        expect.any(String)
      ])
      const token = yield* get(url, { authorization: "Bearer x" })
      expect(refusal(token).slice(0, 2)).toEqual([400, "InvalidArgument"])
    }).pipe(sandbox)
  )

  effect("a range is a 206 with its position; one after the end is a 416; several or invalid ones are ignored", () =>
    Effect.gen(function* () {
      const url = yield* fileUrl("0123456789")
      const range = (range: string) =>
        Effect.map(get(url, { range }), ({ headers, status, text }) => [status, text, headers.get("content-range")])
      expect(yield* range("bytes=2-4")).toEqual([206, "234", "bytes 2-4/10"])
      expect(yield* range("bytes=7-")).toEqual([206, "789", "bytes 7-9/10"])
      expect(yield* range("bytes=-3")).toEqual([206, "789", "bytes 7-9/10"])
      expect(yield* range("bytes=8-99")).toEqual([206, "89", "bytes 8-9/10"])
      expect(yield* range("bytes=-99")).toEqual([206, "0123456789", "bytes 0-9/10"])
      for (const ignored of ["bytes=0-1,3-4", "lines=1-2", "bytes=4-2", "bytes=-"]) {
        expect(yield* range(ignored)).toEqual([200, "0123456789", null])
      }
      const beyond = yield* get(url, { range: "bytes=10-" })
      expect(refusal(beyond)).toEqual([416, "InvalidRange", "The requested range is not satisfiable"])
      expect(beyond.headers.get("content-range")).toBe("bytes */10")
    }).pipe(sandbox)
  )

  effect("conditions: If-Match, If-None-Match, If-Range and the times", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(Date.UTC(2026, 0, 2, 3, 4, 5, 678))
      const url = yield* fileUrl("0123456789")
      const whole = yield* get(url)
      const etag = whole.headers.get("etag") ?? ""
      const modified = whole.headers.get("last-modified") ?? ""
      expect(modified).toBe("Fri, 02 Jan 2026 03:04:05 GMT")
      expect(whole.headers.get("accept-ranges")).toBe("bytes")
      const status = (headers: Readonly<Record<string, string>>) =>
        Effect.map(get(url, headers), ({ status }) => status)
      const range = "bytes=5-"
      const other = '"other"'
      expect(yield* status({ "if-match": etag, range })).toBe(206)
      expect(refusal(yield* get(url, { "if-match": other, range })).slice(0, 2)).toEqual([412, "PreconditionFailed"])
      expect(yield* status({ "if-none-match": etag })).toBe(304)
      expect(yield* status({ "if-none-match": other })).toBe(200)
      expect(yield* status({ "if-range": etag, range })).toBe(206)
      expect(yield* status({ "if-range": other, range })).toBe(200)
      expect(yield* status({ "if-range": modified, range })).toBe(206)
      expect(yield* status({ "if-modified-since": modified })).toBe(304)
      expect(yield* status({ "if-unmodified-since": "Thu, 01 Jan 2026 00:00:00 GMT" })).toBe(412)
    }).pipe(sandbox)
  )

  effect("HEAD returns the headers and no body", () =>
    Effect.gen(function* () {
      const url = yield* fileUrl("0123456789")
      const head = yield* get(url, {}, "HEAD")
      expect([head.status, head.text, head.headers.get("content-length")]).toEqual([200, "", "10"])
      const part = yield* get(url, { range: "bytes=0-3" }, "HEAD")
      expect([part.status, part.headers.get("content-length")]).toEqual([206, "4"])
    }).pipe(sandbox)
  )

  effect("a file that was never uploaded, or belonged to a deleted app, is not found", () =>
    Effect.gen(function* () {
      const { key } = yield* presign()
      const created = yield* call("POST", "/api/v1/library/custom-apps", {
        json: { name: "x", file_key: key, install_type: "package", install_enforcement: "install_once" }
      })
      expect(refusal(yield* get(textAt(created.json, "file_url"))).slice(0, 2)).toEqual([404, "NoSuchKey"])

      const url = yield* fileUrl("0123456789")
      const listed = yield* call("GET", "/api/v1/library/custom-apps")
      for (const app of listAt(listed.json, "results")) {
        yield* call("DELETE", `/api/v1/library/custom-apps/${textAt(app, "id")}`)
      }
      expect(refusal(yield* get(url)).slice(0, 2)).toEqual([404, "NoSuchKey"])
      expect(at((yield* call("GET", "/api/v1/library/custom-apps")).json, "count")).toBe(0)
    }).pipe(sandbox)
  )
})
