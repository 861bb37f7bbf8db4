import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as EtcdProject from "../fixtures/EtcdProject.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Backend from "./Backend.suite.ts"

const etcd = EtcdProject.shared()

type Base = Effect.Effect<Project.Project, never, Scope.Scope>

const requiring = (kind: string, name: string | undefined): string =>
  name === undefined ? "" : `-- bfm-requires: ${kind} ${name}\n`

const postgresql = (base: Base): Effect.Effect<Backend.Team, never, Scope.Scope> =>
  Effect.map(base, project => ({
    ...project,
    connection: "core",
    id: (n, name) => Scenario.id(n, name),
    write: (n, name, requires) => {
      const text = `${requiring("table", requires)}CREATE TABLE ${name} (id int);\nINSERT INTO ${name} VALUES (1);`
      project.write(`${Scenario.named(n, name)}.up.sql`, text)
      project.write(`${Scenario.named(n, name)}.down.sql`, `DROP TABLE ${name};`)
    },
    has: name =>
      Effect.map(
        project.query("SELECT to_regclass($1) IS NOT NULL AS found", [name]),
        ([row]) => row?.["found"] === true
      ),
    provide: name => project.query(`CREATE TABLE ${name} (id int)`)
  }))

const greptimedb = (base: Base): Effect.Effect<Backend.Team, never, Scope.Scope> =>
  Effect.gen(function* () {
    const at = yield* Greptimedb.makeWith(base)
    const table = (name: string) => `CREATE TABLE ${name} (host STRING PRIMARY KEY, ts TIMESTAMP TIME INDEX)`
    return {
      run: at.run,
      cli: at.cli,
      connection: "logs",
      id: Greptimedb.id,
      write: (n, name, requires) =>
        at.write(
          n,
          name,
          `${requiring("table", requires)}${table(name)};\nINSERT INTO ${name} VALUES ('a', 0);`,
          `DROP TABLE ${name};`
        ),
      has: name => Effect.map(at.query("SHOW TABLES"), rows => rows.some(([table]) => table === name)),
      provide: name => at.query(table(name))
    }
  })

const etcdTeam = (base: Base): Effect.Effect<Backend.Team, never, Scope.Scope> =>
  Effect.gen(function* () {
    const project = yield* EtcdProject.makeWith(base, etcd())
    return {
      run: project.run,
      cli: project.cli,
      connection: "metadata",
      id: EtcdProject.id,
      write: (n, name, requires) => {
        const header = requires === undefined ? {} : { requires: [`key ${requires}`] }
        project.migration(
          n,
          name,
          JSON.stringify({ bfm: header, operations: [EtcdProject.put(name, "1")] }),
          [EtcdProject.remove(name)]
        )
      },
      has: name => Effect.map(project.keys, keys => name in keys),
      provide: name =>
        Effect.promise(() =>
          etcd().client.put(`${project.prefix}${name}`).value(randomBytes(2).toString("hex"))
        )
    }
  })

const states: ReadonlyArray<readonly [string, Base]> = [
  ["PostgreSQL", Project.make],
  ["MariaDB", Project.makeOnMysql]
]

for (const [state, base] of states) {
  Backend.suite(`a PostgreSQL, the state in ${state}`, postgresql(base))
  Backend.suite(`a GreptimeDB, the state in ${state}`, greptimedb(base))
  Backend.suite(`an etcd, the state in ${state}`, etcdTeam(base))
}
