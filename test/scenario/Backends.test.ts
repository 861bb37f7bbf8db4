import { randomBytes } from "node:crypto"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { StateConfig } from "../../src/config/State.ts"
import type { Backend as Kind } from "../../src/domain/Backend.ts"
import * as EtcdProject from "../fixtures/EtcdProject.ts"
import * as Greptimedb from "../fixtures/Greptimedb.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"
import * as Backend from "./Backend.suite.ts"

const etcd = EtcdProject.shared()

type Base = Effect.Effect<Project.Project, never, Scope.Scope>

/** A backend's connection in a project of which only the place of the state is known. */
type Team = (base: Base) => Effect.Effect<Backend.Team, never, Scope.Scope>

const requiring = (kind: string, name: string | undefined): string =>
  name === undefined ? "" : `-- bfm-requires: ${kind} ${name}\n`

const postgresql: Team = base =>
  Effect.map(base, project => ({
    ...project,
    connection: "core",
    id: (n, name) => Scenario.id(n, name),
    write: (n, name, { requires, makes = name } = {}) => {
      const text = `${requiring("table", requires)}CREATE TABLE ${makes} (id int);\nINSERT INTO ${makes} VALUES (1);`
      project.write(`${Scenario.named(n, name)}.up.sql`, text)
      project.write(`${Scenario.named(n, name)}.down.sql`, `DROP TABLE ${makes};`)
    },
    has: (name, schema = "public") =>
      Effect.map(
        project.query("SELECT to_regclass($1) IS NOT NULL AS found", [`${schema}.${name}`]),
        ([row]) => row?.["found"] === true
      ),
    provide: name => project.query(`CREATE TABLE ${name} (id int)`)
  }))

const greptimedb: Team = base =>
  Effect.gen(function* () {
    const at = yield* Greptimedb.makeWith(base)
    const table = (name: string) => `CREATE TABLE ${name} (host STRING PRIMARY KEY, ts TIMESTAMP TIME INDEX)`
    return {
      run: at.run,
      cli: at.cli,
      connection: "logs",
      id: Greptimedb.id,
      write: (n, name, { requires, makes = name } = {}) =>
        at.write(
          n,
          name,
          `${requiring("table", requires)}${table(makes)};\nINSERT INTO ${makes} VALUES ('a', 0);`,
          `DROP TABLE ${makes};`
        ),
      has: (name, schema) =>
        Effect.map(at.query("SHOW TABLES", schema), rows => rows.some(([table]) => table === name)),
      provide: name => at.query(table(name))
    }
  })

const etcdTeam: Team = base =>
  Effect.gen(function* () {
    const project = yield* EtcdProject.makeWith(base, etcd())
    return {
      run: project.run,
      cli: project.cli,
      connection: "metadata",
      id: EtcdProject.id,
      write: (n, name, { requires, makes = name } = {}) => {
        const header = requires === undefined ? {} : { requires: [`key ${requires}`] }
        project.migration(
          n,
          name,
          JSON.stringify({ bfm: header, operations: [EtcdProject.put(makes, "1")] }),
          [EtcdProject.remove(makes)]
        )
      },
      has: (name, schema) =>
        Effect.map(project.keys, keys => (schema === undefined ? name : `${schema}/${name}`) in keys),
      provide: name =>
        Effect.promise(() =>
          etcd().client.put(`${project.prefix}${name}`).value(randomBytes(2).toString("hex"))
        )
    }
  })

/** A backend does not compile until it is here, and is done when its suite passes. */
const teams: Record<Kind, Team> = { postgresql, greptimedb, etcd: etcdTeam }

/** So does a place for the state; its own suites are `test/ports/State.suite.ts`. */
const states: Record<StateConfig["_tag"], Base> = { Postgresql: Project.make, Mysql: Project.makeOnMysql }

for (const [backend, team] of Object.entries(teams)) Backend.storeSuite(backend, team(Project.make))

for (const [state, base] of Object.entries(states)) {
  for (const [backend, team] of Object.entries(teams)) {
    Backend.suite(`${backend}, the state in ${state}`, team(base))
  }
}
