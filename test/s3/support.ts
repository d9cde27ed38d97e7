/**
 * What the tests of S3 share.
 */
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  type S3Client
} from "@aws-sdk/client-s3"
import { CustomApps } from "effect-iru"
import { S3Installers } from "effect-iru/s3"
import * as Effect from "effect/Effect"
import { createHash, randomUUID } from "node:crypto"
import type { Store } from "../support/radosgw.js"

// The SDK warns on Node 20 that it will stop supporting it.
process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] = "true"

export const mebibyte = 1024 * 1024

export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")

/** Bytes in which no two parts are equal. */
export const bytesOf = (size: number): Buffer => {
  const bytes = Buffer.alloc(size)
  for (let index = 0; index + 4 <= size; index += 4)
    bytes.writeUInt32LE(Math.imul(index + 1, 2_654_435_761) >>> 0, index)
  return bytes
}

/** A client of a store. */
export const clientOf = ({ credentials, endpoint, region }: Store) =>
  S3Installers.layer({ endpoint, region, credentials, forcePathStyle: true, maxAttempts: 1 })

const ask = <A>(send: (client: S3Client) => Promise<A>) =>
  Effect.flatMap(S3Installers.Client, (client) => Effect.promise(() => send(client)))

/** A bucket of its own. */
export const newBucket = Effect.suspend(() => {
  const Bucket = `installers-${randomUUID()}`
  return Effect.as(
    ask((client) => client.send(new CreateBucketCommand({ Bucket }))),
    Bucket
  )
})

export const put = (Bucket: string, Key: string, Body: Uint8Array, Metadata: Record<string, string> = {}) =>
  ask((client) => client.send(new PutObjectCommand({ Bucket, Key, Body, Metadata })))

/** The bytes and the metadata of an object; `undefined` if there is none. */
export const objectAt = (Bucket: string, Key: string) =>
  ask(async (client) => {
    try {
      const { Body, Metadata } = await client.send(new GetObjectCommand({ Bucket, Key }))
      return { bytes: Buffer.from((await Body?.transformToByteArray()) ?? []), metadata: Metadata }
    } catch {
      return undefined
    }
  })

/** How many multipart uploads are neither complete nor aborted. */
export const lingering = (Bucket: string) =>
  ask(async (client) => (await client.send(new ListMultipartUploadsCommand({ Bucket }))).Uploads?.length ?? 0)

/** An app of the tenant with these bytes as its installer. */
export const published = (bytes: Uint8Array, name = "Firefox.pkg") =>
  Effect.flatMap(CustomApps, (apps) =>
    apps.create({
      name: "Firefox",
      install_type: "package",
      install_enforcement: "install_once",
      installer: { bytes, name }
    })
  )
