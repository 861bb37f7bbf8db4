import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Arr from "effect/Array"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import { ulid } from "ulid"
import { type Actor, CurrentActor, Method } from "../../domain/Actor.ts"
import { BuildFailed } from "../../domain/Errors.ts"
import { canonical } from "../../domain/Identity.ts"
import * as Ledger from "../../domain/Ledger.ts"
import type { AdoptionReport } from "../../domain/predecessor/Adoption.ts"
import * as Insertion from "../../domain/source/Insertion.ts"
import { Connections } from "../../ports/Connections.ts"
import { Lock } from "../../ports/Lock.ts"
import { Settings } from "../../ports/Settings.ts"
import { type StateChange, StateStore } from "../../ports/StateStore.ts"
import * as AtomicFile from "../AtomicFile.ts"
import * as Marking from "../Marking.ts"
import { timestamp } from "../Reconcile.ts"
import * as World from "../World.ts"
import type { Adoption } from "./Adoption.ts"
import type { Edit } from "./Edits.ts"
import type { Entry } from "./Entries.ts"

/** Who wrote an entry of which nobody knows who applied it. */
const importer: Actor = { name: "import bfm", method: "cli" }

/**
 * Writes the directives, and then the entries: their checksums are those of the files as they are now. Runs
 * nothing. What breaks off in the middle is finished by doing it again.
 */
export const carryOut = Effect.fn("Adopt.carryOut")(function* ({ edits, entries, report }: Adoption) {
  for (const edit of edits) yield* write(edit)
  const runId = ulid(yield* Clock.currentTimeMillis)
  if (entries.length > 0) {
    const world = yield* World.read([...new Set(entries.map(({ migration }) => migration.connection))], "up")
    const lanes = Arr.groupBy(entries, ({ migration, schema }) => Ledger.key(migration.connection, schema))
    yield* Effect.forEach(Object.values(lanes), lane => Effect.scoped(record(world, lane, runId)), {
      discard: true
    })
  }
  const done: AdoptionReport = {
    ...report,
    done: edits.length + entries.length > 0,
    run_id: entries.length > 0 ? runId : ""
  }
  return done
})

/** Puts the directives into the file itself, also where a link leads to it; byte for byte, the rest stays. */
const write = Effect.fnUntraced(
  function* ({ migration: { backend, up }, additions }: Edit) {
    const fs = yield* FileSystem.FileSystem
    const file = yield* fs.realPath(up.path)
    // The byte-order mark is the file's: it is kept.
    const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(yield* fs.readFile(file))
    const changed = yield* Either.mapLeft(
      Insertion.insert(backend, text, additions),
      reason => new BuildFailed({ problems: [`${up.path}: ${reason}`] })
    )
    yield* AtomicFile.write(file, changed)
  },
  (effect, { migration: { up } }) =>
    Effect.mapError(effect, error => (error._tag === "BuildFailed" ? error : notWritten(up.path, error)))
)

const notWritten = (path: string, error: PlatformError): BuildFailed =>
  new BuildFailed({ problems: [`could not write ${path}: ${error.message}`] })

/** Entries of one schema, under the same lock as a run. */
const record = Effect.fnUntraced(function* (
  world: World.World,
  lane: Arr.NonEmptyReadonlyArray<Entry>,
  runId: string
) {
  const [{ migration: of, schema }] = lane
  const { name } = yield* CurrentActor
  const { lockWait } = yield* Settings
  const key = { connection: of.connection, schema }
  yield* (yield* Lock).acquire(key, { runId, actor: name }, lockWait, () => Effect.void)
  const store = yield* (yield* Connections).open(of.connection)
  const changes: Array<StateChange> = []
  for (const entry of lane) {
    // As the file is now: directives were added to it.
    const migration = world.catalog.byId.get(canonical(entry.migration)) ?? entry.migration
    const context = { runId, actor: actorOf(entry), rehearsal: false }
    yield* Marking.applied(world, store, migration, schema, context, entry.at)
    changes.push(...remembered(entry, runId, yield* Clock.currentTimeMillis))
  }
  yield* (yield* StateStore).record(changes)
})

const isMethod = Schema.is(Method)

const actorOf = ({ actor, method }: Entry): Actor =>
  actor !== "" && isMethod(method) ? { name: actor, method } : importer

/** What happened then, as far as it is known, and that we were told of it now. */
const remembered = (entry: Entry, runId: string, now: number): ReadonlyArray<StateChange> => {
  const actor = actorOf(entry)
  const common = { ...Marking.subject(entry.migration, entry.schema), run_id: runId }
  const by = { actor: actor.name, method: actor.method }
  const said = { actor: importer.name, method: importer.method }
  const then: ReadonlyArray<StateChange> =
    entry.at === undefined
      ? []
      : [{ _tag: "History", item: { ...common, ...by, event: "applied", at: timestamp(entry.at) } }]
  return [
    { _tag: "Execution", execution: { ...common, ...by, status: "applied", at: entry.at ?? now } },
    ...then,
    { _tag: "History", item: { ...common, ...said, event: "resolved_applied", at: timestamp(now) } }
  ]
}
