/**
 * Users of the directories that are connected to a tenant.
 *
 * @see `/api/v1/users`
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
import { User, UserFilters } from "../schemas/User.js"
import { finder } from "./matching.js"
import { ApiClient } from "./ApiClient.js"

export declare namespace Users {
  /** The functions for users. */
  export interface Service {
    /**
     * Streams every user, in the server's order. It reads page by page, so memory use is constant.
     *
     * @see `GET /api/v1/users`
     */
    readonly stream: (options?: UserFilters & ListOptions) => Stream.Stream<User, ApiClientError>
    /**
     * Reads `stream` to its end and returns all records.
     */
    readonly list: (options?: UserFilters & ListOptions) => Effect.Effect<PayloadList<User>, ApiClientError>
    /**
     * Finds the user that has this email address; upper and lower case do not matter. Fails with `Conflict` if several
     * users have the address; `detail` lists their ids.
     *
     * @see `GET /api/v1/users`
     */
    readonly find: (by: { readonly email: string }) => Effect.Effect<Option.Option<User>, ApiClientError>
    /**
     * Gets one user. Fails with `NotFound` if there is no user with this id.
     *
     * @see `GET /api/v1/users/{user_id}`
     */
    readonly get: (id: string) => Effect.Effect<User, ApiClientError>
    /**
     * Deletes a user. Fails with `BadRequest` while devices are assigned to the user.
     *
     * @see `DELETE /api/v1/users/{user_id}`
     */
    readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
  }
}

const root = "/api/v1/users"

/** The operations of `Users`. */
export const operations = Operation.group("Users", {
  stream: {
    method: "GET",
    path: root,
    query: UserFilters,
    pages: Pages.cursor(User, { size: "sizePerPage" }),
    kind: "read"
  },
  get: { method: "GET", path: `${root}/{user_id}`, answer: User, kind: "read" },
  delete: { method: "DELETE", path: `${root}/{user_id}`, kind: "destructive" }
})

const make = Effect.map(ApiClient, (client) => {
  const functions = client.functions(operations)
  const byEmail = finder(
    "Users.find",
    "email",
    (email) => functions.stream({ email }),
    (user) => user.email?.toLowerCase(),
    ({ id }) => id
  )
  return {
    ...functions,
    find: ({ email }: { readonly email: string }) => byEmail(email.toLowerCase())
  } satisfies Users.Service
})

/** Users of the directories that are connected to a tenant: `/api/v1/users`. */
export class Users extends Context.Tag("effect-iru/Users")<Users, Users.Service>() {
  /** The layer of this service. It sends its requests through the `ApiClient` that you provide. */
  static readonly layer: Layer.Layer<Users, never, ApiClient> = Layer.effect(this, make)
}
