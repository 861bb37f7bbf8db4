import { afterEach, assert, beforeEach, describe, it } from "vitest"
import * as Fixture from "./Fixture.ts"
import * as Real from "./Real.ts"
import * as Server from "./Server.ts"
import { twelve } from "./Twelve.ts"

let double: Server.Double | undefined

/** A server that is as empty as a new one. */
beforeEach(async () => {
  if (Real.url === undefined) double = await Server.start()
  else await Real.clear()
})
afterEach(async () => {
  await double?.close()
})

const url = (): string => Real.url ?? double?.url ?? ""

const query = (sql: string, db = "public") => Fixture.query(url(), { sql, db })

const code = async (sql: string, db = "public"): Promise<number> => {
  const headers = { "content-type": "application/x-www-form-urlencoded" }
  const answer = await Fixture.send(url(), { method: "POST", url: "/v1/sql", headers, form: { sql, db } })
  return answer.status === 200 ? 0 : JSON.parse(answer.body).code
}

const up = async () => {
  for (const { db, up } of twelve) for (const sql of up) await query(sql, db)
}

describe(Real.url === undefined ? "test double" : "GREPTIMEDB_URL", () => {
  it("runs the twelve scripts up, down and up again", async () => {
    await up()
    const tables = () => query("SHOW TABLES FROM plant")
    const all = await tables()
    assert.deepStrictEqual(all.flat().sort(), [
      "edge_access_log",
      "hot_devices",
      "http_requests",
      "limits",
      "phy_metrics",
      "readings",
      "temp_5m"
    ])
    assert.deepStrictEqual(await query("SELECT count(*) FROM limits", "plant"), [[2]])
    for (const { db, down } of [...twelve].reverse()) for (const sql of down) await query(sql, db)
    assert.deepStrictEqual(await query("SHOW DATABASES LIKE 'plant'"), [])
    await up()
    assert.deepStrictEqual(await tables(), all)
  })

  it("an added tag leaves with its table only; the rebuild keeps the rows", async () => {
    for (const { db, up } of twelve.slice(0, 4)) for (const sql of up) await query(sql, db)
    await query(`INSERT INTO readings (site, device_id, "temp", ts) VALUES ('n', 'd', 81.5, now())`, "plant")
    const [tag] = twelve.filter(({ name }) => name === "tag")
    for (const sql of tag?.up ?? []) await query(sql, "plant")
    assert.strictEqual(await code("ALTER TABLE readings DROP COLUMN line_no", "plant"), 1004)
    for (const sql of tag?.down ?? []) await query(sql, "plant")
    const rows = await query(`SELECT site, "temp", battery FROM readings`, "plant")
    assert.deepStrictEqual(rows, [["n", 81.5, 100]])
  })

  it("keeps a row by its tags and its time, and counts 64 bits exactly", async () => {
    await query("CREATE TABLE t (k STRING PRIMARY KEY, n BIGINT, ts TIMESTAMP(9) TIME INDEX)")
    await query("INSERT INTO t VALUES ('a', 9007199254740993, 0)")
    await query("INSERT INTO t VALUES ('a', 9223372036854775807, 0)")
    const answer = await Fixture.send(url(), {
      method: "GET",
      url: "/v1/sql?sql=SELECT%20n%20FROM%20t",
      headers: {}
    })
    assert.include(answer.body, '"rows":[[9223372036854775807]]')
  })

  it("forgets what is older than its database keeps, unless the table says for ever", async () => {
    await query("CREATE DATABASE short WITH (ttl='7d')")
    for (const [name, options] of [
      ["gone", ""],
      ["kept", " WITH ('ttl'='forever')"]
    ]) {
      await query(
        `CREATE TABLE ${name} (k STRING PRIMARY KEY, ts TIMESTAMP(3) TIME INDEX)${options}`,
        "short"
      )
      await query(`INSERT INTO ${name} VALUES ('a', 0)`, "short")
    }
    assert.deepStrictEqual(await query("SELECT count(*) FROM kept", "short"), [[1]])
    if (Real.url === undefined)
      assert.deepStrictEqual(await query("SELECT count(*) FROM gone", "short"), [[0]])
  })

  it("lets one of two create a table, and does not lower the names of INSERT … VALUES", async () => {
    const sql = "CREATE TABLE Monitor (Host STRING PRIMARY KEY, ts TIMESTAMP TIME INDEX)"
    assert.deepStrictEqual((await Promise.all([code(sql), code(sql)])).sort(), [0, 4000])
    assert.strictEqual(await code("INSERT INTO Monitor VALUES ('a', 0)"), 4001)
    assert.strictEqual(await code("INSERT INTO monitor VALUES ('a', 0)"), 0)
  })

  it("runs nothing of a request of which one statement cannot be read", async () => {
    assert.strictEqual(await code("CREATE TABLE a (ts TIMESTAMP TIME INDEX); BEGIN"), 1001)
    assert.strictEqual(await code("CREATE TABLE a (ts TIMESTAMP TIME INDEX); DROP TABLE b"), 4001)
    assert.deepStrictEqual(await query("SHOW TABLES LIKE 'a'"), [["a"]])
  })

  it("reads a retyped column as what it was, where that can be", async () => {
    await query("CREATE TABLE t (v STRING, ts TIMESTAMP TIME INDEX)")
    await query("INSERT INTO t VALUES ('12', 0), ('a', 1)")
    await query("ALTER TABLE t MODIFY COLUMN v BIGINT")
    assert.deepStrictEqual(await query("SELECT v FROM t"), [[12], [null]])
    await query("ALTER TABLE t MODIFY COLUMN v STRING")
    assert.deepStrictEqual(await query("SELECT v FROM t ORDER BY ts"), [["12"], ["a"]])
  })
})

describe("faults", () => {
  it.skipIf(Real.url !== undefined)("apply or not, and never answer as if all was well", async () => {
    const plan = double?.faults
    const table = (name: string) => `CREATE TABLE ${name} (ts TIMESTAMP TIME INDEX)`
    const headers = { "content-type": "application/x-www-form-urlencoded" }
    const send = (sql: string) =>
      Fixture.send(url(), { method: "POST", url: "/v1/sql", headers, form: { sql } }).then(
        ({ status }) => status,
        () => 0
      )
    plan?.plan({ applies: true, answer: "drop" }, sql => sql.includes("dropped"))
    plan?.plan({ applies: false, answer: "busy" }, sql => sql.includes("busy"))
    plan?.plan({ applies: true, answer: "timeout" }, sql => sql.includes("late"))
    plan?.plan({ applies: false, answer: "internal" }, sql => sql.includes("broken"))
    const answers: Array<number> = []
    for (const name of ["dropped", "busy", "late", "broken"]) answers.push(await send(table(name)))
    assert.deepStrictEqual(answers, [0, 503, 408, 500])
    assert.deepStrictEqual((await query("SHOW TABLES")).flat(), ["dropped", "late"])
  })
})
