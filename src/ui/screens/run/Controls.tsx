import { useMutation, useQueryClient } from "@tanstack/react-query"
import { Link, useNavigate } from "@tanstack/react-router"
import type { Run, RunRequest } from "bfm/client"
import { useMay } from "../../api/Me.ts"
import { of } from "../../api/Problem.ts"
import { ask } from "../../api/Service.ts"
import { Icon } from "../../parts/Icon.tsx"
import { toSearch } from "../plan/Order.ts"

/** What can be done with a run: end it, or do what is left of it. */
export const Controls = ({ run, request }: Props) => {
  const may = useMay(run.direction === "up" ? "migrate" : "rollback")
  if (!may || run.state === "succeeded") return null
  if (run.state === "running" || run.state === "queued") return <Cancel run={run} />
  return (
    <>
      {run.state === "paused" || run.state === "interrupted" ? <Resume run={run} /> : null}
      {request === undefined ? null : (
        // Nothing else is run without a plan that was looked at.
        <Link to="/plan" search={toSearch(request)} className="button primary">
          <Icon name="refresh" />
          {run.state === "failed" ? "Retry what failed" : "Plan what is left"}
        </Link>
      )}
    </>
  )
}

interface Props {
  readonly run: Run.Run
  /** What it was asked to do, where that is remembered. */
  readonly request: RunRequest | undefined
}

/** First after the step in flight; whoever cannot wait for that cancels its statement too. */
const Cancel = ({ run: { id } }: { readonly run: Run.Run }) => {
  const queries = useQueryClient()
  const cancel = useMutation({
    mutationFn: (now: boolean) =>
      ask(api => api.runs.cancel({ path: { id }, urlParams: now ? { now } : {} })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ["run", id] })
  })
  const asked = cancel.isSuccess
  return (
    <>
      <Said error={cancel.error} />
      <button
        type="button"
        className="button"
        disabled={cancel.isPending || asked}
        onClick={() => cancel.mutate(false)}
      >
        <Icon name="pause" />
        {asked && cancel.variables ? "Ends now …" : asked ? "Ends after the step in flight …" : "Cancel"}
      </button>
      {asked && !cancel.variables && (
        <button type="button" className="button" onClick={() => cancel.mutate(true)}>
          Cancel its statement too
        </button>
      )}
    </>
  )
}

/** Goes on with the plan of the run, which somebody has seen. */
const Resume = ({ run: { id } }: { readonly run: Run.Run }) => {
  const navigate = useNavigate()
  const resume = useMutation({
    mutationFn: () => ask(api => api.runs.resume({ path: { id } })),
    onSuccess: next => navigate({ to: "/runs/$id", params: { id: next.id } })
  })
  return (
    <>
      <Said error={resume.error} />
      <button type="button" className="button" disabled={resume.isPending} onClick={() => resume.mutate()}>
        <Icon name="runs" />
        Resume
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
