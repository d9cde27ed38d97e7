/**
 * Serves a listing in each page style of the API on a real socket, as far as the service is known.
 */
import { Pages } from "effect-iru"
import * as Schema from "effect/Schema"
import type { Handler, Received } from "../support/server.js"

/** The records of a listing at the time of a request, and the size of a page. */
export interface Served {
  readonly records: () => ReadonlyArray<number>
  readonly size: number
}

type Query = Received["query"]

/** The records that a request selects with `limit` and `offset`. */
const slice = ({ records, size }: Served, { limit = String(size), offset = "0" }: Query) => {
  const all = records()
  const start = Number(offset)
  const end = start + Math.min(Number(limit), size)
  return { all, start, end, results: all.slice(start, end), hasMore: end < all.length }
}

const next = (host: string, query: Record<string, string | number>): string =>
  `${host}/api/v1/numbers?${new URLSearchParams(Object.entries(query).map(([name, value]) => [name, String(value)])).toString()}`

const counted = (served: Served, query: Query) => {
  const { all, end, hasMore, results } = slice(served, query)
  return {
    count: all.length,
    next: hasMore ? next("https://tenant.invalid", { limit: served.size, offset: end }) : null,
    previous: null,
    results
  }
}

export interface Style {
  readonly pages: Pages.Pages<number>
  readonly body: (served: Served, query: Query) => unknown
  /** Whether the first page tells the places of all other pages. */
  readonly isPlanned: boolean
  /** Whether a page names the next one. */
  readonly isLinked: boolean
  /** The key of the records in the envelope. */
  readonly key?: string
}

/** The styles, by their letters in the API's description. */
export const styles: Readonly<Record<string, Style>> = {
  "A, a bare array by limit and offset": {
    pages: Pages.array(Schema.Number),
    body: (served, query) => slice(served, query).results,
    isPlanned: false,
    isLinked: false
  },
  "B, count and next by offset": {
    pages: Pages.counted(Schema.Number),
    body: counted,
    isPlanned: true,
    isLinked: true
  },
  "B2, total_count and next": {
    pages: Pages.counted(Schema.Number),
    body: (served, query) => {
      const { count, ...rest } = counted(served, query)
      return { ...rest, total_count: count }
    },
    isPlanned: true,
    isLinked: true
  },
  "C, count and next by page": {
    pages: Pages.counted(Schema.Number),
    body: (served, { page = "1" }) => {
      const { all, end, hasMore, results } = slice(served, { offset: String((Number(page) - 1) * served.size) })
      return {
        count: all.length,
        next: hasMore && end > 0 ? next("https://tenant.invalid", { page: Number(page) + 1 }) : null,
        previous: null,
        results
      }
    },
    isPlanned: true,
    isLinked: true
  },
  "D, an envelope below a key": {
    pages: Pages.within("activity", Schema.Number),
    body: (served, query) => ({ device_id: "d", activity: counted(served, query) }),
    isPlanned: true,
    isLinked: true
  },
  "E, a cursor on the web app's host": {
    pages: Pages.cursor(Schema.Number, { size: "sizePerPage" }),
    body: (served, { cursor = "0" }) => {
      const { end, hasMore, results } = slice(served, { offset: cursor })
      return {
        next: hasMore ? next("http://tenant.web.invalid", { cursor: end, sizePerPage: served.size }) : null,
        previous: null,
        results
      }
    },
    isPlanned: false,
    isLinked: true
  },
  "G, by the number of the page": {
    pages: Pages.numbered(Schema.Number),
    body: (served, { page = "1" }) => {
      const { all, results } = slice(served, { offset: String((Number(page) - 1) * served.size) })
      return { total: all.length, page: Number(page), size: served.size, results }
    },
    isPlanned: true,
    isLinked: false
  },
  "H, Prism's cursor": {
    pages: Pages.prism(Schema.Number),
    body: (served, { cursor = "" }) => {
      const { all, end, hasMore, results } = slice(served, { offset: cursor === "" ? "0" : cursor })
      return { offset: 0, limit: served.size, total: all.length, data: results, cursor: hasMore ? String(end) : null }
    },
    isPlanned: false,
    isLinked: false,
    key: "data"
  },
  "the second version of threats, results by offset": {
    pages: Pages.offset(Schema.Number),
    body: (served, query) => ({ results: slice(served, query).results }),
    isPlanned: false,
    isLinked: false
  }
}

export const serving =
  ({ body }: Style, served: Served): Handler =>
  ({ query }) => ({ body: body(served, query) })
