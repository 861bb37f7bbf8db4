import * as Effect from "effect/Effect"
import type { CatalogObject, Verify } from "../../domain/Verify.ts"
import type { Client } from "./Client.ts"
import * as Fault from "./Fault.ts"
import { identifier, literal } from "./Quote.ts"

interface Name {
  readonly schema?: string | undefined
  readonly name: string
}

/** What the catalog says of what a statement is to bring about. */
export type Look =
  /** It is so, or it is not so. */
  | { readonly _tag: "Seen"; readonly met: boolean; readonly says: string }
  /** It makes no difference: the statement can be sent again. */
  | { readonly _tag: "Harmless" }
  | { readonly _tag: "Unclear"; readonly says?: string }

/** Asks the catalog. `database`: where names without one belong. */
export const look = (client: Client, database: string, verify: Verify): Effect.Effect<Look, Fault.Fault> => {
  const at = ({ schema, name }: Name): Place => ({ schema: schema ?? database, name })
  switch (verify._tag) {
    case "Repeatable":
      return Effect.succeed({ _tag: "Harmless" })
    case "Made":
      return Effect.map(listed(client, verify.object, at(verify)), there =>
        seen(there, says(verify.object, at(verify), there))
      )
    case "Gone":
      return Effect.map(
        Effect.filter(verify.names, name => listed(client, verify.object, at(name))),
        left =>
          seen(
            left.length === 0,
            left.length === 0
              ? verify.names.map(name => says(verify.object, at(name), false)).join(", ")
              : left.map(name => says(verify.object, at(name), true)).join(", ")
          )
      )
    case "ColumnsMade":
    case "ColumnsGone":
      return Effect.map(columnsOf(client, at(verify.table)), found => {
        const there = verify.columns.filter(name => found.has(name))
        const met =
          verify._tag === "ColumnsMade" ? there.length === verify.columns.length : there.length === 0
        return seen(
          met,
          `${shown(at(verify.table))} has ${there.join(", ") || `no ${verify.columns.join(", ")}`}`
        )
      })
    case "Renamed":
      return Effect.gen(function* () {
        const to = at({ ...verify, name: verify.to })
        const old = yield* listed(client, "table", at(verify))
        const renamed = yield* listed(client, "table", to)
        return seen(!old && renamed, `${says("table", at(verify), old)}, ${says("table", to, renamed)}`)
      })
    case "RowsWritten":
      return rows(client, at(verify.table), verify.columns)
    default:
      return Effect.succeed({ _tag: "Unclear" })
  }
}

interface Place {
  readonly schema: string
  readonly name: string
}

const seen = (met: boolean, text: string): Look => ({ _tag: "Seen", met, says: text })

const shown = ({ schema, name }: Place): string => `${schema}.${name}`

const says = (object: CatalogObject, place: Place, there: boolean): string =>
  `${object} ${object === "table" || object === "view" ? shown(place) : place.name} is ${there ? "there" : "not there"}`

const questions: Record<CatalogObject, (place: Place) => string> = {
  table: ({ schema, name }) =>
    `SELECT table_name FROM information_schema.tables WHERE table_schema = ${literal(schema)} AND table_name = ${literal(name)}`,
  view: ({ schema, name }) =>
    `SELECT table_name FROM information_schema.tables WHERE table_schema = ${literal(schema)} AND table_name = ${literal(name)} AND table_type = 'VIEW'`,
  flow: ({ name }) => `SELECT flow_name FROM information_schema.flows WHERE flow_name = ${literal(name)}`,
  database: ({ name }) =>
    `SELECT schema_name FROM information_schema.schemata WHERE schema_name = ${literal(name)}`
}

/** Whether the catalog lists it. */
export const listed = (
  client: Client,
  object: CatalogObject,
  place: Place
): Effect.Effect<boolean, Fault.Fault> =>
  Effect.map(client.ask(questions[object](place)), ([found = []]) => found.length > 0)

const columnsOf = ({ ask }: Client, { schema, name }: Place) =>
  Effect.map(
    ask(
      `SELECT column_name FROM information_schema.columns WHERE table_schema = ${literal(schema)} AND table_name = ${literal(name)}`
    ),
    ([found = []]) => new Set(found.map(row => String(row["column_name"])))
  )

/** Rows with the same tags and time replace themselves, unless the table keeps each, or says what the time is. */
const rows = (
  client: Client,
  place: Place,
  columns: ReadonlyArray<string> | undefined
): Effect.Effect<Look, Fault.Fault> =>
  Effect.gen(function* () {
    const [created = []] = yield* client.ask(
      `SHOW CREATE TABLE ${identifier(place.schema)}.${identifier(place.name)}`
    )
    if (/append_mode'?\s*=\s*'true'/.test(String(created[0]?.["Create Table"]))) {
      const says = `${shown(place)} keeps every row that it is sent (append_mode): sending these again would double them`
      return { _tag: "Unclear", says } satisfies Look
    }
    const [times = []] = yield* client.ask(
      `SELECT column_name FROM information_schema.columns WHERE table_schema = ${literal(place.schema)} AND table_name = ${literal(place.name)} AND semantic_type = 'TIMESTAMP' AND column_default IS NOT NULL`
    )
    const filled = times.some(row => columns?.includes(String(row["column_name"])) === false)
    const says = `${shown(place)} gives the rows their time itself: sent again they would be other rows`
    return filled ? ({ _tag: "Unclear", says } satisfies Look) : ({ _tag: "Harmless" } satisfies Look)
  }).pipe(Effect.catchIf(Fault.isAbsent, () => Effect.succeed<Look>({ _tag: "Harmless" })))
