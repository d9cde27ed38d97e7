import * as Schema from "effect/Schema"

/** A whole listing: every page joined, so there is no next one. */
export interface PayloadList<A> {
  /** How many the server says there are. */
  readonly count: number
  readonly next: null
  readonly previous: null
  readonly results: ReadonlyArray<A>
}

/** The schema of a whole listing of something. */
export const PayloadList = <A, I, R>(item: Schema.Schema<A, I, R>): Schema.Schema<PayloadList<A>, PayloadList<I>, R> =>
  Schema.Struct({ count: Schema.Finite, next: Schema.Null, previous: Schema.Null, results: Schema.Array(item) })
