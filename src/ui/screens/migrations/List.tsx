import { Link } from "@tanstack/react-router"
import { useVirtualizer } from "@tanstack/react-virtual"
import type { MigrationItem } from "bfm/client"
import { memo, useRef } from "react"
import { useMay } from "../../api/Me.ts"
import { Moment } from "../../parts/Moment.tsx"
import { StatusSign } from "../../parts/Sign.tsx"
import * as Text from "../../parts/Text.ts"
import * as Filter from "./Filter.ts"

interface Props {
  readonly items: ReadonlyArray<MigrationItem>
  readonly chosen: ReadonlySet<string>
  readonly toggle: (keys: ReadonlyArray<string>, on: boolean) => void
}

/** Pixels; on a narrow screen a row has two lines. */
const heights = { wide: 41, narrow: 74 }

const isNarrow = (): boolean => window.matchMedia("(width <= 820px)").matches

/** Only the rows that can be seen exist: thousands are scrolled as quickly as ten. */
export const List = ({ items, chosen, toggle }: Props) => {
  const box = useRef<HTMLDivElement>(null)
  const may = useMay("migrate")
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => (isNarrow() ? heights.narrow : heights.wide),
    overscan: 12,
    getItemKey: index => {
      const item = items[index]
      return item === undefined ? index : Filter.keyOf(item)
    }
  })
  const keys = () => items.map(Filter.keyOf)
  const all = chosen.size > 0 && items.every(item => chosen.has(Filter.keyOf(item)))
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has only keys must be able to scroll it
    <div ref={box} className="panel list" tabIndex={0} role="region" aria-label="Migrations">
      <div role="table" aria-label="Migrations" aria-rowcount={items.length + 1}>
        <div role="rowgroup" className="head">
          <div role="row" aria-rowindex={1} className="line">
            <span role="columnheader">
              {may ? (
                <input
                  type="checkbox"
                  aria-label="Choose all that are shown"
                  checked={all}
                  onChange={event => toggle(keys(), event.target.checked)}
                />
              ) : (
                <span className="unseen">Chosen</span>
              )}
            </span>
            {["Status", "Migration", "Where", "Table", "Tags", "Applied"].map(word => (
              <span key={word} role="columnheader">
                {word}
              </span>
            ))}
          </div>
        </div>
        <div role="rowgroup" className="rows" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map(({ index, key, start, size }) => {
            const item = items[index]
            return item === undefined ? null : (
              <Row
                key={key}
                item={item}
                index={index}
                start={start}
                size={size}
                may={may}
                chosen={chosen.has(Filter.keyOf(item))}
                toggle={toggle}
              />
            )
          })}
        </div>
      </div>
    </div>
  )
}

interface RowProps {
  readonly item: MigrationItem
  readonly index: number
  readonly start: number
  readonly size: number
  readonly may: boolean
  readonly chosen: boolean
  readonly toggle: Props["toggle"]
}

const Row = memo(({ item, index, start, size, may, chosen, toggle }: RowProps) => (
  <div
    role="row"
    aria-rowindex={index + 2}
    className={chosen ? "line chosen" : "line"}
    style={{ height: size, transform: `translateY(${start}px)` }}
  >
    <span role="cell">
      {may ? (
        <input
          type="checkbox"
          aria-label={`Choose ${item.version} ${item.name}, ${Text.place(item.connection, item.schema)}`}
          checked={chosen}
          onChange={event => toggle([Filter.keyOf(item)], event.target.checked)}
        />
      ) : null}
    </span>
    <span role="cell">
      <StatusSign status={item.status} />
    </span>
    <span role="cell" className="cut">
      <Link
        to="/migrations/$id"
        params={{ id: item.migration_id }}
        preload={false}
        title={item.error_message ?? item.migration_id}
      >
        <span className="mono muted">{item.version}</span> {item.name}
      </Link>
    </span>
    <span role="cell" className="cut">
      {Text.place(item.connection, item.schema)}
    </span>
    <span role="cell" className="cut muted">
      {item.table}
    </span>
    <Tags tags={item.tags ?? []} />
    <span role="cell" className="muted">
      {item.applied_at === undefined ? "" : <Moment at={item.applied_at} />}
    </span>
  </div>
))

/** One of them; the others are told to whoever asks. */
const Tags = ({ tags }: { readonly tags: ReadonlyArray<string> }) => {
  const [first, ...others] = tags
  return (
    <span role="cell" className="tags" title={tags.join(", ")}>
      {first === undefined ? null : <span className="tag cut">{first}</span>}
      {others.length === 0 ? null : <span className="muted small">+{others.length}</span>}
    </span>
  )
}
