/**
 * The SDK's client, as a service.
 */
import { S3Client, type S3ClientConfig } from "@aws-sdk/client-s3"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** An object of a bucket. */
export interface S3Object {
  readonly bucket: string
  readonly key: string
}

/** The SDK's client. A test, or a program that has one already, provides its own: `Layer.succeed(Client, client)`. */
export class Client extends Context.Tag("effect-iru/S3Installers/Client")<Client, S3Client>() {}

/**
 * A client that is destroyed with the scope. Region and credentials come from the environment where `config` does not
 * give them, as everywhere in the SDK. A connection that stands still for a minute is given up.
 */
export const layer = (config: S3ClientConfig = {}): Layer.Layer<Client> =>
  Layer.scoped(
    Client,
    Effect.acquireRelease(
      Effect.sync(
        () => new S3Client({ requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 }, ...config })
      ),
      (client) => Effect.sync(() => client.destroy())
    )
  )
