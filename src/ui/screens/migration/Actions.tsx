import { Link } from "@tanstack/react-router"
import type { MigrationDetail, MigrationItem } from "bfm/client"
import { useMay } from "../../api/Me.ts"
import { Icon } from "../../parts/Icon.tsx"

interface Props {
  readonly detail: MigrationDetail
  /** Where it stands how. */
  readonly items: ReadonlyArray<MigrationItem>
}

/** What can be done with it; each begins with a plan. */
export const Actions = ({ detail: { migration_id: id }, items }: Props) => {
  const mayApply = useMay("migrate")
  const mayRollBack = useMay("rollback")
  const open = items.filter(({ applied, status }) => !applied && status !== "running")
  const failed = open.some(({ status }) => status === "failed" || status === "interrupted")
  const [applied, other] = items.filter(({ applied: is, status }) => is && status !== "missing")
  return (
    <>
      {mayRollBack && applied !== undefined && other === undefined ? <RollBack item={applied} /> : null}
      {open.length > 0 && mayApply ? (
        <Link to="/plan" search={{ id: [id] }} className="button primary">
          <Icon name="list" />
          {failed ? "Plan it again" : "Plan it"}
        </Link>
      ) : null}
    </>
  )
}

/** Rolling back begins with its plan, too. */
export const RollBack = ({ item }: { readonly item: MigrationItem }) => (
  <Link to="/plan" search={{ direction: "down", id: [item.migration_id] }} className="button">
    <Icon name="back" />
    Roll back …
  </Link>
)
