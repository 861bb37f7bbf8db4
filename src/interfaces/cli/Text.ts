import { stripVTControlCharacters } from "node:util"
import type { Style } from "./Style.ts"

/** `1 step`, `2 steps`, `1 412 steps`. */
export const count = (n: number, noun: string): string => `${number(n)} ${noun}${n === 1 ? "" : "s"}`

/** With a thin gap between thousands. */
export const number = (n: number): string => String(n).replaceAll(/\B(?=(\d{3})+(?!\d))/g, " ")

/** Columns that a line takes, colours not counted. */
export const size = (line: string): number => stripVTControlCharacters(line).length

export const indent = (lines: ReadonlyArray<string>, by = 2): ReadonlyArray<string> =>
  lines.map(line => (line === "" ? line : " ".repeat(by) + line))

/** Left and right part on one line, the right one at the edge; on two lines where they do not fit. */
export const apart = (style: Style, left: string, right: string): ReadonlyArray<string> => {
  const gap = style.width - size(left) - size(right)
  return gap < 2 ? [left, `  ${right}`] : [left + " ".repeat(gap) + right]
}

/** Shortened to the terminal's width; only for text without colours. */
export const fit = (style: Style, text: string, width = style.width): string =>
  !style.terminal || text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`

/** Broken between words into lines of at most `width`. */
export const lines = (text: string, width: number): ReadonlyArray<string> => {
  const broken: Array<string> = []
  for (const word of text.split(" ")) {
    const last = broken.at(-1)
    if (last !== undefined && last.length + 1 + word.length <= width)
      broken[broken.length - 1] = `${last} ${word}`
    else broken.push(word)
  }
  return broken
}

/** The same where there is a terminal; one line where others read on. */
export const wrap = (style: Style, text: string, width = style.width): ReadonlyArray<string> =>
  style.terminal ? lines(text, width) : [text]

// What migrations and servers say must not steer the terminal.
const control = /[^\P{Cc}\n\t]/gu

/** Without characters that would steer the terminal. */
export const clean = (text: string): string => text.replaceAll("\r\n", "\n").replaceAll(control, "·")

/** The first few, and how many more there are. */
export const few = (items: ReadonlyArray<string>, most: number): ReadonlyArray<string> =>
  items.length <= most ? items : [...items.slice(0, most), `… and ${number(items.length - most)} more`]

/** A word that a shell takes as one. */
export const shellWord = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`

/** `bfm migrate up --connection core`. */
export const command = (words: ReadonlyArray<string>): string => ["bfm", ...words.map(shellWord)].join(" ")

/** The widest entry, at most `most`. */
export const widest = (items: Iterable<string>, most: number): number => {
  let width = 0
  for (const item of items) width = Math.max(width, item.length)
  return Math.min(width, most)
}
