import * as Either from "effect/Either"
import { type Finding, notice, wrong } from "../../domain/Doctor.ts"
import * as Duration from "../../domain/Duration.ts"
import type { LedgerEntry } from "../../domain/Ledger.ts"
import { hasEnded, type Run } from "../../domain/Run.ts"
import { isListening } from "../../domain/Worker.ts"
import type { HeldLock } from "../../ports/Lock.ts"
import * as Pulse from "../execute/Pulse.ts"
import * as Workers from "../runs/Workers.ts"
import type { Facts, Memory } from "./Facts.ts"

/** What does not go on by itself. */
export const findings = (facts: Facts): ReadonlyArray<Finding> => {
  const memory = facts.memory !== undefined && Either.isRight(facts.memory) ? facts.memory.right : undefined
  const held = memory?.held ?? []
  return [
    ...(facts.memory !== undefined && Either.isLeft(facts.memory)
      ? [wrong("stuck", "state", facts.memory.left.message, "bfm status")]
      : []),
    ...facts.answers.flatMap(({ inspection }) =>
      Either.isRight(inspection) ? inspection.right.entries.flatMap(entry => journal(entry, held)) : []
    ),
    ...items(facts),
    ...(memory === undefined ? [] : [...runs(facts.now, memory), ...locks(facts.now, memory)])
  ]
}

const place = ({ schema }: { readonly schema: string }): string =>
  schema === "" ? "" : ` --schema ${schema}`

/** A step outside of a transaction that was begun, and that nobody works at. */
const journal = (entry: LedgerEntry, held: ReadonlyArray<HeldLock>): ReadonlyArray<Finding> => {
  if (entry.state !== "running") return []
  const busy = held.some(lock => lock.connection === entry.connection && lock.schema === entry.schema)
  if (busy) return []
  const done = `${entry.unitsDone} of its parts ${entry.unitsDone === 1 ? "is" : "are"} done`
  const reason = entry.unitBegun
    ? `it was interrupted: ${done}, and the next one was begun: whether that landed, the next run finds out`
    : `it was interrupted: ${done}`
  const remedy =
    entry.direction === "up"
      ? `bfm migrate up --connection ${entry.connection}${place(entry)} goes on with it, and asks where only you can know`
      : `bfm migrate down ${entry.migrationId}${place(entry)} goes on with it`
  return [wrong("stuck", entry.migrationId, reason, remedy)]
}

const items = ({ items }: Facts): ReadonlyArray<Finding> =>
  items.flatMap(item => {
    const { migration_id: id } = item
    switch (item.status) {
      case "changed":
        return [
          wrong(
            "ledger",
            id,
            "its file was edited after it was applied: runs on its connection refuse",
            `bfm validate ${id} shows the difference; put the file back, and write the change as a new migration`
          )
        ]
      case "failed":
        return [
          notice(
            "stuck",
            id,
            `its last attempt failed${item.note === undefined ? "" : `: ${item.note}`}`,
            `mend it, then: bfm migrate up --connection ${item.connection}${place(item)}`
          )
        ]
      case "missing":
        return [
          notice(
            "ledger",
            id,
            "it is applied, and its file is gone",
            "bring the file back from version control; nothing else depends on it"
          )
        ]
      default:
        return []
    }
  })

const runs = (now: number, { runs, workers }: Memory): ReadonlyArray<Finding> => {
  const manned = workers.some(isListening)
  return runs.flatMap(run => {
    const subject = `run ${run.id}`
    if (run.state === "queued" && !manned) {
      return [wrong("stuck", subject, Workers.nobody, `bfm worker, or give it up: bfm runs cancel ${run.id}`)]
    }
    if (run.state === "paused") {
      if (run.continued_by !== undefined) return []
      return [notice("stuck", subject, "it is paused between two steps", `bfm runs resume ${run.id}`)]
    }
    if (run.state === "interrupted" && run.continued_by === undefined && run.pending + run.not_run > 0) {
      return [
        notice(
          "stuck",
          subject,
          `it was interrupted with ${run.pending + run.not_run} steps left`,
          `bfm runs resume ${run.id}, or simply: bfm migrate up`
        )
      ]
    }
    // What a worker had, another worker takes over by itself.
    return manned && workers.some(({ id }) => id === run.owner) ? [] : abandoned(now, run)
  })
}

/** Its process gave no sign of life for too long. */
const abandoned = (now: number, run: Run): ReadonlyArray<Finding> => {
  const silent = now - (run.heartbeat_at ?? run.started_at)
  if (hasEnded(run) || run.state !== "running" || silent <= Pulse.silence) return []
  return [
    wrong(
      "stuck",
      `run ${run.id}`,
      `its process ${run.owner ?? ""} has been silent for ${Duration.render(silent)}: it is gone, and what it did is in the ledgers`,
      `bfm runs show ${run.id}, then bfm runs resume ${run.id}`
    )
  ]
}

/** A lock belongs to a live session: one whose run has ended is held by a process that hangs. */
const locks = (now: number, { held, runs }: Memory): ReadonlyArray<Finding> =>
  held.flatMap(lock => {
    const run = runs.find(({ id }) => id === lock.runId)
    const place = lock.schema === "" ? lock.connection : `${lock.connection}, schema ${lock.schema}`
    const since = Duration.render(Math.max(0, now - lock.since))
    const working = run !== undefined && !hasEnded(run)
    return [
      working
        ? notice(
            "stuck",
            place,
            `locked by ${lock.actor} (run ${lock.runId}) for ${since}`,
            `bfm runs watch ${lock.runId}`
          )
        : notice(
            "stuck",
            place,
            `locked by ${lock.actor} for ${since}, and no run ${lock.runId} is under way: a command such as resolve or import holds it, or a process that hangs`,
            "it ends with the process that holds it: look for a bfm there"
          )
    ]
  })

/** Where the state does not say what the ledgers say. The next run mends it; what is lost, a person should know. */
export const differences = ({ differences }: Facts): ReadonlyArray<Finding> => {
  const learnt = differences.filter(({ _tag }) => _tag === "Execution").length
  const gone = differences.flatMap(change => (change._tag === "ExecutionRemoved" ? [change] : []))
  const told: Array<Finding> = gone.map(({ migrationId, schema }) =>
    wrong(
      "ledger",
      migrationId,
      `the state remembers it as applied${schema === "" ? "" : ` in schema ${schema}`}, and the ledger does not know it: the database was restored, made anew, or is another one`,
      `see whether its change is there; if it is: bfm resolve ${migrationId}${place({ schema })} --applied; if not, the next bfm migrate up applies it`
    )
  )
  if (learnt > 0) {
    told.push(
      notice(
        "ledger",
        "state",
        `it has not heard of ${learnt} ${learnt === 1 ? "entry" : "entries"} in the ledgers`,
        "nothing to do: the next run writes it down"
      )
    )
  }
  return told
}
