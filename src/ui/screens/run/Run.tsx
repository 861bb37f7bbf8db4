import { useQuery } from "@tanstack/react-query"
import { getRouteApi, Link } from "@tanstack/react-router"
import type { RunRequest, Run as Runs } from "bfm/client"
import { useFleet } from "../../api/Fleet.ts"
import * as Queries from "../../api/Queries.ts"
import { Heading } from "../../parts/Heading.tsx"
import { Loaded } from "../../parts/Loaded.tsx"
import { duration, Moment } from "../../parts/Moment.tsx"
import { Notice } from "../../parts/Notice.tsx"
import { RunSign } from "../../parts/Sign.tsx"
import { Controls } from "./Controls.tsx"
import * as Course from "./Course.ts"
import { Events } from "./Events.tsx"
import { Failures } from "./Failures.tsx"
import { type Following, useCourse } from "./Follow.ts"
import { Lanes } from "./Lanes.tsx"
import { Past } from "./Past.tsx"
import { Progress } from "./Progress.tsx"
import { Steps } from "./Steps.tsx"

const route = getRouteApi("/runs/$id")

/** One run, as it goes on. */
export const Run = () => {
  const { id } = route.useParams()
  const following = useCourse(id)
  const query = useQuery(Queries.run(id))
  return (
    <Loaded key={id} query={query} lines={8}>
      {({ request, plan: _, ...run }) => <Known run={run} request={request} following={following} />}
    </Loaded>
  )
}

interface Props {
  readonly run: Runs.Run
  readonly request: RunRequest | undefined
  readonly following: Following
}

const words = { up: "Apply", down: "Roll back" } as const

const Known = ({ run, request, following: { course, problem } }: Props) => {
  const steps = [...course.steps.values()]
  const state = course.finished ?? (steps.length > 0 && run.finished_at === undefined ? "running" : run.state)
  const failed = steps.filter(({ failure }) => failure !== undefined)
  return (
    <>
      <Heading title={`${words[run.direction]}: run ${run.id.slice(-6)}`} beside={<RunSign state={state} />}>
        <Controls run={{ ...run, state }} request={request} />
      </Heading>
      <p className="muted">
        <code>{run.id}</code> · by {run.actor.name} ({run.actor.method}) · began{" "}
        <Moment at={run.started_at} />
        {run.finished_at === undefined ? "" : ` · took ${duration(run.finished_at - run.started_at)}`}
        <Carrier run={{ ...run, state }} />
        {run.plan_hash === "" ? "" : ` · plan ${run.plan_hash}`}
        {run.actor.request === undefined ? "" : ` · request ${run.actor.request.id}`}
      </p>
      <Trouble run={run} problem={problem} />
      <Kin run={run} />
      {course.held === undefined || course.finished !== undefined ? null : (
        <Notice
          tone="info"
          title="It waits"
        >{`What it wants to change is being migrated by ${course.held}.`}</Notice>
      )}
      <Progress run={run} counts={Course.counts(steps)} />
      {course.warnings.map(warning => (
        <Notice key={warning} tone="warn" title="To know">
          {warning}
        </Notice>
      ))}
      <Failures failed={failed} />
      <Lanes steps={steps} />
      {steps.length > 0 ? <Steps steps={steps} /> : <Past run={run} heard={course.plan !== undefined} />}
      <Events lines={course.lines} />
    </>
  )
}

/** Who carries it out, or did: a worker, where runs are queued for them. */
const Carrier = ({ run: { owner, state } }: Pick<Props, "run">) => {
  const fleet = useFleet()
  if (state === "queued") return " · waits for a worker"
  if (owner === undefined) return null
  const worker = fleet?.query.data?.items.find(({ id }) => id === owner)
  const standing = worker === undefined || worker.alive ? "" : " (silent)"
  return (
    <>
      {fleet === undefined ? " · carried out by " : " · on worker "}
      <code>{owner}</code>
      {worker?.draining === true ? " (draining)" : standing}
    </>
  )
}

/** Why a run came to nothing, where that is no step's fault. */
const Trouble = ({ run, problem }: { readonly run: Runs.Run; readonly problem: Following["problem"] }) => {
  const said = problem?.kind === "refused" ? problem.message : run.error
  return said === undefined ? null : (
    <Notice tone="bad" title="It came to nothing" urgent>
      {said}
    </Notice>
  )
}

/** What a person should know of it, and the run that it goes on with or that goes on with it. */
const Kin = ({ run: { notice, continues, continued_by: by } }: { readonly run: Runs.Run }) => (
  <>
    {notice === undefined ? null : (
      <Notice tone="warn" title="To know">
        {notice}
      </Notice>
    )}
    {continues === undefined ? null : (
      <p>
        It goes on with{" "}
        <Link to="/runs/$id" params={{ id: continues }}>
          {continues}
        </Link>
        .
      </p>
    )}
    {by === undefined ? null : (
      <p>
        The rest was done by{" "}
        <Link to="/runs/$id" params={{ id: by }}>
          {by}
        </Link>
        .
      </p>
    )}
  </>
)
