import { useMutation, useQueryClient } from "@tanstack/react-query"
import { useNavigate } from "@tanstack/react-router"
import type { Run } from "bfm/client"
import { useMay } from "../../api/Me.ts"
import { of } from "../../api/Problem.ts"
import { ask } from "../../api/Service.ts"
import { Icon } from "../../parts/Icon.tsx"
import { toSearch } from "../plan/Order.ts"

/** What can be done with a run: end it, or do what is left of it. */
export const Controls = ({ run }: { readonly run: Run.Run }) => {
  const may = useMay(run.direction === "up" ? "migrate" : "rollback")
  if (!may || run.state === "succeeded") return null
  return run.state === "running" || run.state === "queued" ? <Cancel run={run} /> : <Again run={run} />
}

const Cancel = ({ run: { id } }: { readonly run: Run.Run }) => {
  const queries = useQueryClient()
  const cancel = useMutation({
    mutationFn: () => ask(api => api.runs.cancel({ path: { id } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["run", id] })
  })
  return (
    <>
      <Said error={cancel.error} />
      <button
        type="button"
        className="button"
        disabled={cancel.isPending || cancel.isSuccess}
        onClick={() => cancel.mutate()}
      >
        <Icon name="pause" />
        {cancel.isSuccess ? "Ends after the step in flight …" : "Cancel"}
      </button>
    </>
  )
}

/** Nothing is run without a plan that was looked at: this leads to the plan of what is left. */
const Again = ({ run: { id, state } }: { readonly run: Run.Run }) => {
  const navigate = useNavigate()
  const left = useMutation({
    mutationFn: () => ask(api => api.runs.left({ path: { id } })),
    onSuccess: request => navigate({ to: "/plan", search: toSearch(request) })
  })
  return (
    <>
      <Said error={left.error} />
      <button
        type="button"
        className="button primary"
        disabled={left.isPending}
        onClick={() => left.mutate()}
      >
        <Icon name="refresh" />
        {state === "failed" ? "Retry what failed" : "Resume"}
      </button>
    </>
  )
}

const Said = ({ error }: { readonly error: unknown }) =>
  error === null ? null : (
    <span role="alert" className="small">
      {of(error).message}
    </span>
  )
