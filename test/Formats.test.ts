import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Schema from "effect/Schema"
import * as EtcdKeys from "../src/adapters/etcd/Keys.ts"
import * as EtcdLedger from "../src/adapters/etcd/Ledger.ts"
import * as Guard from "../src/adapters/postgresql/Guard.ts"
import * as MysqlLockKeys from "../src/adapters/state-sql/mysql/LockKeys.ts"
import * as LockKeys from "../src/adapters/state-sql/postgresql/LockKeys.ts"
import * as Token from "../src/adapters/tokens/Token.ts"
import * as TokensFile from "../src/adapters/tokens/TokensFile.ts"
import * as Bfm from "../src/Bfm.ts"
import * as Baseline from "../src/domain/Baseline.ts"
import * as Catalog from "../src/domain/Catalog.ts"
import * as Doctor from "../src/domain/Doctor.ts"
import * as Chunk from "../src/domain/etcd/Chunk.ts"
import * as Operation from "../src/domain/etcd/Operation.ts"
import * as Foreign from "../src/domain/foreign/Report.ts"
import { HistoryItem } from "../src/domain/History.ts"
import * as Plan from "../src/domain/Plan.ts"
import * as Adoption from "../src/domain/predecessor/Adoption.ts"
import * as Run from "../src/domain/Run.ts"
import * as Status from "../src/domain/Status.ts"
import * as Header from "../src/domain/source/Header.ts"
import { fromScripts } from "../src/domain/source/Scripts.ts"
import * as Checksum from "../src/domain/sql/Checksum.ts"
import * as Takeover from "../src/domain/Takeover.ts"
import * as Validation from "../src/domain/Validation.ts"
import * as Document from "./fixtures/Document.ts"
import * as Greptimedb from "./fixtures/Greptimedb.ts"
import * as Project from "./fixtures/Project.ts"

const section = (heading: string) => Document.section("docs/FORMATS.md", heading)
const rows = (heading: string) => Document.rows(section(heading))
const first = (text: string | undefined): string => Document.codes(text ?? "")[0] ?? ""

/** Fields of a JSON value as the document writes them: `line?` may be missing. */
const fields = (struct: { readonly fields: Schema.Struct.Fields }): ReadonlyArray<string> =>
  Object.entries(struct.fields).map(([name, field]) =>
    "_tag" in field.ast && field.ast._tag === "PropertySignatureDeclaration" ? `${name}?` : name
  )

/** The fields that the document gives for a value, in the table below a heading of JSON. */
const values = (heading: string): ReadonlyArray<readonly [value: string, fields: ReadonlyArray<string>]> =>
  rows(heading).map(([value = "", list = ""]) => [value, Document.codes(list.replaceAll(/\([^)]*\)/g, ""))])

