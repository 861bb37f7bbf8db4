import { Panel } from "../../parts/Panel.tsx"
import type { Line } from "./Course.ts"

/** What happened, line by line. */
export const Events = ({ lines }: { readonly lines: ReadonlyArray<Line> }) =>
  lines.length === 0 ? null : (
    <Panel title="Events">
      <details>
        <summary>Show what happened, line by line</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: whoever has only keys must be able to scroll it */}
        <section className="code" aria-label="Events" tabIndex={0}>
          <pre>
            {lines.map(({ key, text }) => (
              <div key={key} className="line" data-line={key}>
                {text}
              </div>
            ))}
          </pre>
        </section>
      </details>
    </Panel>
  )
