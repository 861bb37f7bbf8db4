import { Backend, type MigrationDetail } from "bfm/client"
import { Code } from "../../parts/Code.tsx"
import { Copy } from "../../parts/Copy.tsx"
import { Empty } from "../../parts/Empty.tsx"
import * as Highlight from "../../parts/Highlight.ts"
import { Panel } from "../../parts/Panel.tsx"

interface Props {
  readonly detail: MigrationDetail
}

/** What applies it and what takes it back, as their files say it. */
export const Scripts = ({ detail: { up_sql: up, down_sql: down, backend } }: Props) =>
  up === undefined ? (
    <div className="panel">
      <Empty icon="question" title="Its file is gone">
        <p>It is applied, and no longer among the sources: see what is known of it under History.</p>
      </Empty>
    </div>
  ) : (
    <div className="stack">
      <Panel title="Up" end={<Copy text={up} what="the up script" />}>
        <Code text={up} label="Up script" language={Highlight.languageOfFile(backend, up)} />
      </Panel>
      {down === undefined ? (
        <Panel title="Down">
          <p className="muted">
            {Backend.capabilities[backend].capturesReplaced
              ? "There is none: rolling it back restores what it replaced."
              : "There is none: it cannot be rolled back by a script."}
          </p>
        </Panel>
      ) : (
        <Panel title="Down" end={<Copy text={down} what="the down script" />}>
          <Code text={down} label="Down script" language={Highlight.languageOfFile(backend, down)} />
        </Panel>
      )}
    </div>
  )
