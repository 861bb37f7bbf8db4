import { useMutation } from "@tanstack/react-query"
import { Backend, type Plan, type Run, type RunRequest } from "bfm/client"
import { of } from "../../api/Problem.ts"
import { ask } from "../../api/Service.ts"
import { Icon } from "../../parts/Icon.tsx"
import { duration } from "../../parts/Moment.tsx"
import { Notice } from "../../parts/Notice.tsx"
import * as Text from "../../parts/Text.ts"

interface Props {
  readonly plan: Plan.Plan
  readonly request: RunRequest
}

/** Really executes the plan, and takes everything back: where the stores can do that. */
export const Rehearse = ({ plan, request }: Props) => {
  const rehearse = useMutation({
    mutationFn: () =>
      request.direction === "down"
        ? Promise.reject(new Error("only applying is rehearsed"))
        : ask(api => api.runs.rehearse({ payload: request }))
  })
  if (
    request.direction === "down" ||
    plan.steps.some(({ backend }) => !Backend.capabilities[backend].rehearsable)
  )
    return null
  return (
    <>
      <button
        type="button"
        className="button"
        disabled={rehearse.isPending}
        onClick={() => rehearse.mutate()}
      >
        <Icon name={rehearse.isPending ? "turn" : "runs"} turning={rehearse.isPending} />
        {rehearse.isPending ? "Rehearsing …" : "Rehearse"}
      </button>
      <div className="outcome" role="status">
        {rehearse.data === undefined ? null : <Outcome result={rehearse.data} />}
        {rehearse.error === null ? null : (
          <Notice tone="bad" title="It was not rehearsed">
            {of(rehearse.error).message}
          </Notice>
        )}
      </div>
    </>
  )
}

const Outcome = ({ result }: { readonly result: Run.RunResult }) =>
  result.success ? (
    <Notice tone="good" title={`The rehearsal succeeded in ${duration(result.duration_ms)}`}>
      {[
        `${Text.count(result.applied.length, "step")} were executed and taken back; nothing is changed.`,
        ...result.warnings
      ].join("\n")}
    </Notice>
  ) : (
    <Notice tone="bad" title="The rehearsal failed; nothing is changed">
      {result.failures
        .map(({ path, line, code, reason, detail }) =>
          [
            `${line === undefined ? path : `${path}:${line}`}  ${code ?? ""} ${reason}`,
            ...(detail === undefined ? [] : [detail])
          ].join("\n")
        )
        .join("\n")}
    </Notice>
  )
