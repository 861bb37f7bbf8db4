import * as Either from "effect/Either"
import type { ForeignMigration, History, Reading, SourceFile } from "../../domain/foreign/Foreign.ts"
import type { ForeignReport } from "../../domain/foreign/Report.ts"
import * as Rewrite from "../../domain/foreign/Rewrite.ts"
import * as Versions from "../../domain/foreign/Versions.ts"
import { canonical, type Identity, short } from "../../domain/Identity.ts"
import * as Ledger from "../../domain/Ledger.ts"
import type { Migration } from "../../domain/Migration.ts"
import { fromScripts } from "../../domain/source/Scripts.ts"
import type { Connection } from "../../ports/Connections.ts"
import type { Found } from "../../ports/ForeignHistory.ts"
import { type Entry, reported } from "../adoption/Entries.ts"
import * as Facts from "../adoption/Facts.ts"
import type { Since } from "../adoption/Since.ts"
import * as Placement from "../plan/Placement.ts"
import type { World } from "../plan/World.ts"
import type { Request } from "./Import.ts"

/** Everything that deciding looks at, read beforehand. */
export interface Seen {
  readonly request: Request
  readonly connection: Connection
  readonly files: ReadonlyArray<SourceFile>
  /** The folder of the connection. */
  readonly target: string
  /** Scripts that stand there already, by their names. */
  readonly existing: ReadonlyMap<string, string>
  readonly history: Found
  readonly world: World
  readonly since: ReadonlyMap<string, Since>
}

export interface Write {
  readonly file: string
  readonly text: string
}

/** What importing comes to; nothing of it is done yet. With problems, nothing of it may be done. */
export interface Decided {
  readonly writes: ReadonlyArray<Write>
  readonly entries: ReadonlyArray<Entry>
  readonly report: ForeignReport
  readonly problems: ReadonlyArray<string>
}

/** A migration of the other tool, and what it is here. */
interface Taken {
  readonly foreign: ForeignMigration
  readonly migration: Migration
  readonly rewritten: Rewrite.Rewritten
  /** Its files are there already: they are left alone. */
  readonly there: boolean
}

export const decide = (seen: Seen): Decided => {
  const { tool } = seen.request
  const reading = tool.read(seen.files)
  const wrong = mistakes(seen, reading)
  const history: History =
    wrong.length > 0
      ? { applied: new Map(), problems: [], notes: [] }
      : tool.history(seen.history.rows, reading.migrations)
  const versions = Versions.assign(reading.migrations, known(seen))
  const taken = Either.isRight(versions) ? taking(seen, reading, versions.right) : []
  const writes = taken.flatMap(one => writesOf(seen, one))
  const problems = [
    ...wrong,
    ...history.problems.map(problem => `${seen.history.table}: ${problem}`),
    ...(Either.isLeft(versions) ? [squeezed(versions.left)] : []),
    ...conflicts(seen, taken)
  ]
  const judged = judge(seen, history, taken)
  return {
    writes,
    entries: judged.entries,
    report: reportOf(seen, reading, history, taken, judged),
    problems
  }
}

/** What keeps everything from being imported. */
const mistakes = (
  { request: { tool, table, from }, history }: Seen,
  reading: Reading
): ReadonlyArray<string> => {
  const missing = tool.columns.filter(column => !history.columns.includes(column))
  const problems = reading.problems.map(({ file, reason }) => `${from}/${file}: ${reason}`)
  if (reading.migrations.length === 0 && problems.length === 0) {
    problems.push(`${from} has no migrations of ${tool.name}: is it the right folder (--from)?`)
  }
  if (history.columns.length === 0 && table !== undefined)
    problems.push(`there is no table ${table} (--history-table)`)
  if (history.columns.length > 0 && missing.length > 0) {
    problems.push(
      `${history.table} is not a history of ${tool.name}: it has no ${missing.join(", ")}; name its own with --history-table`
    )
  }
  // dbmate's table has the only column that golang-migrate's has too.
  if (tool.columns.length === 1 && history.columns.includes("dirty")) {
    problems.push(
      `${history.table} is golang-migrate's: bfm import golang-migrate, or name another (--history-table)`
    )
  }
  return problems
}

/** Versions of what was imported before, by the files that it was made from. */
const known = ({ request, existing }: Seen): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  for (const [name, text] of existing) {
    const origin = name.endsWith(".up.sql") ? Rewrite.originOf(text) : undefined
    if (origin?.tool === request.tool.name) found.set(origin.file, name.slice(0, 14))
  }
  return found
}

const squeezed = (file: string): string =>
  `${file} would have to come between migrations that were imported before, and there is no version left: give it one by hand in the SFM directory`

