/**
 * A caller that knows nothing of the library: `fetch`, and forms put together by hand.
 */
import * as Effect from "effect/Effect"
import { Sandbox } from "../../src/sandbox/index.js"

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The body when it is JSON, `undefined` when it is not. */
  readonly json: unknown
}

export interface CallOptions {
  readonly json?: unknown
  readonly form?: Readonly<Record<string, string>>
  readonly multipart?: FormData
  readonly headers?: Readonly<Record<string, string>>
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

export const reply = async (response: Response): Promise<Reply> => {
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parse(text) }
}

/** A request to the API, with the token unless `authorization` is given. `path` may be a whole address. */
export const call = (
  method: string,
  path: string,
  { form, headers = {}, json, multipart }: CallOptions = {}
): Effect.Effect<Reply, never, Sandbox> =>
  Effect.flatMap(Sandbox, ({ apiToken, tenantUrl }) =>
    Effect.promise(async () => {
      const body =
        json !== undefined ? JSON.stringify(json) : form !== undefined ? new URLSearchParams(form) : multipart
      const init = {
        method,
        headers: {
          authorization: `Bearer ${apiToken}`,
          ...(json === undefined ? {} : { "content-type": "application/json" }),
          ...headers
        },
        ...(body === undefined ? {} : { body })
      }
      return reply(await fetch(new URL(path, tenantUrl), init))
    })
  )

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null

/** The value at a path of keys. */
export const at = (value: unknown, ...keys: ReadonlyArray<string | number>): unknown =>
  keys.reduce((inner, key) => (isRecord(inner) ? inner[key] : undefined), value)

/** The text at a path of keys; fails the test where there is none. */
export const textAt = (value: unknown, ...keys: ReadonlyArray<string | number>): string => {
  const found = at(value, ...keys)
  if (typeof found !== "string") throw new Error(`No text at ${keys.join(".")} of ${JSON.stringify(value)}`)
  return found
}

/** The list at a path of keys. */
export const listAt = (value: unknown, ...keys: ReadonlyArray<string | number>): ReadonlyArray<unknown> => {
  const found = at(value, ...keys)
  if (!Array.isArray(found)) throw new Error(`No list at ${keys.join(".")} of ${JSON.stringify(value)}`)
  return found
}

/** The keys of an object. */
export const keysOf = (value: unknown): ReadonlyArray<string> => (isRecord(value) ? Object.keys(value) : [])

export type Part = readonly [name: string, value: string | Uint8Array, filename?: string]

/** A form as bytes, its parts in the order given. */
export const formBytes = (parts: ReadonlyArray<Part>, boundary = "a-boundary-of-ours"): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(
    Buffer.concat([
      ...parts.flatMap(([name, value, filename]) => [
        Buffer.from(
          `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${
            filename === undefined ? "" : `; filename="${filename}"\r\nContent-Type: application/octet-stream`
          }\r\n\r\n`
        ),
        Buffer.from(value),
        Buffer.from("\r\n")
      ]),
      Buffer.from(`--${boundary}--\r\n`)
    ])
  )

export const formType = "multipart/form-data; boundary=a-boundary-of-ours"

/** A place in storage. */
export interface Place {
  readonly url: string
  readonly key: string
  readonly fields: ReadonlyArray<readonly [string, string]>
  readonly reply: Reply
}

/** Asks for a place for an installer. */
export const presign = (name = "MyApp.pkg"): Effect.Effect<Place, never, Sandbox> =>
  Effect.map(call("POST", "/api/v1/library/custom-apps/upload", { json: { name } }), (reply) => {
    const data = at(reply.json, "post_data")
    return {
      url: textAt(reply.json, "post_url"),
      key: textAt(reply.json, "file_key"),
      fields: keysOf(data).map((name) => [name, textAt(data, name)]),
      reply
    }
  })

/** Sends a form to storage. */
export const send = (
  url: string,
  parts: ReadonlyArray<Part>,
  headers: Readonly<Record<string, string>> = {}
): Effect.Effect<Reply> =>
  Effect.promise(async () =>
    reply(
      await fetch(url, { method: "POST", headers: { "content-type": formType, ...headers }, body: formBytes(parts) })
    )
  )

/** Puts bytes at a place, as the service wants it. */
export const upload = (place: Place, bytes: string | Uint8Array): Effect.Effect<Reply> =>
  send(place.url, [...place.fields, ["file", bytes, "MyApp.pkg"]])

/** Presign and upload; gives the key. */
export const uploaded = (bytes: string | Uint8Array = "the installer"): Effect.Effect<string, never, Sandbox> =>
  Effect.gen(function* () {
    const place = yield* presign()
    yield* upload(place, bytes)
    return place.key
  })

/** Turns of the event loop until something holds; the test's own time limit is the only limit. */
export const eventually = <R>(condition: Effect.Effect<boolean, never, R>): Effect.Effect<void, never, R> =>
  condition.pipe(
    Effect.zipLeft(Effect.async<void>((resume) => void setImmediate(() => resume(Effect.void)))),
    Effect.repeat({ until: (holds) => holds }),
    Effect.asVoid
  )

/** The id of the Self Service category Utilities. */
export const utilities: Effect.Effect<string, never, Sandbox> = Effect.map(
  call("GET", "/api/v1/self-service/categories"),
  ({ json }) =>
    textAt(
      listAt(json).find((category) => at(category, "name") === "Utilities"),
      "id"
    )
)

export const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
export const micros = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/
export const nowhere = "00000000-0000-4000-8000-000000000000"
