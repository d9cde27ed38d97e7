import * as Schema from "effect/Schema"

/** A complete listing: the records of all pages. */
export interface PayloadList<A> {
  /** The number of records according to the server. */
  readonly count: number
  readonly next: null
  readonly previous: null
  readonly results: ReadonlyArray<A>
}

/** The schema of a complete listing. */
export const PayloadList = <A, I, R>(item: Schema.Schema<A, I, R>): Schema.Schema<PayloadList<A>, PayloadList<I>, R> =>
  Schema.Struct({ count: Schema.Finite, next: Schema.Null, previous: Schema.Null, results: Schema.Array(item) })
