/**
 * What every resource with an id and a listing can do.
 */
import type * as Effect from "effect/Effect"
import type * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { ApiClientError } from "../errors/ApiClientError.js"
import type { PayloadList } from "../schemas/PayloadList.js"
import type { ApiClient } from "../services/ApiClient.js"
import { collectPages, recordsOf } from "./pages.js"
import { type ApiPath, path } from "./path.js"
import type { Query } from "./request.js"

/** How a listing is read. */
export interface ListOptions {
  /** Records a page. Without it the service decides: 300 for most listings. */
  readonly pageSize?: number | undefined
  /** Pages read ahead in the background, from the second page on. Default 1; 0 reads strictly on demand. */
  readonly prefetch?: number | undefined
  /**
   * Pages read at once, from the second page on, where the first one tells how many there are. They still come in
   * order. Default 1 for a stream, which may be left early; 32 for a list, which needs them all.
   */
  readonly concurrency?: number | undefined
}

export interface Resource<A, Options extends ListOptions = ListOptions> {
  readonly stream: (options?: Options) => Stream.Stream<A, ApiClientError>
  readonly list: (options?: Options) => Effect.Effect<PayloadList<A>, ApiClientError>
  readonly get: (id: string) => Effect.Effect<A, ApiClientError>
  readonly delete: (id: string) => Effect.Effect<void, ApiClientError>
}

/** The part of a service that reads and deletes. `root` is its path, without a slash at the end. */
export const resource = <A, I, Options extends ListOptions = ListOptions>(
  client: ApiClient.Service,
  name: string,
  root: string,
  schema: Schema.Schema<A, I>,
  filters: (options: Options) => Query = () => ({})
): Resource<A, Options> => {
  const pages = (operation: string, options?: Options) =>
    client.pages(root, schema, {
      operation: `${name}.${operation}`,
      pageSize: options?.pageSize,
      prefetch: options?.prefetch,
      concurrency: options?.concurrency ?? (operation === "list" ? 32 : 1),
      query: options === undefined ? {} : filters(options)
    })
  return {
    stream: (options) => recordsOf(pages("stream", options)),
    list: (options) => collectPages(pages("list", options)),
    get: (id) => client.get(below(root, id), schema, { operation: `${name}.get` }),
    delete: (id) => client.delete(below(root, id), { operation: `${name}.delete` })
  }
}

/** The path of one record, or of something that belongs to it. */
export const below = (root: string, id: string, rest = ""): ApiPath => {
  const segment = path`/${id}`
  return { ...segment, value: root + segment.value + rest, template: root + segment.template + rest }
}
