/**
 * The categories of items in Self Service.
 *
 * @see `/api/v1/self-service/categories`
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { ApiClientError } from "../errors/ApiClientError.js"
import * as Operation from "../operation/Operation.js"
import { SelfServiceCategory } from "../schemas/SelfServiceCategory.js"
import { composed } from "../session/functions.js"
import { ApiClient } from "./ApiClient.js"
import { atMostOne, normalized } from "./matching.js"

export declare namespace SelfServiceCategories {
  /** The functions that read the categories. Only the web app can create categories. */
  export interface Service {
    /**
     * Lists every category. Sends one request, because this listing has no pages.
     *
     * @see `GET /api/v1/self-service/categories`
     */
    readonly list: () => Effect.Effect<ReadonlyArray<SelfServiceCategory>, ApiClientError>
    /**
     * Finds the category that has this name; upper and lower case do not matter. Fails with `Conflict` if several
     * categories have the name; `detail` lists their ids.
     *
     * @see `GET /api/v1/self-service/categories`
     */
    readonly find: (name: string) => Effect.Effect<Option.Option<SelfServiceCategory>, ApiClientError>
  }
}

/** The operations of the categories. */
export const operations = Operation.group("SelfServiceCategories", {
  list: {
    method: "GET",
    path: "/api/v1/self-service/categories",
    answer: Schema.Array(SelfServiceCategory),
    kind: "read"
  }
})

const make = Effect.map(ApiClient, (client) => {
  const { list } = client.functions(operations)
  return {
    list,
    find: composed("SelfServiceCategories.find", (name: string) => {
      const wanted = normalized(name).toLowerCase()
      return Effect.flatMap(list(), (all) =>
        atMostOne(
          "SelfServiceCategories.find",
          `name "${wanted}"`,
          all.filter((category) => normalized(category.name).toLowerCase() === wanted),
          ({ id }) => id
        )
      )
    })
  } satisfies SelfServiceCategories.Service
})

/** The categories of Self Service: `/api/v1/self-service/categories`. */
export class SelfServiceCategories extends Context.Tag("effect-iru/SelfServiceCategories")<
  SelfServiceCategories,
  SelfServiceCategories.Service
>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<SelfServiceCategories, never, ApiClient> = Layer.effect(this, make)
}
