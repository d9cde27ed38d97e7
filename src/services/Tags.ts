/**
 * Tags, which devices can have.
 *
 * @see `/api/v1/tags`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import { Tag, TagFilters, TagName } from "../schemas/Tag.js"
import { finder } from "./matching.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace Tags {
  /** The functions for tags. */
  export interface Service {
    /**
     * Streams every tag, in the server's order. It reads page by page, so memory use is constant.
     *
     * @see `GET /api/v1/tags`
     */
    readonly stream: (options?: TagFilters & ListOptions) => Stream.Stream<Tag, ApiClientError>
    /**
     * Reads `stream` to its end and returns all records.
     */
    readonly list: (options?: TagFilters & ListOptions) => Effect.Effect<PayloadList<Tag>, ApiClientError>
    /**
     * Finds the tag that has this name, in the same upper and lower case. Fails with `Conflict` if several tags have
     * the name.
     *
     * @see `GET /api/v1/tags`
     */
    readonly find: (name: string) => Effect.Effect<Option.Option<Tag>, ApiClientError>
    /**
     * Creates a tag.
     *
     * @see `POST /api/v1/tags`
     */
    readonly create: (tag: TagName) => Effect.Effect<Tag, ApiClientError>
    /**
     * Renames a tag.
     *
     * @see `PATCH /api/v1/tags/{tag_id}`
     */
    readonly update: (id: string, tag: TagName) => Effect.Effect<Tag, ApiClientError>
    /**
     * Deletes a tag, and removes it from every device.
     *
     * @see `DELETE /api/v1/tags/{tag_id}`
     */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
  }
}

const root = "/api/v1/tags"

/** The operations of `Tags`. */
export const operations = Operation.group("Tags", {
  stream: { method: "GET", path: root, query: TagFilters, pages: Pages.counted(Tag), kind: "read" },
  create: { method: "POST", path: root, json: TagName, answer: Tag, kind: "write" },
  update: { method: "PATCH", path: `${root}/{tag_id}`, json: TagName, answer: Tag, kind: "write" },
  delete: { method: "DELETE", path: `${root}/{tag_id}`, kind: "destructive" }
})

const make = Effect.map(ApiClient, (client) => {
  const functions = client.functions(operations)
  return {
    ...functions,
    find: finder(
      "Tags.find",
      "name",
      (name) => functions.stream({ search: name }),
      (tag) => tag.name,
      ({ id }) => id
    )
  } satisfies Tags.Service
})

/** Tags, which devices can have: `/api/v1/tags`. */
export class Tags extends Context.Tag("effect-iru/Tags")<Tags, Tags.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<Tags, never, ApiClient> = Layer.effect(this, make)
}
