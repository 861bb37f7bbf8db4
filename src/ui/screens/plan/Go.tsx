import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import type { Plan, RunRequest } from "bfm/client"
import { useState } from "react"
import { useMay } from "../../api/Me.ts"
import { of } from "../../api/Problem.ts"
import * as Queries from "../../api/Queries.ts"
import { ask } from "../../api/Service.ts"
import { Icon } from "../../parts/Icon.tsx"
import { Notice } from "../../parts/Notice.tsx"
import * as Text from "../../parts/Text.ts"
import { Confirm } from "./Confirm.tsx"
import * as Form from "./Form.ts"
import { wordFor } from "./Grouped.ts"
import { seen } from "./Order.ts"
import { Rehearse } from "./Rehearse.tsx"

interface Props {
  readonly plan: Plan.Plan
  readonly request: RunRequest
  /** What is written above is not what was planned. */
  readonly edited: boolean
  readonly again: () => void
}

/** Carries the plan out as it is shown, or not at all. */
export const Go = ({ plan, request, edited, again }: Props) => {
  const down = plan.direction === "down"
  const may = useMay(down ? "rollback" : "migrate")
  const navigate = useNavigate()
  const queries = useQueryClient()
  const [asking, setAsking] = useState(false)
  const start = useMutation({
    mutationFn: () => ask(api => api.runs.start(Queries.sent(seen(request, plan.hash)))),
    onSuccess: run => {
      void queries.invalidateQueries({ queryKey: ["runs"] })
      void navigate({ to: "/runs/$id", params: { id: run.id } })
    }
  })
  const word = wordFor(plan)
  const verb = down ? "Roll back" : "Run"
  if (!may)
    return (
      <Notice tone="calm" title="You may look, and not run">
        {`Your token lacks the scope ${down ? "rollback" : "migrate"}. Send the address of this page to somebody who has it.`}
      </Notice>
    )
  if (edited)
    return (
      <section className="panel foot" aria-label="Carry it out">
        <span role="status">What is written above is not in this plan yet.</span>
        <div className="end">
          <button type="submit" form={Form.id} className="button primary">
            Plan again
          </button>
        </div>
      </section>
    )
  return (
    <section className="panel foot" aria-label="Carry it out">
      <strong>{Text.count(plan.steps.length, "step")}</strong>
      <span className="muted">
        plan <code>{plan.hash}</code>
      </span>
      {start.error === null ? null : <span role="alert">{of(start.error).message}</span>}
      <div className="end">
        <button type="button" className="button" onClick={again}>
          <Icon name="refresh" />
          Plan again
        </button>
        <Rehearse key={plan.hash} plan={plan} request={request} />
        <button
          type="button"
          className={word === undefined ? "button primary" : "button danger"}
          disabled={start.isPending}
          onClick={() => (word === undefined ? start.mutate() : setAsking(true))}
        >
          {`${verb} ${Text.count(plan.steps.length, "step")}${word === undefined ? "" : " …"}`}
        </button>
      </div>
      {word === undefined ? null : (
        <Confirm
          open={asking}
          plan={plan}
          word={word}
          verb={verb}
          onClose={() => setAsking(false)}
          onAgreed={() => start.mutate()}
        />
      )}
    </section>
  )
}