describe("docs/FORMATS.md", () => {
  it("has the checksums of algorithm 1", () => {
    const vectors = rows("Checksums").map(([script, value]) => [first(script), first(value)] as const)
    assert.strictEqual(new Set(vectors.map(([, value]) => value)).size, 2)
    for (const [script, value] of vectors) {
      assert.deepStrictEqual(Checksum.of("sql", script), { algorithm: 1, value }, script)
    }
  })

  it("shows a tokens file that is one, and each of its fields", () => {
    const [, example = ""] = /```yaml\n(.*?)```/s.exec(section("Tokens")) ?? []
    const [token, ...more] = Either.getOrThrow(TokensFile.decode(example, []))
    assert.deepStrictEqual(more, [])
    assert.deepStrictEqual(token, {
      principal: { name: "deploy", scopes: ["migrate"], connections: ["core"] },
      digest: Token.digestOf("token")
    })
    for (const [field] of rows("Tokens")) assert.include(example, `${first(field)}:`)
  })

  it("lists every spelling of an id, with examples that are true", () => {
    const users = fromScripts({
      backend: "postgresql",
      connection: "core",
      version: "20250101120000",
      name: "create_users",
      path: "postgresql/core/20250101120000_create_users.up.sql",
      up: "CREATE TABLE users ();"
    })
    assert.deepStrictEqual(
      rows("Ids").map(([, example]) => first(example)),
      Catalog.spellings(users, ["tenant_a"])
    )
  })

  it("lists what a JSON script's header may say", () => {
    const header = { schema: "dynamic", table: "t", tags: ["a=b"], dependsOn: ["x"], requires: ["key s"] }
    const script = JSON.stringify({ bfm: header, operations: [] })
    assert.deepStrictEqual(Header.read("etcd", script).problems, [])
    const documented = rows("Directives").map(([, json]) => first(json))
    assert.includeMembers(documented, Object.keys(header))
    const [sentence = ""] = /Its header may have[^.]*/.exec(section("Files")) ?? []
    assert.deepStrictEqual(Document.codes(sentence), Object.keys(header))
    const known = Object.values(Header.fields).filter(name => name !== undefined)
    assert.deepStrictEqual(Object.keys(header), known)
  })

  it("lists the fields of etcd's operations and of its ledger, and how operations are cut", () => {
    const operations = rows("Scripts of etcd").map(([field]) => first(field))
    assert.deepStrictEqual(operations.toSorted(), [...Operation.fields].sort())
    const entry = rows("The ledger in etcd").map(([field]) => first(field))
    assert.includeMembers(entry, Object.keys(EtcdLedger.Stored.fields))
    const kinds = entry.filter(name => name.includes("/")).map(name => name.split("/")[0])
    assert.strictEqual(entry.length, kinds.length + Object.keys(EtcdLedger.Stored.fields).length)
    const keys = EtcdKeys.make({ connection: "c d", prefix: "/p", ledger: "bfm", reserved: [] })
    const item = { migrationId: "m", schema: "" }
    const written = [
      keys.entry(item),
      keys.undoPart(item, 0, 0),
      keys.doubt(item),
      keys.scriptPart("hash", 0),
      keys.lock("t")
    ].map(String)
    assert.deepStrictEqual(
      written.map(key => key.split("/")[2]),
      kinds
    )
    assert.deepStrictEqual([written[0], written[4]], ["/bfm/ledger/c%20d//m", "/bfm/lock/%2Fp%2Ft%2F"])
    const text = section("Scripts of etcd")
    assert.include(text, `after ${Chunk.most} operations`)
    assert.include(text, `have the number ${Chunk.version}`)
  })

  it("says what the keys of the locks are", () => {
    const key = (text: string) => createHash("sha256").update(text).digest().readBigInt64BE(0).toString()
    const place = { connection: "core", schema: "tenant_a" }
    assert.strictEqual(
      LockKeys.of("public", place),
      key(JSON.stringify(["bfm lock", "public", "core", "tenant_a"]))
    )
    const digest = createHash("sha256").update(JSON.stringify(["bfm lock", "state", "core", "tenant_a"]))
    assert.strictEqual(MysqlLockKeys.of("State", place), `bfm_${digest.digest("hex").slice(0, 60)}`)
    assert.strictEqual(Guard.key({ ...place, ledgerSchema: "bfm" }), key("bfm\0bfm\0tenant_a"))
  })

  it("lists the fields of runs and plans", () => {
    const names = rows("Runs and plans").map(([name]) => first(name))
    assert.includeMembers(names, [...fields(Run.RunResult)])
    const structs = [Run.NotRun, Run.Failure, Run.Cause, Plan.Plan, Plan.Step, Plan.NotPlanned]
    assert.deepStrictEqual(
      values("Runs and plans")
        .slice(fields(Run.RunResult).length)
        .map(([, list]) => list),
      structs.map(fields)
    )
  })

  it("lists the fields of everything else that is JSON", () => {
    const { StatusReport, StatusItem, ConnectionStatus } = Status
    const { ValidationReport, ValidationItem } = Validation
    const known = new Map<string, ReadonlyArray<string>>([
      ["`bfm status`", fields(StatusReport)],
      ["`bfm validate`", fields(ValidationReport)],
      ["`bfm doctor`", fields(Doctor.DoctorReport)],
      ["one of its `examined`", fields(Doctor.Examined)],
      ["one of its `findings`", fields(Doctor.Finding)],
      ["`bfm import bfm`", fields(Adoption.AdoptionReport)],
      ["one of its `files`", fields(Adoption.FileEdit)],
      ["one of its `entries`", fields(Takeover.Entry)],
      ["one of its `pending`", fields(Takeover.NotApplied)],
      ["one of its `questions`", fields(Takeover.Question)],
      ["`bfm import flyway` …", fields(Foreign.ForeignReport)],
      ["a file of that", fields(Foreign.ImportedFile)],
      ["`bfm baseline`", fields(Baseline.BaselineReport)],
      ["one of its `differences`", fields(Baseline.Difference)],
      ["one of its `connections`", fields(ConnectionStatus)]
    ])
    const found = values("Everything else")
    for (const [value, list] of known) assert.deepStrictEqual(new Map(found).get(value), list)
    const items = found.filter(([value]) => value === "one of its `items`").map(([, list]) => list)
    assert.deepStrictEqual(items.slice(0, 4), [StatusItem, HistoryItem, Run.Run, ValidationItem].map(fields))
  })

  it("lists statuses, verdicts and events", () => {
    const names = rows("Everything else").map(([name]) => first(name))
    assert.includeMembers(names, [...Status.Status.literals, ...Validation.Verdict.literals])
    const events = rows("The state").flatMap(([names]) => Document.codes(names ?? ""))
    assert.includeMembers(events, [...HistoryItem.fields.event.literals])
    const states = rows("Runs and plans").find(([name]) => name === "`state`")?.[1] ?? ""
    assert.deepStrictEqual(Document.codes(states), [...Run.RunState.literals])
  })

  it.scopedLive("has the tables as a run leaves them in GreptimeDB", () =>
    Effect.gen(function* () {
      const at = yield* Greptimedb.make()
      at.write(1, "t", "CREATE TABLE t (ts TIMESTAMP TIME INDEX)")
      yield* at.run(Bfm.up())
      const columns = yield* at.query(
        "SELECT column_name, greptime_data_type FROM information_schema.columns WHERE table_schema = 'bfm' ORDER BY table_name, ordinal_position"
      )
      assert.deepStrictEqual(
        columns.map(([name, type]) => `${name} ${type}`),
        rows("The ledger in GreptimeDB").map(([name, type]) => `${first(name)} ${type}`)
      )
    })
  )

  it.scopedLive("has the tables as a run leaves them", () =>
    Effect.gen(function* () {
      const project = yield* Project.make
      project.write("20250101120000_create_users.up.sql", "CREATE TABLE users ();")
      yield* project.run(Bfm.up())
      const columns = yield* project.query(
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'bfm' ORDER BY table_name, ordinal_position"
      )
      const documented = rows("The ledger").map(([name, type]) => `${first(name)} ${type}`)
      assert.deepStrictEqual(
        columns.map(({ column_name, data_type }) => `${column_name} ${data_type}`),
        documented
      )
      const tables = yield* project.queryState(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY table_name"
      )
      const inDocument = rows("The state")
        .map(([name]) => first(name))
        .filter(name => name.startsWith("bfm_"))
      assert.deepStrictEqual(
        tables.map(({ table_name }) => table_name),
        inDocument.filter(name => !name.includes(".")).sort()
      )
    })
  )

  it.scopedLive("says in what the state's tables differ in MySQL", () =>
    Effect.gen(function* () {
      const columns = (from: string) =>
        `SELECT concat(table_name, '.', column_name) AS name FROM information_schema.columns WHERE ${from} ORDER BY 1`
      const namesOf = (project: Project.Project, from: string) =>
        Effect.gen(function* () {
          project.write("20250101120000_create_users.up.sql", "CREATE TABLE users ();")
          yield* project.run(Bfm.up())
          return (yield* project.queryState(columns(from))).map(({ name }) => String(name))
        })
      const postgresql = yield* namesOf(yield* Project.make, "table_schema = 'public'")
      const mysql = yield* namesOf(yield* Project.makeOnMysql, "table_schema = database()")
      const lacking = (of: ReadonlyArray<string>, other: ReadonlyArray<string>) =>
        of.filter(name => !other.includes(name))
      const [sentence = ""] = /have the same columns.*? there\./s.exec(section("The state")) ?? []
      assert.sameMembers(
        [...Document.codes(sentence)],
        [...lacking(postgresql, mysql), ...lacking(mysql, postgresql)]
      )
    })
  )
})
