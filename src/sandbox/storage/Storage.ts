/**
 * An object store that behaves like S3 for presigned forms and presigned URLs. Objects are files in a folder.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { createHash, randomBytes, randomUUID } from "node:crypto"
import { lstat, rm, writeFile } from "node:fs/promises"
import { basename, join } from "node:path"
import { type Answer, empty, type Incoming } from "../gateway/exchange.js"
import { syncFolder } from "../tenant/folder.js"
import type { ObjectStore } from "../tenant/objects.js"
import { compact, fromCompact, seconds } from "../tenant/time.js"
import { judgeForm, presignedForm } from "./postPolicy.js"
import { conditional } from "./conditional.js"
import { receive } from "./receive.js"
import {
  accessDenied,
  amzHeaders,
  invalidArgument,
  noSuchKey,
  refusal,
  signatureDoesNotMatch,
  unknownAccessKey
} from "./refusal.js"
import type { StoredObject } from "./StoredObject.js"
import { algorithm, type Credentials, encodePath, presignGet, sameSignature, scopeOf, signRequest } from "./sigv4.js"

/** A presigned form for one upload. */
export interface Place {
  readonly url: string
  readonly fields: Readonly<Record<string, string>>
  /** Milliseconds. */
  readonly expires: number
}

/** The object store: operations for the tenant, and a handler for requests. */
export interface Storage {
  /** Creates a presigned form for a key. If it has an `id`, `reservation` finds it by that id. */
  readonly presignPost: (key: string, now: number, id?: string) => Effect.Effect<Place>
  readonly isReserved: ObjectStore["isReserved"]
  readonly reservation: ObjectStore["reservation"]
  readonly find: (key: string) => StoredObject | undefined
  /** The objects that were uploaded or put. */
  readonly entries: ObjectStore["entries"]
  /** A presigned URL for an object. It expires after `fileUrlTtl`. */
  readonly presignGet: (key: string, now: number) => Effect.Effect<string>
  /** How long a presigned URL is valid, in milliseconds. */
  readonly fileUrlTtl: number
  readonly remove: (key: string) => Effect.Effect<void>
  /** Stores bytes under a key directly, without a form. */
  readonly put: (key: string, bytes: Uint8Array) => Effect.Effect<void>
  readonly credentials: Credentials
  readonly bucket: string
  readonly handle: (incoming: Incoming) => Effect.Effect<Answer>
}

/** The options of a store. */
export interface StorageOptions {
  readonly credentials: Credentials
  readonly objects: ObjectStore
  /** The folder for its files. Nothing else is in it. */
  readonly folder: string
  /** Whether files must be flushed to disk before an upload counts as done. */
  readonly durable: boolean
  /** Resolves when all changes so far are saved. */
  readonly kept: Effect.Effect<void>
  /** Records that a file in the folder belongs to the sandbox, before it is created, or that it was removed. */
  readonly own: (name: string, isThere: boolean) => Effect.Effect<void>
  /** Whether an app uses the object with this key. */
  readonly isUsed: (key: string) => boolean
  /** The origin under which the caller reaches the store. */
  readonly origin: Effect.Effect<string>
  /** Milliseconds. */
  readonly uploadTtl: number
  /** Milliseconds. */
  readonly fileUrlTtl: number
  /** How long the service processes an upload before an app can be made of it. Milliseconds. */
  readonly processing: number
  /** Bytes. */
  readonly largestInstaller: number
}

const bucket = "iru-sandbox"

