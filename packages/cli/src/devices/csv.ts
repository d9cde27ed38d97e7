/** Parses comma-separated text (RFC 4180) into cells. A text without commas has one cell a line. */
export const parseCsv = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
  const rows: Array<Array<string>> = []
  const cell = /(?:"((?:[^"]|"")*)"|([^,\r\n]*))(,|\r?\n|\r|$)/y
  const source = text.replace(/^\uFEFF/, "")
  let row: Array<string> = []
  while (cell.lastIndex < source.length) {
    const found = cell.exec(source)
    if (found === null) break
    row.push(found[1]?.replaceAll('""', '"') ?? found[2] ?? "")
    if (found[3] !== ",") {
      rows.push(row)
      row = []
    }
  }
  return row.length > 0 ? [...rows, row] : rows
}
