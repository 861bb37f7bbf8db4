import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import type { Plan as Planned, RunRequest } from "bfm/client"
import { useState } from "react"
import { useMe } from "../../api/Me.ts"
import { of } from "../../api/Problem.ts"
import * as Queries from "../../api/Queries.ts"
import type { PlanSearch } from "../../app/Search.ts"
import { Empty } from "../../parts/Empty.tsx"
import { Heading } from "../../parts/Heading.tsx"
import { Skeleton } from "../../parts/Loaded.tsx"
import * as Text from "../../parts/Text.ts"
import { Go } from "./Go.tsx"
import { grouped } from "./Grouped.ts"
import { NotPlanned } from "./NotPlanned.tsx"
import { Options } from "./Options.tsx"
import { ofSearch } from "./Order.ts"
import { Refused } from "./Refused.tsx"
import { Step } from "./Step.tsx"

const route = getRouteApi("/plan")

/** What a run would do now: looked at before it is done. */
export const Plan = () => {
  const search: PlanSearch = route.useSearch()
  return (
    <>
      <Heading title={search.direction === "down" ? "Roll back: the plan" : "Plan"}>
        <span className="muted">Nothing is changed by looking.</span>
      </Heading>
      {/* Another one for each address: what its form shows, is what the address says. */}
      <Addressed key={JSON.stringify(search)} search={search} />
    </>
  )
}

const Addressed = ({ search }: { readonly search: PlanSearch }) => {
  const me = useMe()
  const [edited, setEdited] = useState(false)
  const request = ofSearch(search, me.connections)
  return (
    <>
      <Options search={search} onEdited={setEdited} />
      {request === undefined ? (
        <div className="panel">
          <Empty icon="question" title="What is to be rolled back?">
            <p>
              Choose it in the list of <Link to="/migrations">migrations</Link>.
            </p>
          </Empty>
        </div>
      ) : (
        <Asked request={request} edited={edited} />
      )}
    </>
  )
}

interface AskedProps {
  readonly request: RunRequest
  /** The form above says something else by now: what is shown is not to be carried out. */
  readonly edited: boolean
}

const Asked = ({ request, edited }: AskedProps) => {
  const { data, error, isFetching, refetch } = useQuery(Queries.plan(request))
  if (error !== null && !isFetching) return <Refused problem={of(error)} again={() => void refetch()} />
  if (data === undefined) return <Skeleton lines={8} />
  return <Shown plan={data} request={request} edited={edited} again={() => void refetch()} />
}

interface ShownProps extends AskedProps {
  readonly plan: Planned.Plan
  readonly again: () => void
}

const Shown = ({ plan, request, edited, again }: ShownProps) => {
  const groups = grouped(plan.steps)
  return (
    <>
      {plan.steps.length === 0 ? (
        <div className="panel">
          <Empty icon="check" title="Nothing to do">
            <p>
              {plan.skipped.length === 0
                ? "No migration is selected. Take a part of the selection away."
                : plan.direction === "down"
                  ? "It is not applied there, so there is nothing to roll back."
                  : `All that is selected is applied: ${Text.count(plan.skipped.length, "migration")}.`}
            </p>
          </Empty>
        </div>
      ) : (
        <section className="stack" aria-label="Steps">
          <p className="muted">
            Plan <code>{plan.hash}</code> · {Text.count(plan.steps.length, "step")}
            {groups.length < plan.steps.length ? ` of ${Text.count(groups.length, "migration")}` : ""}, in
            this order
          </p>
          {groups.map(group => (
            <Step key={group.step.migration_id} group={group} />
          ))}
        </section>
      )}
      <NotPlanned plan={plan} />
      {plan.steps.length === 0 ? null : <Go plan={plan} request={request} edited={edited} again={again} />}
    </>
  )
}
