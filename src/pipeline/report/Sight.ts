import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type { BfmError } from "../../domain/Errors.ts"
import type { HistoryItem } from "../../domain/History.ts"
import * as Ledger from "../../domain/Ledger.ts"
import type { Plan } from "../../domain/Plan.ts"

/** `applied`: applying the request would do nothing. `reachable`: every store that it needs answers, and the state. */
export const goals = ["applied", "reachable"] as const
export type Goal = (typeof goals)[number]

/** How things stand at one moment, for somebody who waits. */
export type Sight =
  /** `plan` is absent where only the stores were asked for. */
  | { readonly _tag: "Reached"; readonly plan?: Plan }
  /** `failed`: what was tried before anybody waited, and may be tried again. */
  | { readonly _tag: "Pending"; readonly plan: Plan; readonly failed: ReadonlyArray<HistoryItem> }
  /** Something cannot be asked now. */
  | { readonly _tag: "Away"; readonly error: BfmError }
  /** Nothing has answered in time. */
  | { readonly _tag: "Silent" }
  /** Steps have failed since somebody waits: to wait on would not help. */
  | { readonly _tag: "Failed"; readonly plan: Plan; readonly failed: ReadonlyArray<HistoryItem> }

/** What was asked, and what became of that. */
export interface Answers {
  readonly plan: Either.Either<Plan, BfmError>
  /** What happened last, newest first. */
  readonly recent: Either.Either<ReadonlyArray<HistoryItem>, BfmError>
  /** Failures that are older than the waiting; absent as long as nobody knows. */
  readonly old: ReadonlySet<string> | undefined
}

/** What the answers mean, or the error that no waiting can mend. */
export const judge = (goal: Goal, answers: Answers): Either.Either<Sight, BfmError> =>
  goal === "applied" ? applied(answers) : reachable(answers)

const applied = ({ plan, recent, old }: Answers): Either.Either<Sight, BfmError> => {
  if (Either.isLeft(plan)) {
    return meaning(plan.left) === "away" ? away(plan.left) : Either.left(plan.left)
  }
  const { steps, skipped, waiting } = plan.right
  // Nothing at all is selected: the migrations that are waited for have not arrived yet, or never will.
  if (steps.length === 0 && skipped.length + waiting.length > 0)
    return Either.right({ _tag: "Reached", plan: plan.right })
  const failed = failuresOf(
    plan.right,
    Either.getOrElse(recent, () => [])
  )
  const fresh = old === undefined ? [] : failed.filter(item => !old.has(nameOf(item)))
  return Either.right(
    fresh.length > 0
      ? { _tag: "Failed", plan: plan.right, failed: fresh }
      : { _tag: "Pending", plan: plan.right, failed }
  )
}

const reachable = ({ plan, recent }: Answers): Either.Either<Sight, BfmError> => {
  for (const wrong of [Either.getLeft(plan), Either.getLeft(recent)]) {
    if (Option.isNone(wrong)) continue
    const means = meaning(wrong.value)
    if (means !== "answered") return means === "away" ? away(wrong.value) : Either.left(wrong.value)
  }
  return Either.right({ _tag: "Reached" })
}

const away = (error: BfmError): Either.Either<Sight, BfmError> => Either.right({ _tag: "Away", error })

/** One failure, told from every other. */
export const nameOf = ({ run_id, at, migration_id, schema }: HistoryItem): string =>
  `${run_id} ${at} ${Ledger.key(migration_id, schema)}`

/** The newest failure of each step, where nothing happened to it since. */
const failuresOf = (plan: Plan, recent: ReadonlyArray<HistoryItem>): ReadonlyArray<HistoryItem> => {
  const latest = new Map<string, HistoryItem>()
  for (const item of recent) {
    const key = Ledger.key(item.migration_id, item.schema)
    if (!latest.has(key)) latest.set(key, item)
  }
  return plan.steps.flatMap(({ migration_id, schema }) => {
    const found = latest.get(Ledger.key(migration_id, schema))
    return found?.event === "failed" ? [found] : []
  })
}

/** `away`: it may answer later. `answered`: the stores did. `never`: waiting does not mend it. */
type Meaning = "away" | "answered" | "never"

const meanings: Record<BfmError["_tag"], Meaning> = {
  BuildFailed: "never",
  ConfigInvalid: "never",
  ConnectionUnknown: "never",
  ConnectionUnreachable: "away",
  EmbeddedUnavailable: "never",
  Forbidden: "never",
  LockBusy: "away",
  MigrationAmbiguous: "never",
  MigrationChanged: "answered",
  MigrationNotFound: "never",
  NotSupported: "never",
  PlanDiffers: "answered",
  PlanRejected: "answered",
  RequestInvalid: "never",
  RunConflict: "never",
  RunFailed: "answered",
  RunNotFound: "never",
  ServiceFailed: "away",
  ShuttingDown: "away",
  SourceInvalid: "never",
  StateUnavailable: "away",
  StoreRefused: "away",
  TooManyAttempts: "never",
  Unauthenticated: "never"
}

const meaning = (error: BfmError): Meaning => meanings[error._tag]
