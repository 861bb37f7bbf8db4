import * as Text from "./Text.ts"

/** Rows as aligned lines without borders. The last column is never padded. */
export const lines = (
  rows: ReadonlyArray<ReadonlyArray<string>>,
  /** The widest that a column may become for the sake of one long entry. */
  most = 48
): ReadonlyArray<string> => {
  const widths: Array<number> = []
  for (const row of rows) {
    for (const [index, cell] of row.entries()) {
      const size = Text.size(cell)
      if (size <= most) widths[index] = Math.max(widths[index] ?? 0, size)
    }
  }
  return rows.map(row =>
    row
      .map((cell, index) => cell + " ".repeat(Math.max(0, (widths[index] ?? 0) - Text.size(cell))))
      .join("  ")
      .trimEnd()
  )
}
