import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { RequestInvalid } from "../../domain/Errors.ts"
import type { Execution } from "../../domain/Execution.ts"
import type * as Ledger from "../../domain/Ledger.ts"
import type { Migration } from "../../domain/Migration.ts"
import type { Cause } from "../../domain/Run.ts"
import type { Standing, Tenant, TenantConnection, TenantsReport } from "../../domain/Tenants.ts"
import { type Connection, Connections } from "../../ports/Connections.ts"
import { StateStore } from "../../ports/StateStore.ts"
import * as Causes from "../execute/Causes.ts"
import * as Coverage from "../plan/Coverage.ts"
import * as World from "../plan/World.ts"
import type { Page } from "./List.ts"
import * as Status from "./Status.ts"

/** What is asked for; no connection means all that have tenants. */
export interface Query {
  readonly connections: ReadonlyArray<string>
}

/** What one connection answered. */
type Answer = Either.Either<
  { readonly survey: Ledger.Survey; readonly names: ReadonlyArray<string> | undefined },
  { readonly message: string }
>

/**
 * How every tenant stands: those that `{CONN}_TENANTS` names, and where nobody says so those in whose schemas
 * migrations without a schema of their own are applied.
 */
export const report = Effect.fn("Tenants.report")(function* ({ connections }: Query) {
  const { configured } = yield* Connections
  const names = connections.length === 0 ? [...configured.keys()] : connections
  const memory = yield* Effect.fork(Effect.either(failures(names)))
  const catalog = yield* World.catalog()
  const answers = yield* Effect.forEach(names, name => Effect.either(ask(name)), {
    concurrency: "unbounded"
  })
  const recalled = yield* memory
  const failed = Either.getOrElse(recalled, (): ReadonlyArray<Execution> => [])
  const found = names.flatMap((name, index) => {
    const [connection, answer] = [configured.get(name), answers[index]]
    return connection === undefined || answer === undefined
      ? []
      : [of(connection, catalog.migrations, answer, failed)]
  })
  const shown = found.filter(
    ({ connection, items }) =>
      items.length > 0 || connection.error !== undefined || connections.includes(connection.connection)
  )
  const items = shown.flatMap(({ items }) => items)
  const result: TenantsReport = {
    items,
    total: items.length,
    connections: shown.map(({ connection }) => connection),
    causes: causesOf(items),
    warnings: Either.isLeft(recalled) ? [Status.withoutState(recalled.left)] : []
  }
  return result
})

const ask = Effect.fnUntraced(function* (name: string) {
  const [survey, names] = yield* Effect.all([World.survey(name), World.tenantsOf(name)], { concurrency: 2 })
  return { survey, names }
})

const failures = Effect.fnUntraced(function* (names: ReadonlyArray<string>) {
  const state = yield* StateStore
  return (yield* state.executions(names)).filter(({ status }) => status === "failed")
})

const of = (
  connection: Connection,
  all: ReadonlyArray<Migration>,
  answer: Answer,
  failed: ReadonlyArray<Execution>
): { readonly connection: TenantConnection; readonly items: ReadonlyArray<Tenant> } => {
  const migrations = Coverage.migrationsOf(connection, all)
  const head = newest(migrations)
  const common = { connection: connection.name, backend: connection.backend, address: connection.address }
  if (Either.isLeft(answer)) {
    const none = { tenants: 0, at_head: 0, behind: 0, failed: 0 }
    return { connection: { ...common, head, ...none, error: answer.left.message }, items: [] }
  }
  const { survey, names } = answer.right
  const applied = Coverage.appliedIn(survey, migrations)
  const known = new Map(
    failed
      .filter(execution => execution.connection === connection.name)
      .map(execution => [execution.schema, execution])
  )
  const items = [...(names ?? applied.keys())]
    .sort()
    .map(schema =>
      tenant(connection, schema, migrations.length, applied.get(schema) ?? [], known.get(schema))
    )
  const count = (standing: Standing) => items.filter(item => item.standing === standing).length
  return {
    connection: {
      ...common,
      head,
      tenants: items.length,
      at_head: count("at_head"),
      behind: count("behind"),
      failed: count("failed")
    },
    items
  }
}

const newest = (migrations: ReadonlyArray<Migration>): string => {
  let newest = ""
  for (const { version } of migrations) if (version > newest) newest = version
  return newest
}

const tenant = (
  connection: Connection,
  schema: string,
  total: number,
  applied: ReadonlyArray<Migration>,
  failure: Execution | undefined
): Tenant => {
  const pending = total - applied.length
  const failed = pending > 0 && failure !== undefined
  return {
    connection: connection.name,
    schema,
    standing: pending === 0 ? "at_head" : failed ? "failed" : "behind",
    version: newest(applied),
    applied: applied.length,
    pending,
    ...(failed ? { reason: failure.error ?? "", migration_id: failure.migration_id } : {})
  }
}

const causesOf = (items: ReadonlyArray<Tenant>): ReadonlyArray<Cause> =>
  items.reduce(
    (causes, { connection, schema, reason }) =>
      reason === undefined ? causes : Causes.add(causes, { connection, schema, reason }),
    [] as ReadonlyArray<Cause>
  )

/** Part of a report, in its order: the counts are of all tenants, the items those of the page. */
export const page = (
  report: TenantsReport,
  { limit, cursor }: Page,
  standing?: string
): Either.Either<TenantsReport & { readonly next?: string }, RequestInvalid> => {
  const meant = report.items.filter(item => standing === undefined || item.standing === standing)
  const start = cursor === undefined ? 0 : meant.findIndex(item => cursorAt(item) === cursor) + 1
  if (cursor !== undefined && start === 0) {
    return Either.left(new RequestInvalid({ problems: ["cursor: it is not from an earlier page"] }))
  }
  const items = meant.slice(start, start + limit)
  const last = items.at(-1)
  return Either.right({
    ...report,
    items,
    total: meant.length,
    ...(start + items.length < meant.length && last !== undefined ? { next: cursorAt(last) } : {})
  })
}

const cursorAt = ({ connection, schema }: Tenant): string =>
  Buffer.from(JSON.stringify([connection, schema])).toString("base64url")
