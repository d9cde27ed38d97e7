/**
 * The order for `sort_by`.
 */
const compare = (one: unknown, other: unknown): number => {
  if (typeof one === "number" && typeof other === "number") return one - other
  const [left, right] = [String(one ?? ""), String(other ?? "")]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Compares rows by a column. A `-` before the column reverses the order. `undefined` if no column is given. */
export const orderOf = <Row>(
  order: string,
  valueOf: (row: Row, column: string) => unknown
): ((one: Row, other: Row) => number) | undefined => {
  if (order === "") return undefined
  const [column, sign] = [order.replace(/^-/, ""), order.startsWith("-") ? -1 : 1]
  return (one, other) => sign * compare(valueOf(one, column), valueOf(other, column))
}
