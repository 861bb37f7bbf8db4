import * as Contestants from "../Contestants.ts"
import type { Context } from "../Context.ts"
import * as Report from "../Report.ts"
import * as Rounds from "../Rounds.ts"

/** So many migrations with nothing applied: the whole process, start-up included. */
export const run = async (context: Context): Promise<ReadonlyArray<Report.Row>> => {
  const { options, psql, dbmate, nodePgMigrate, liquibase, changes } = context
  context.tell(`applying ${changes.length} migrations, ${options.rounds} rounds`)
  const found = await Rounds.inTurn(options.rounds, {
    bfm: Contestants.bfm(context),
    ...(psql._tag === "Found" ? { psql: Contestants.psql(context, psql.file) } : {}),
    ...(dbmate._tag === "Found" ? { dbmate: Contestants.dbmate(context, dbmate.file) } : {}),
    ...(nodePgMigrate._tag === "Found"
      ? { nodePgMigrate: Contestants.nodePgMigrate(context, nodePgMigrate.file) }
      : {}),
    ...(liquibase._tag === "Found" ? { liquibase: Contestants.liquibase(context, liquibase.file) } : {})
  })
  const what = `bfm migrate up, ${changes.length} pending`
  const rows: Array<Report.Row> = []
  const bfm = found["bfm"] ?? []
  if (found["psql"] === undefined) rows.push(missing(what, psql))
  else rows.push(Report.against(what, bfm, ["psql -f", found["psql"]], 1))
  if (found["dbmate"] === undefined) rows.push(missing(what, dbmate))
  else rows.push(Report.against(what, bfm, ["dbmate", found["dbmate"]], 0.9))
  if (found["nodePgMigrate"] === undefined) rows.push(missing(what, nodePgMigrate))
  else rows.push(Report.against(what, bfm, ["node-pg-migrate", found["nodePgMigrate"]]))
  if (found["liquibase"] === undefined) rows.push(missing(what, liquibase))
  else rows.push(Report.against(what, bfm, ["Liquibase", found["liquibase"]]))
  if (found["psql"] !== undefined) {
    rows.push(
      Report.against("  processor time of the client", bfm, ["psql -f", found["psql"]], undefined, "client")
    )
    rows.push(
      Report.against("  processor time of the server", bfm, ["psql -f", found["psql"]], undefined, "server")
    )
  }
  if (found["dbmate"] !== undefined) {
    const { dbmate } = found
    rows.push(Report.against("  processor time of the client", bfm, ["dbmate", dbmate], undefined, "client"))
    rows.push(Report.against("  processor time of the server", bfm, ["dbmate", dbmate], undefined, "server"))
  }
  return rows
}

const missing = (what: string, tool: Context["psql"]): Report.Row =>
  Report.plain(what, "", tool._tag === "Missing" ? tool.help : "")
