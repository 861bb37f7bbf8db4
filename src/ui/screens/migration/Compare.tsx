import { useQuery } from "@tanstack/react-query"
import type { Validation } from "bfm/client"
import { diffLines } from "diff"
import * as Queries from "../../api/Queries.ts"
import { Loaded } from "../../parts/Loaded.tsx"
import { Panel } from "../../parts/Panel.tsx"
import * as Text from "../../parts/Text.ts"

/** What was applied, against what its file says now. */
export const Compare = ({ id }: { readonly id: string }) => (
  <Loaded query={useQuery(Queries.comparison(id))}>
    {({ items }) => {
      const differing = items.filter(({ verdict }) => verdict === "changed" || verdict === "cosmetic")
      return differing.length === 0 ? (
        <p className="muted">The file says what was applied.</p>
      ) : (
        <div className="stack">
          {differing.map(item => (
            <Difference key={`${item.migration_id} ${item.schema}`} item={item} />
          ))}
        </div>
      )
    }}
  </Loaded>
)

const Difference = ({ item }: { readonly item: Validation.ValidationItem }) => (
  <Panel title={`${Text.place(item.connection, item.schema)}: applied, and ${item.path ?? "the file"} now`}>
    {item.applied_text === undefined ? (
      <p className="muted">The text that was applied was not kept.</p>
    ) : (
      <div className="stack tight">
        <p className="small muted">
          {item.verdict === "cosmetic"
            ? "Only comments, blanks or line ends differ: that does not matter."
            : "− was applied, + is in the file now."}
        </p>
        <Lines before={item.applied_text} after={item.source_text ?? ""} />
      </div>
    )}
  </Panel>
)

const signs = { removed: "−", added: "+", same: "" } as const

const Lines = ({ before, after }: { readonly before: string; readonly after: string }) => {
  const lines = diffLines(before, after).flatMap(({ value, added, removed }) => {
    const kind = added ? ("added" as const) : removed ? ("removed" as const) : ("same" as const)
    return value
      .replace(/\n$/, "")
      .split("\n")
      .map(text => ({ kind, text }))
  })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has only keys must be able to scroll it
    <section className="code" aria-label="Differences" tabIndex={0}>
      <pre>
        {lines.map(({ kind, text }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its number
          <div key={index} className={`line ${kind}`} data-line={signs[kind]}>
            {kind === "same" ? null : <span className="unseen">{kind}: </span>}
            {text === "" ? "\u200b" : text}
          </div>
        ))}
      </pre>
    </section>
  )
}
