/**
 * The client of the AWS SDK as a service.
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

/**
 * The client of the AWS SDK. A test, or a program that already has a client, can provide its own:
 * `Layer.succeed(Client, client)`.
 */
export class Client extends Context.Tag("effect-iru/S3Installers/Client")<Client, S3Client>() {}

/**
 * A client that is destroyed when the scope closes. If `config` has no region or credentials, the SDK takes them from
 * the environment. A connection without traffic for a minute is closed.
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
