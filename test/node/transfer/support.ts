/**
 * Transfers on real files, with short pauses between tries.
 */
import {
  type CustomAppUpload,
  type Installer,
  InstallerTransfer,
  type StoredInstaller,
  type UploadOptions
} from "effect-iru"
import { NodeInstallerTransfer, NodeTransport } from "effect-iru/node"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { createHash, randomBytes } from "node:crypto"
import { inspect } from "node:util"
import { type BadStore, signature } from "../../support/badStore.js"

export const MiB = 1024 * 1024

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")

export const bytesOf = (size: number) => randomBytes(size)

/** The two ways to storage: Node's own HTTP client, and the client of the session, which can use a proxy. */
const ways = { "node:http": NodeInstallerTransfer.layer, HttpClient: NodeInstallerTransfer.layerHttpClient }

/** The way to storage that a test uses. */
export class Way extends Context.Reference<Way>()("test/Way", { defaultValue: (): keyof typeof ways => "node:http" }) {}

/** Runs a program with transfers. */
export const transfers =
  (options: NodeInstallerTransfer.Options = {}) =>
  <A, E, R>(program: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Way, (way) =>
      Effect.provide(
        program,
        ways[way]({ retryDelay: "1 millis", ...options }).pipe(Layer.provide(NodeTransport.layer()))
      )
    )

export const stored = (
  store: BadStore,
  object: Uint8Array,
  changes: Partial<StoredInstaller> = {}
): StoredInstaller => ({
  url: Redacted.make(store.url),
  name: "app.pkg",
  size: object.length,
  sha256: sha256(object),
  ...changes
})

export const download = (
  source: StoredInstaller | Effect.Effect<StoredInstaller>,
  to: string,
  options?: Parameters<InstallerTransfer.Service["download"]>[2]
) =>
  Effect.flatMap(InstallerTransfer, (transfer) =>
    transfer.download(Effect.isEffect(source) ? source : Effect.succeed(source), to, options)
  )

/** A place in storage, in the form in which the service gives it. */
export const place = (
  store: BadStore,
  {
    expires = Date.now() + 3_600_000,
    key = "app.pkg",
    sizes = [1, 5 * 1024 ** 3]
  }: { readonly expires?: number; readonly key?: string; readonly sizes?: readonly [number, number] } = {}
): CustomAppUpload => ({
  name: "app.pkg",
  expires: new Date(expires).toISOString(),
  post_url: store.url,
  post_data: Redacted.make({
    key,
    policy: Buffer.from(
      JSON.stringify({
        expiration: new Date(expires).toISOString(),
        conditions: [{ key }, ["content-length-range", ...sizes]]
      })
    ).toString("base64"),
    "x-amz-signature": signature
  }),
  file_key: key
})

/** Uploads to each place in turn; the last one is used again. */
export const upload = (
  installer: Installer,
  places: CustomAppUpload | ReadonlyArray<CustomAppUpload>,
  options: Partial<UploadOptions> = {}
) =>
  Effect.flatMap(InstallerTransfer, (transfer) => {
    const list = [places].flat()
    let turn = 0
    const presign = Effect.suspend(() => {
      const next = list[Math.min(turn++, list.length - 1)]
      return next === undefined ? Effect.die("no place") : Effect.succeed(next)
    })
    return transfer.upload(installer, { presign, ...options })
  })

/** Every text that a failure shows. */
export const shown = (error: unknown): string =>
  `${String(error)} ${JSON.stringify(error)} ${inspect(error, { depth: 10, showHidden: true })}`

/** The file in a form that a store received. */
export const fileIn = (form: Buffer): Buffer => {
  const type = form.toString("latin1", 0, 200).split("\r\n")[0] ?? ""
  const start = form.indexOf("\r\n\r\n", form.indexOf('name="file"')) + 4
  return form.subarray(start, form.lastIndexOf(`\r\n${type}--`))
}