/** Creates a store for these objects. */
export const makeStorage = (options: StorageOptions): Storage => {
  const { credentials, objects, origin } = options

  /** Removes a file after it is saved that no object needs it. */
  const discard = (path: string): Effect.Effect<void> =>
    Effect.zipRight(
      options.kept,
      Effect.zipRight(
        Effect.promise(() => rm(path, { force: true })),
        options.own(basename(path), false)
      )
    )

  /** The path of a new file. */
  const newFile = Effect.suspend(() => {
    const name = randomUUID()
    return Effect.as(options.own(name, true), join(options.folder, name))
  })

  const remove: Storage["remove"] = (key) =>
    Effect.suspend(() => {
      const stored = objects.get(key)
      objects.delete(key)
      return stored?.source._tag === "File" ? discard(stored.source.path) : Effect.void
    })

  const store = (
    key: string,
    { path, sha256, size }: { readonly path: string; readonly sha256: string; readonly size: number },
    processing: number
  ): Effect.Effect<StoredObject> =>
    Effect.gen(function* () {
      const storedAt = yield* Clock.currentTimeMillis
      const stored: StoredObject = {
        source: { _tag: "File", path },
        size,
        sha256,
        // Not an MD5, which would double the time of an upload. S3 does not use MD5 either for objects encrypted with
        // KMS.
        etag: `"${sha256.slice(0, 32)}"`,
        versionId: randomBytes(24).toString("base64url"),
        storedAt,
        readyAt: storedAt + processing
      }
      const before = objects.get(key)
      if (options.durable) yield* Effect.promise(() => syncFolder(options.folder))
      objects.set(key, stored)
      if (before?.source._tag === "File") yield* discard(before.source.path)
      return stored
    })

  const put: Storage["put"] = (key, bytes) =>
    Effect.gen(function* () {
      const path = yield* newFile
      yield* Effect.promise(() => writeFile(path, bytes, { flush: options.durable }))
      const sha256 = createHash("sha256").update(bytes).digest("hex")
      yield* store(key, { path, size: bytes.length, sha256 }, 0)
    })

  const post = (incoming: Incoming): Effect.Effect<Answer> =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const { headers, url } = incoming
      const [parameter] = url.searchParams.keys()
      if (parameter !== undefined) {
        // AWS refuses a query string here. The text of the message is an assumption.
        return invalidArgument(
          parameter,
          url.searchParams.get(parameter) ?? "",
          "Query String Parameters are not supported for POST requests."
        )
      }
      if (!/^multipart\/form-data\s*;.*boundary=/i.test(headers["content-type"] ?? "")) {
        return refusal(412, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold", {
          Condition: "Bucket POST must be of the enclosure-type multipart/form-data"
        })
      }
      const length = Number(headers["content-length"])
      if (headers["transfer-encoding"] !== undefined || !Number.isSafeInteger(length)) {
        return refusal(411, "MissingContentLength", "You must provide the Content-Length HTTP header.")
      }

      const path = yield* newFile
      const judge = (fields: ReadonlyMap<string, string>, filename: string) =>
        judgeForm(credentials, bucket, fields, filename, now)
      const outcome = yield* Effect.tryPromise(() => receive(incoming, length, path, judge, options.durable)).pipe(
        Effect.orElseSucceed(() => ({
          refused: refusal(
            400,
            "IncompleteBody",
            "You did not provide the number of bytes specified by the Content-Length HTTP header"
          )
        }))
      )
      if ("refused" in outcome) {
        yield* options.own(basename(path), false)
        return outcome.refused
      }

      const { permit, sha256, size } = outcome.received
      const stored = yield* store(permit.key, { path, size, sha256 }, incoming.processing ?? options.processing)
      return empty(204, {
        ...amzHeaders(),
        etag: stored.etag,
        location: `${incoming.url.origin}/${bucket}/${encodePath(permit.key)}`,
        "x-amz-version-id": stored.versionId
      })
    }).pipe(Effect.uninterruptible)

  /** Why a presigned URL is refused; `undefined` if it is valid. A URL that was signed for GET also allows HEAD. */
  const checkAddress = (incoming: Incoming, path: string, now: number): Answer | undefined => {
    const { headers, url } = incoming
    const query = [...url.searchParams]
    const parameter = (name: string): string => url.searchParams.get(name) ?? ""
    const missing = [
      "X-Amz-Algorithm",
      "X-Amz-Credential",
      "X-Amz-Date",
      "X-Amz-Expires",
      "X-Amz-SignedHeaders",
      "X-Amz-Signature"
    ].filter((name) => !url.searchParams.has(name))
    if (missing.length === 6) return accessDenied("Access Denied")
    const malformed = (message: string) => refusal(400, "AuthorizationQueryParametersError", message)
    if (missing.length > 0) {
      return malformed(
        "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters."
      )
    }
    if (headers["authorization"] !== undefined) {
      return invalidArgument(
        "Authorization",
        "",
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or the Authorization header should be specified"
      )
    }
    if (parameter("X-Amz-Algorithm") !== algorithm) return malformed(`X-Amz-Algorithm only supports "${algorithm}"`)
    const date = parameter("X-Amz-Date")
    const signedAt = fromCompact(date)
    const lifetime = Number(parameter("X-Amz-Expires"))
    if (signedAt === undefined) return malformed("X-Amz-Date must be in the ISO8601 Long Format")
    if (!Number.isInteger(lifetime) || lifetime < 1 || lifetime > 604_800) {
      return malformed("X-Amz-Expires must be between 1 and 604800 seconds")
    }
    const [accessKey = "", ...scope] = parameter("X-Amz-Credential").split("/")
    if (accessKey !== credentials.accessKeyId) return unknownAccessKey(accessKey)
    if (scope.join("/") !== scopeOf(credentials, date)) {
      return malformed(`Error parsing the X-Amz-Credential parameter; expecting "${scopeOf(credentials, date)}".`)
    }
    const expires = signedAt + lifetime * 1000
    if (now > expires) {
      return accessDenied("Request has expired", {
        "X-Amz-Expires": lifetime,
        Expires: seconds(expires),
        ServerTime: seconds(now)
      })
    }
    const expected = signRequest(credentials, {
      method: incoming.method === "HEAD" ? "GET" : incoming.method,
      path,
      query: query.filter(([name]) => name !== "X-Amz-Signature"),
      headers: parameter("X-Amz-SignedHeaders")
        .split(";")
        .map((name) => [name, name === "host" ? url.host : (headers[name] ?? "")]),
      date
    })
    return sameSignature(parameter("X-Amz-Signature"), expected) ? undefined : signatureDoesNotMatch()
  }

  const get = (incoming: Incoming, path: string, key: string): Effect.Effect<Answer> =>
    Effect.gen(function* () {
      const problem = checkAddress(incoming, path, yield* Clock.currentTimeMillis)
      if (problem !== undefined) return problem
      const stored = objects.get(key)
      if (stored === undefined) return noSuchKey(key)
      if (yield* isIntact(stored)) return conditional(incoming.headers, stored)
      const note = "The file of this installer is missing from the sandbox's folder, or was changed."
      return { ...refusal(500, "InternalError", "We encountered an internal error. Please try again."), note }
    })

  const handle: Storage["handle"] = (incoming) =>
    Effect.suspend(() => {
      const path = pathOf(incoming.url)
      if (path === undefined) return Effect.succeed(refusal(400, "InvalidURI", "Couldn't parse the specified URI."))
      const [, name, ...rest] = path.split("/")
      const key = rest.join("/")
      if (name !== bucket) {
        return Effect.succeed(
          refusal(404, "NoSuchBucket", "The specified bucket does not exist", { BucketName: name ?? "" })
        )
      }
      const { method } = incoming
      if (method === "POST" && key === "") {
        return incoming.headers["authorization"] === undefined
          ? post(incoming)
          : Effect.succeed(invalidArgument("Authorization", "", "Unsupported Authorization Type"))
      }
      if ((method === "GET" || method === "HEAD") && key !== "") return get(incoming, path, key)
      return Effect.succeed(
        refusal(405, "MethodNotAllowed", "The specified method is not allowed against this resource.", {
          Method: method,
          ResourceType: key === "" ? "BUCKET" : "OBJECT"
        })
      )
    })

  return {
    presignPost: (key, now, id) =>
      Effect.gen(function* () {
        const origin = yield* options.origin
        const expires = now + options.uploadTtl
        // The reservation is kept for the same time again, so that an upload in progress can end and its status can be
        // read.
        const over = objects.reserve({ key, id, expires, forgotten: expires + options.uploadTtl }, now)
        for (const key of over) if (!options.isUsed(key)) yield* remove(key)
        const sizes = { least: 1, most: options.largestInstaller }
        const fields = presignedForm(credentials, { bucket, key, now, expires, sizes })
        return { url: `${origin}/${bucket}/`, fields, expires }
      }),
    isReserved: objects.isReserved,
    reservation: objects.reservation,
    fileUrlTtl: options.fileUrlTtl,
    find: objects.get,
    entries: objects.entries,
    presignGet: (key, now) =>
      Effect.map(origin, (origin) =>
        presignGet(credentials, {
          origin,
          path: `/${bucket}/${key}`,
          date: compact(now),
          expires: Math.max(1, Math.ceil(options.fileUrlTtl / 1000))
        })
      ),
    remove,
    put,
    credentials,
    bucket,
    handle
  }
}

/** Whether the file of an object still has its size and is not a link. */
const isIntact = ({ size, source }: StoredObject): Effect.Effect<boolean> =>
  Effect.promise(async () => {
    if (source._tag === "Bytes") return true
    const stats = await lstat(source.path).catch(() => undefined)
    return stats?.isFile() === true && stats.size === size
  })

const pathOf = (url: URL): string | undefined => {
  try {
    return decodeURIComponent(url.pathname)
  } catch {
    return undefined
  }
}
