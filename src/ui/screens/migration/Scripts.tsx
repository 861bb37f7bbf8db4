import type { MigrationDetail } from "bfm/client"
import { Code } from "../../parts/Code.tsx"
import { Copy } from "../../parts/Copy.tsx"
import { Empty } from "../../parts/Empty.tsx"
import { Panel } from "../../parts/Panel.tsx"

/** What applies it and what takes it back, as their files say it. */
export const Scripts = ({ detail: { up_sql: up, down_sql: down } }: { readonly detail: MigrationDetail }) =>
  up === undefined ? (
    <div className="panel">
      <Empty icon="question" title="Its file is gone">
        <p>It is applied, and no longer among the sources: see what is known of it under History.</p>
      </Empty>
    </div>
  ) : (
    <div className="stack">
      <Panel title="Up" end={<Copy text={up} what="the up script" />}>
        <Code text={up} label="Up script" />
      </Panel>
      {down === undefined ? (
        <Panel title="Down">
          <p className="muted">There is none: it cannot be rolled back by a script.</p>
        </Panel>
      ) : (
        <Panel title="Down" end={<Copy text={down} what="the down script" />}>
          <Code text={down} label="Down script" />
        </Panel>
      )}
    </div>
  )
