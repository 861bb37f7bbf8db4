import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import * as RunnerAddress from "@effect/cluster/RunnerAddress"
import * as RunnerHealth from "@effect/cluster/RunnerHealth"
import * as Runners from "@effect/cluster/Runners"
import * as Sharding from "@effect/cluster/Sharding"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "@effect/cluster/SqlRunnerStorage"
import type { SqlClient } from "@effect/sql/SqlClient"
import * as Activity from "@effect/workflow/Activity"
import * as Workflow from "@effect/workflow/Workflow"
import * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { Engine, Workplace } from "../../ports/Engine.ts"

/** All of the engine's tables begin so. */
const prefix = "bfm_cluster"

/**
 * One run, handed out once. Its only activity is repeated when its worker is lost; whether there is anything left to
 * do, the state says, and what is done already, the ledgers.
 */
const CarryOut = Workflow.make({
  name: "bfm/CarryOut",
  payload: { runId: Schema.String, attempt: Schema.Int },
  idempotencyKey: ({ runId, attempt }) => `${runId}/${attempt}`
})

const workflow = CarryOut.toLayer(job =>
  Effect.flatMap(Workplace, ({ carryOut }) => Activity.make({ name: "run", execute: carryOut(job) }))
)

/** Which of the workers this one is; it need not be reachable. */
export interface Self {
  readonly host: string
  readonly pid: number
}

/**
 * Workers speak to each other through the state's database alone: no worker has to reach another one. A lost worker's
 * share is taken over after the lock's expiration; locks are rows, because the engine's advisory locks are plain numbers
 * that two fleets in one database would share.
 */
const config = ({ host, pid }: Self) =>
  ShardingConfig.layer({
    runnerAddress: Option.some(RunnerAddress.make(host, pid)),
    shardsPerGroup: 64,
    shardLockDisableAdvisory: true,
    shardLockExpiration: "5 seconds",
    shardLockRefreshInterval: "1500 millis",
    refreshAssignmentsInterval: "1 second",
    entityMessagePollInterval: "500 millis",
    entityReplyPollInterval: "1 second",
    entityMailboxCapacity: "unbounded",
    entityTerminationTimeout: "2 seconds",
    runnerHealthCheckInterval: "2 seconds",
    sendRetryInterval: "200 millis"
  })

const submitting = Layer.effect(
  Engine,
  Effect.map(WorkflowEngine.WorkflowEngine, engine => ({
    submit: job =>
      Effect.asVoid(CarryOut.execute(job, { discard: true })).pipe(
        Effect.provideService(WorkflowEngine.WorkflowEngine, engine)
      )
  }))
)

/** The engine of one worker. */
export const layer = (self: Self): Layer.Layer<Engine, unknown, Workplace | SqlClient> =>
  Layer.merge(workflow, submitting).pipe(
    Layer.provide(ClusterWorkflowEngine.layer),
    Layer.provide(Sharding.layer),
    Layer.provide(Runners.layerNoop),
    Layer.provideMerge(SqlMessageStorage.layerWith({ prefix })),
    Layer.provide([SqlRunnerStorage.layerWith({ prefix }), RunnerHealth.layerNoop]),
    Layer.provide(config(self))
  )
