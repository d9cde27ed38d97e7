/**
 * Servers in Apple Business or School Manager whose devices enroll in this tenant.
 *
 * @see `/api/v1/integrations/apple/ade`
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import * as Answer from "../operation/Answer.js"
import { checkFields } from "../operation/arguments.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import { AdeDevice } from "../schemas/AdeDevice.js"
import { AdeIntegration, AdeToken, AdeTokenForm, UpdateAdeIntegration } from "../schemas/AdeIntegration.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { located } from "../session/located.js"
import { formFile } from "./formFile.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace AdeIntegrations {
  /** The functions for integrations. */
  export interface Service {
    /**
     * Streams every integration, in the server's order. It reads page by page, so memory use is constant.
     *
     * @see `GET /api/v1/integrations/apple/ade`
     */
    readonly stream: (options?: ListOptions) => Stream.Stream<AdeIntegration, ApiClientError>
    /**
     * Reads `stream` to its end and returns all records.
     */
    readonly list: (options?: ListOptions) => Effect.Effect<PayloadList<AdeIntegration>, ApiClientError>
    /**
     * Gets one integration. Fails with `NotFound` if there is no integration with this id.
     *
     * @see `GET /api/v1/integrations/apple/ade/{ade_token_id}`
     */
    readonly get: (id: string) => Effect.Effect<AdeIntegration, ApiClientError>
    /**
     * Gets the certificate, in PEM form. Apple Business Manager requires this certificate before it issues a token.
     *
     * @see `GET /api/v1/integrations/apple/ade/public_key/`
     */
    readonly publicKey: () => Effect.Effect<string, ApiClientError>
    /**
     * Connects a server, with the token that Apple issued for it.
     *
     * @see `POST /api/v1/integrations/apple/ade/`
     */
    readonly create: (token: AdeToken) => Effect.Effect<AdeIntegration, ApiClientError>
    /**
     * Gives an integration a new token. A token is valid for a year.
     *
     * @see `POST /api/v1/integrations/apple/ade/{ade_token_id}/renew`
     */
    readonly renew: (id: string, token: AdeToken) => Effect.Effect<AdeIntegration, ApiClientError>
    /**
     * Changes the default settings for the devices of an integration.
     *
     * @see `PATCH /api/v1/integrations/apple/ade/{ade_token_id}`
     */
    readonly update: (id: string, changes: UpdateAdeIntegration) => Effect.Effect<AdeIntegration, ApiClientError>
    /**
     * Deletes an integration. **Its devices are no longer assigned to this tenant.**
     *
     * @see `DELETE /api/v1/integrations/apple/ade/{ade_token_id}`
     */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
    /**
     * Streams the devices of an integration.
     *
     * @see `GET /api/v1/integrations/apple/ade/{ade_token_id}/devices`
     */
    readonly devices: (id: string, options?: ListOptions) => Stream.Stream<AdeDevice, ApiClientError>
  }
}

const root = "/api/v1/integrations/apple/ade"
const one = `${root}/{ade_token_id}` as const

/** The operations of `AdeIntegrations`. */
export const operations = Operation.group("AdeIntegrations", {
  stream: { method: "GET", path: root, pages: Pages.counted(AdeIntegration), kind: "read" },
  get: { method: "GET", path: one, answer: AdeIntegration, kind: "read" },
  publicKey: { method: "GET", path: `${root}/public_key/`, answer: Answer.text, kind: "read" },
  create: { method: "POST", path: `${root}/`, multipart: AdeTokenForm, answer: AdeIntegration, kind: "write" },
  renew: { method: "POST", path: `${one}/renew`, multipart: AdeTokenForm, answer: AdeIntegration, kind: "write" },
  update: { method: "PATCH", path: one, json: UpdateAdeIntegration, answer: AdeIntegration, kind: "write" },
  delete: { method: "DELETE", path: one, kind: "destructive" },
  devices: { method: "GET", path: `${one}/devices`, pages: Pages.counted(AdeDevice), kind: "read" }
})

const make = Effect.gen(function* () {
  const client = yield* ApiClient
  const fs = yield* FileSystem.FileSystem
  const { create, renew, ...functions } = client.functions(operations)

  /** Checks the token and reads its file. */
  const form = (operation: string) => {
    const check = checkFields(operation, AdeToken)
    return (token: AdeToken) =>
      Effect.flatMap(check(token), ({ file, ...fields }) =>
        Effect.map(formFile(fs, operation, file, "token.p7m"), (file) => ({ ...fields, file }))
      )
  }
  const createForm = form(operations.create.name)
  const renewForm = form(operations.renew.name)

  return {
    ...functions,
    create: located((token) => Effect.flatMap(createForm(token), create)),
    renew: located((id, token) => Effect.flatMap(renewForm(token), (form) => renew(id, form)))
  } satisfies AdeIntegrations.Service
})

/**
 * Servers in Apple Business or School Manager whose devices enroll in this tenant: `/api/v1/integrations/apple/ade`.
 */
export class AdeIntegrations extends Context.Tag("effect-iru/AdeIntegrations")<
  AdeIntegrations,
  AdeIntegrations.Service
>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<AdeIntegrations, never, ApiClient | FileSystem.FileSystem> = Layer.effect(
    this,
    make
  )
}
