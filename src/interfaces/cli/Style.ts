import colors from "picocolors"

/** How lines are drawn: everything that a rendering has to know of the terminal. */
export interface Style {
  /** Columns; 80 or more. */
  readonly width: number
  /** A terminal cuts lines that are too long; a file or pipe keeps them whole. */
  readonly terminal: boolean
  readonly colour: ReturnType<typeof colors.createColors>
  /** Colours SQL; gives the text back unchanged where there is no colour. */
  readonly sql: (text: string) => string
}

const narrowest = 80

export const make = (options: {
  readonly columns?: number | undefined
  readonly terminal: boolean
  readonly colour: boolean
}): Style => ({
  width: Math.max(narrowest, options.columns ?? narrowest),
  terminal: options.terminal,
  colour: colors.createColors(options.colour),
  sql: text => text
})

/** Plain lines: for files, pipes and tests. */
export const plain: Style = make({ terminal: false, colour: false })
