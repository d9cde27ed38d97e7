/**
 * Activity and status of library items of any kind.
 *
 * @see `/api/v1/library/library-items`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { ListOptions } from "../operation/listing.js"
import * as Operation from "../operation/Operation.js"
import * as Pages from "../operation/Pages.js"
import { LibraryItemStatus } from "../schemas/DeviceRecords.js"
import {
  LibraryItemActivity,
  LibraryItemActivityFilters,
  LibraryItemStatusFilters
} from "../schemas/LibraryItemActivity.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace LibraryItems {
  /** The functions that read activity and status. */
  export interface Service {
    /**
     * Streams the activity of a library item, newest first.
     *
     * @see `GET /api/v1/library/library-items/{library_item_id}/activity`
     */
    readonly activity: (
      libraryItemId: string,
      options?: LibraryItemActivityFilters & ListOptions
    ) => Stream.Stream<LibraryItemActivity, ApiClientError>
    /**
     * Streams the status of a library item on each of its devices.
     *
     * @see `GET /api/v1/library/library-items/{library_item_id}/status`
     */
    readonly status: (
      libraryItemId: string,
      options?: LibraryItemStatusFilters & ListOptions
    ) => Stream.Stream<LibraryItemStatus, ApiClientError>
  }
}

const one = "/api/v1/library/library-items/{library_item_id}"

/** The operations of `LibraryItems`. */
export const operations = Operation.group("LibraryItems", {
  activity: {
    method: "GET",
    path: `${one}/activity`,
    query: LibraryItemActivityFilters,
    pages: Pages.counted(LibraryItemActivity),
    kind: "read"
  },
  status: {
    method: "GET",
    path: `${one}/status`,
    query: LibraryItemStatusFilters,
    pages: Pages.counted(LibraryItemStatus),
    kind: "read"
  }
})

const make = Effect.map(ApiClient, (client) => client.functions(operations) satisfies LibraryItems.Service)

/** Activity and status of library items of any kind: `/api/v1/library/library-items`. */
export class LibraryItems extends Context.Tag("effect-iru/LibraryItems")<LibraryItems, LibraryItems.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<LibraryItems, never, ApiClient> = Layer.effect(this, make)
}
