/** 1-based; a column counts UTF-16 units, as editors do. */
export interface Position {
  readonly line: number
  readonly column: number
}

const BYTE_ORDER_MARK = 0xfeff

/** Whether the text begins with a byte-order mark: it takes no column. */
export const hasByteOrderMark = (text: string): boolean => text.charCodeAt(0) === BYTE_ORDER_MARK

const lineStarts = (text: string): ReadonlyArray<number> => {
  const starts = [0]
  if (text.includes("\r")) {
    for (const end of text.matchAll(/\r\n?|\n/g)) starts.push(end.index + end[0].length)
    return starts
  }
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1)
  return starts
}

/** For many lookups in one text: the line ends are counted once. CRLF is one line end. */
export const locator = (text: string): ((offset: number) => Position) => {
  const starts = lineStarts(text)
  const mark = hasByteOrderMark(text) ? 1 : 0
  return offset => {
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if ((starts[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    const column = offset - (starts[low] ?? 0) + 1
    return { line: low + 1, column: low === 0 ? Math.max(column - mark, 1) : column }
  }
}

/** Line and column of an offset; reads the text up to its end, so use `locator` for many. */
export const lineColumn = (text: string, offset: number): Position => locator(text)(offset)
