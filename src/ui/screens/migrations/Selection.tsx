import { Link } from "@tanstack/react-router"
import type { MigrationItem } from "bfm/client"
import { Icon } from "../../parts/Icon.tsx"
import * as Text from "../../parts/Text.ts"
import * as Filter from "./Filter.ts"

/** An address can be so long; whoever wants more asks for a whole connection, or by a tag. */
const most = 60

interface Props {
  readonly chosen: ReadonlyArray<MigrationItem>
  readonly clear: () => void
}

/** What can be done with the chosen ones. */
export const Selection = ({ chosen, clear }: Props) => {
  if (chosen.length === 0) return null
  const wanted = Filter.together(chosen)
  return (
    <section className="panel foot" aria-label="Chosen migrations">
      <strong>{Text.count(chosen.length, "migration")} chosen</strong>
      <button type="button" className="button quiet" onClick={clear}>
        Choose none
      </button>
      {wanted === undefined ? (
        <span className="muted small">
          Some run in a tenant’s schema and some do not: plan them one after the other.
        </span>
      ) : wanted.id.length > most ? (
        <span className="muted small">
          These are more than {most}: plan the whole connection, or choose them by a tag.
        </span>
      ) : (
        <Link to="/plan" search={wanted} className="button primary">
          <Icon name="list" />
          Plan these
        </Link>
      )}
    </section>
  )
}
