import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { useMemo } from "react"
import * as Queries from "../../api/Queries.ts"
import { Empty } from "../../parts/Empty.tsx"
import { Loaded } from "../../parts/Loaded.tsx"
import { Notice } from "../../parts/Notice.tsx"
import { wordOf } from "../../parts/Sign.tsx"
import { type Drawing, layout, type Neighbourhood, size } from "./Layout.ts"

/** What it depends on, above it, and what depends on it, below. */
export const Graph = ({ id }: { readonly id: string }) => (
  <Loaded query={useQuery(Queries.dependencies(id))}>
    {found => (
      <div className="stack">
        {found.unknown.map(({ migration_id: from, target }) => (
          <Notice key={`${from} ${target}`} tone="bad" title="A dependency is unknown">
            {`${from} depends on ${target}, and there is no such migration.`}
          </Notice>
        ))}
        {found.partial ? (
          <Notice tone="info" title="There are more">
            Only the nearest are drawn.
          </Notice>
        ) : null}
        {found.nodes.length <= 1 ? (
          <div className="panel">
            <Empty icon="list" title="It stands alone">
              <p>It depends on nothing, and nothing depends on it.</p>
            </Empty>
          </div>
        ) : (
          <Drawn found={found} />
        )}
      </div>
    )}
  </Loaded>
)

const Drawn = ({ found }: { readonly found: Neighbourhood }) => {
  const drawing = useMemo(() => layout(found), [found])
  const { width, height, nodes, edges } = drawing
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has only keys must be able to scroll it
    <section className="panel graph" aria-label="Dependencies" tabIndex={0}>
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: its parts are links, and say what they are */}
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
        <defs>
          <marker
            id="arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="7"
            markerHeight="7"
            orient="auto"
          >
            <path d="M0 0L8 4L0 8z" className="head" />
          </marker>
        </defs>
        {edges.map(({ key, path }) => (
          <path key={key} className="edge" d={path} markerEnd="url(#arrow)" />
        ))}
        {nodes.map(node => (
          <Node key={node.migration_id} node={node} own={node.migration_id === found.migration_id} />
        ))}
      </svg>
    </section>
  )
}

interface NodeProps {
  readonly node: Drawing["nodes"][number]
  readonly own: boolean
}

/** Characters that fit into a box. */
const fitting = 24

const short = (name: string): string => (name.length > fitting ? `${name.slice(0, fitting - 1)}…` : name)

const under = ({ connection, status }: NodeProps["node"]): string => `${connection} · ${wordOf(status)}`

const Node = ({ node, own }: NodeProps) => (
  <Link
    to="/migrations/$id"
    params={{ id: node.migration_id }}
    search={{ tab: "graph" }}
    className={own ? "node own" : "node"}
  >
    <g transform={`translate(${node.x - size.width / 2} ${node.y - size.height / 2})`}>
      <rect width={size.width} height={size.height} rx="7" />
      <circle className={`dot ${node.status}`} cx="16" cy="19" r="5" />
      <text x="28" y="23">
        {`${short(node.name)} `}
      </text>
      <text x="28" y="40" className="under">
        {under(node)}
      </text>
    </g>
  </Link>
)