const taking = (seen: Seen, reading: Reading, versions: ReadonlyArray<string>): ReadonlyArray<Taken> =>
  reading.migrations.map((foreign, index) => {
    const identity: Identity = {
      backend: seen.connection.backend,
      connection: seen.connection.name,
      version: versions[index] ?? "",
      name: foreign.name
    }
    const rewritten = Rewrite.rewrite(seen.request.tool.name, foreign)
    const name = `${short(identity)}.up.sql`
    const migration =
      seen.world.catalog.byId.get(canonical(identity)) ??
      fromScripts({ ...identity, path: `${seen.target}/${name}`, up: rewritten.up, down: rewritten.down })
    const there = Rewrite.originOf(seen.existing.get(name) ?? "")?.file === foreign.file
    return { foreign, migration, rewritten, there }
  })

const writesOf = ({ target }: Seen, { migration, rewritten, there }: Taken): ReadonlyArray<Write> =>
  there
    ? []
    : [
        // The up file comes last: it is what tells that the pair was imported.
        ...(rewritten.down === undefined
          ? []
          : [{ file: `${target}/${short(migration)}.down.sql`, text: rewritten.down }]),
        { file: `${target}/${short(migration)}.up.sql`, text: rewritten.up }
      ]

const conflicts = ({ existing, target }: Seen, taken: ReadonlyArray<Taken>): ReadonlyArray<string> =>
  taken.flatMap(({ migration, there, foreign }) => {
    const name = `${short(migration)}.up.sql`
    return !there && existing.has(name)
      ? [`${target}/${name} is there already, and was not made from ${foreign.file}: rename one of them`]
      : []
  })

interface Judged {
  readonly entries: ReadonlyArray<Entry>
  readonly known: number
  readonly pending: ForeignReport["pending"]
  readonly questions: ForeignReport["questions"]
}

const judge = (seen: Seen, history: History, taken: ReadonlyArray<Taken>): Judged => {
  const settled = Facts.isSettled(seen)
  const found = {
    entries: [] as Array<Entry>,
    known: 0,
    pending: [] as Array<ForeignReport["pending"][number]>,
    questions: [] as Array<ForeignReport["questions"][number]>
  }
  for (const { foreign, migration, rewritten } of taken) {
    const id = canonical(migration)
    const schema = Placement.home(migration, seen.connection)
    const applied = history.applied.get(foreign.key)
    const ask = (reason: string, remedy: string) => found.questions.push({ subject: id, reason, remedy })
    if (schema === undefined)
      ask("it is dynamic: nobody can tell in which schema it ran", Facts.resolve(id, "NAME"))
    else if (settled(migration, schema)) found.known += 1
    else if (applied === undefined) {
      found.pending.push({ migration_id: id, schema, reason: "not in the history" })
      if (rewritten.refused !== undefined) {
        ask(`BfM would not run it: ${rewritten.refused}`, `mend ${migration.up.path} before it is run`)
      }
    } else if (seen.since.get(Ledger.key(id, schema)) === "lost") {
      ask("the history has it as applied; BfM's ledger had it and lost it", Facts.resolve(id, schema))
    } else {
      found.entries.push({ migration, schema, at: applied.at, actor: applied.actor ?? "", method: "cli" })
    }
  }
  return found
}

const reportOf = (
  { request, history: table }: Seen,
  reading: Reading,
  history: History,
  taken: ReadonlyArray<Taken>,
  judged: Judged
): ForeignReport => {
  const keys = new Set(reading.migrations.map(({ key }) => key))
  return {
    tool: request.tool.name,
    from: request.from,
    history: table.columns.length === 0 ? "" : table.table,
    done: false,
    files: taken
      .filter(({ there }) => !there)
      .map(({ foreign, migration, rewritten }) => ({
        migration_id: canonical(migration),
        from: foreign.file,
        paths: [
          migration.up.path,
          ...(rewritten.down === undefined ? [] : [migration.up.path.replace(/\.up\.sql$/, ".down.sql")])
        ]
      })),
    entries: judged.entries.map(reported),
    known: judged.known,
    pending: judged.pending,
    questions: judged.questions,
    unknown: [...history.applied.keys()].filter(key => !keys.has(key)),
    notes: [
      ...(table.columns.length === 0
        ? [`there is no table ${table.table}: nothing was applied by ${request.tool.name}`]
        : []),
      ...reading.left.map(({ file, reason }) => `${file} stays behind: ${reason}`),
      ...reading.notes,
      ...history.notes
    ],
    run_id: ""
  }
}
