import type { MigrationDetail } from "bfm/client"
import { Panel } from "../../parts/Panel.tsx"

/** What it says of itself. */
export const Facts = ({ detail }: { readonly detail: MigrationDetail }) => (
  <Panel title="About it">
    <dl className="facts">
      <dt>Version</dt>
      <dd className="mono">{detail.version}</dd>
      <dt>Connection</dt>
      <dd>
        {detail.connection} ({detail.backend})
      </dd>
      {detail.schema === "" ? null : (
        <>
          <dt>Schema</dt>
          <dd>{detail.schema}</dd>
        </>
      )}
      {detail.table === "" ? null : (
        <>
          <dt>Table</dt>
          <dd>{detail.table}</dd>
        </>
      )}
      {detail.tags === undefined ? null : (
        <>
          <dt>Tags</dt>
          <dd className="row">
            {detail.tags.map(tag => (
              <span key={tag} className="tag">
                {tag}
              </span>
            ))}
          </dd>
        </>
      )}
      {detail.dependencies === undefined ? null : (
        <>
          <dt>Depends on</dt>
          <dd>{detail.dependencies.join(", ")}</dd>
        </>
      )}
      {detail.requires === undefined ? null : (
        <>
          <dt>Needs</dt>
          <dd>{detail.requires.join(", ")}</dd>
        </>
      )}
    </dl>
  </Panel>
)
