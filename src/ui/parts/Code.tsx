import { useMemo, useState } from "react"
import * as Highlight from "./Highlight.ts"

interface Props {
  readonly text: string
  readonly label: string
  readonly language: Highlight.Language
  /** What the first line is called. */
  readonly from?: number
  /** A line to look at. */
  readonly marked?: number | undefined
  /** Longer texts are folded. */
  readonly fold?: number
}

/** The segments of each line. */
const linesOf = (
  text: string,
  language: Highlight.Language
): ReadonlyArray<ReadonlyArray<Highlight.Segment>> => {
  const lines: Array<Array<Highlight.Segment>> = [[]]
  for (const { name, content } of Highlight.segments(text.replace(/\n$/, ""), language)) {
    for (const [index, part] of content.split("\n").entries()) {
      if (index > 0) lines.push([])
      if (part !== "") lines.at(-1)?.push({ name, content: part })
    }
  }
  return lines
}

/** A script, with its lines numbered and its words coloured. */
export const Code = ({ text, label, language, from = 1, marked, fold = 400 }: Props) => {
  const [open, setOpen] = useState(false)
  const lines = useMemo(() => linesOf(text, language), [text, language])
  const shown = open ? lines : lines.slice(0, fold)
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has only keys must be able to scroll it
    <section className="code" aria-label={label} tabIndex={0}>
      <pre>
        {shown.map((line, index) => (
          <div
            // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
            key={index}
            className={from + index === marked ? "line marked" : "line"}
            data-line={from + index}
          >
            <span>
              {line.map(({ name, content }, at) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a segment is its place
                <span key={at} className={name}>
                  {content}
                </span>
              ))}
              {line.length === 0 ? "\u200b" : null}
            </span>
          </div>
        ))}
      </pre>
      {shown.length < lines.length ? (
        <button type="button" className="button quiet" onClick={() => setOpen(true)}>
          Show all {lines.length} lines
        </button>
      ) : null}
    </section>
  )
}
