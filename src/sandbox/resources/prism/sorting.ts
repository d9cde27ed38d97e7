/**
 * The order that `sort_by` asks for.
 */
const compare = (one: unknown, other: unknown): number => {
  if (typeof one === "number" && typeof other === "number") return one - other
  const [left, right] = [String(one ?? ""), String(other ?? "")]
  return left < right ? -1 : left > right ? 1 : 0
}

/** Rows in the order of a column, with a `-` before it in the other direction; as they are if no column is named. */
export const sortedBy = <Row>(
  rows: ReadonlyArray<Row>,
  order: string,
  valueOf: (row: Row, column: string) => unknown
): ReadonlyArray<Row> => {
  if (order === "") return rows
  const [column, sign] = [order.replace(/^-/, ""), order.startsWith("-") ? -1 : 1]
  return rows.toSorted((one, other) => sign * compare(valueOf(one, column), valueOf(other, column)))
}
