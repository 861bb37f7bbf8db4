import { describe, expect, it } from "vitest"
import type { Backend } from "../../src/domain/Backend.ts"
import * as Catalog from "../../src/domain/Catalog.ts"
import { canonical } from "../../src/domain/Identity.ts"
import * as GoFile from "../../src/domain/predecessor/GoFile.ts"
import type { Executed, Generation, Happened, Listed } from "../../src/domain/predecessor/OldState.ts"
import { fromScripts } from "../../src/domain/source/Scripts.ts"
import * as Adoption from "../../src/pipeline/adoption/Adoption.ts"
import * as References from "../../src/pipeline/plan/References.ts"

interface Written {
  readonly up?: string
  /** Fields of the `.go` file; none where there is no such file. */
  readonly go?: string
}

/** Migrations by their path: `core/20250101120000_a`; etcd's are those of `metadata`, GreptimeDB's of `logs`. */
const backends: Readonly<Record<string, Backend>> = { metadata: "etcd", logs: "greptimedb" }

const decide = (
  files: Readonly<Record<string, Written>>,
  old: {
    readonly listed?: ReadonlyArray<Listed>
    readonly executed?: ReadonlyArray<Executed>
    readonly happened?: ReadonlyArray<Happened>
  } = {}
) => {
  const read = Object.entries(files).map(([path, { up, go }]) => {
    const [connection = "", file = ""] = path.split("/")
    const backend = backends[connection] ?? "postgresql"
    const identity = { backend, connection, version: file.slice(0, 14), name: file.slice(15) }
    const json = backend === "etcd"
    const migration = fromScripts({
      ...identity,
      path: `${path}.up.${json ? "json" : "sql"}`,
      up: up ?? (json ? "[]" : "SELECT 1;")
    })
    return { migration, go: go === undefined ? undefined : GoFile.read(`x := M{Name: "x", ${go}}`) }
  })
  const catalog = Catalog.make(read.map(({ migration }) => migration))
  const connections = new Map(
    [...Catalog.connections(catalog)].map(([name, [backend = "postgresql" as const]]) => [
      name,
      { name, backend, address: "", schema: "", schemaMode: "fixed" as const }
    ])
  )
  const { report } = Adoption.decide({
    world: {
      catalog,
      connections,
      inspections: new Map(),
      references: References.make(catalog),
      tenants: new Map()
    },
    state: { address: "", generations: ["v0.2"], listed: [], executed: [], happened: [], ...old },
    goFiles: new Map(
      read.flatMap(({ migration, go }) => (go === undefined ? [] : [[canonical(migration), go]]))
    ),
    since: new Map()
  })
  return report
}

const lines = (report: ReturnType<typeof decide>): Readonly<Record<string, ReadonlyArray<string>>> =>
  Object.fromEntries(report.files.map(({ path, lines }) => [path.replace(/\.up\.\w+$/, ""), lines]))

const a = "core/20250101120000_a"
const b = "core/20250102120000_b"

describe("Adoption.decide, what files declare", () => {
  it("writes dependencies in our words", () => {
    const go = `Schema: "core", Dependencies: []string{"a", "flags"}, StructuredDependencies: []migrations.Dependency{
      {Connection: "logs", Target: "20250103120000", TargetType: "version"}, {Target: "a"}, {Connection: "core", Target: "x,y"}}`
    const report = decide({
      [a]: { go: 'Schema: "core"' },
      "logs/20250101120000_a": { go: 'Schema: "metrics"' },
      "logs/20250103120000_c": {},
      "metadata/20250101120000_flags": {},
      "core/20250104120000_x,y": { go: 'Schema: "core"' },
      [b]: { go }
    })
    // `a` is its own connection's, `flags` the only one of that name; a comma cannot stand in a list.
    expect(lines(report)[b]).toEqual([
      "-- bfm-schema: core",
      "-- bfm-depends-on: a, metadata/flags, logs/20250103120000, 20250104120000"
    ])
    expect(report.questions).toEqual([])
  })

  it("asks where a name is several connections', or nobody's", () => {
    const report = decide({
      "logs/20250101120000_init": {},
      "metadata/20250101120000_init": {},
      [a]: {
        go: 'Schema: "core", Dependencies: []string{"init"}, StructuredDependencies: []migrations.Dependency{{Connection: "logs", Target: "gone"}}'
      }
    })
    expect(lines(report)[a]).toEqual(["-- bfm-schema: core"])
    expect(report.questions.map(({ reason }) => reason)).toEqual([
      "it depends on init, which logs and metadata both have: not written",
      "it depends on gone of logs, which is not among the files: not written"
    ])
  })

  it("does not make a fixed migration wait for a dynamic one", () => {
    const report = decide({
      [a]: { go: 'Schema: ""' },
      [b]: {
        go: 'Schema: "core", StructuredDependencies: []migrations.Dependency{{Schema: "core", Target: "a"}}'
      },
      "core/20250103120000_c": { go: 'Schema: "", Dependencies: []string{"a"}' }
    })
    expect(report.notes).toEqual([
      expect.stringMatching(
        /^20250102120000_b: its dependency on core\/a in core is not written: that is dynamic/
      )
    ])
    expect(lines(report)["core/20250103120000_c"]).toContain("-- bfm-depends-on: a")
  })

  it("writes what is required where it can be checked", () => {
    const requires = (connection: string) =>
      `Schema: "core", StructuredDependencies: []migrations.Dependency{{Connection: "${connection}", Target: "a", RequiresSchema: "shop", RequiresTable: "plans"}}`
    const report = decide({
      [a]: { go: 'Schema: "core"' },
      "logs/20250101120000_a": { go: 'Schema: "core"' },
      [b]: { go: requires("core") },
      "core/20250103120000_c": { go: requires("logs") },
      "logs/20250104120000_d": { go: requires("") }
    })
    expect(lines(report)[b]).toContain("-- bfm-requires: schema shop, table shop.plans")
    expect(lines(report)["core/20250103120000_c"]?.join()).not.toContain("bfm-requires")
    expect(report.notes).toEqual([
      expect.stringContaining("requires plans of logs: that cannot be checked there")
    ])
    expect(lines(report)["logs/20250104120000_d"]).toContain(
      "-- bfm-requires: database shop, table shop.plans"
    )
  })

  it("gives scripts of etcd a header", () => {
    const report = decide({
      "metadata/20250101120000_flags": { go: 'Schema: "/ops", Tags: []string{"k=v"}' }
    })
    expect(report.files[0]?.lines).toEqual(['"bfm": {"schema":"/ops","tags":["k=v"]}'])
  })
})

describe("Adoption.decide, schemas without a .go file", () => {
  const row = (name: string, schema: string): Listed => ({
    generation: "v0.2",
    id: `20250101120000_${name}_postgresql_core`,
    schema,
    table: "",
    version: "20250101120000",
    connection: "core",
    backend: "postgresql",
    status: "pending"
  })

  it("are those of the old list; a file that it does not know is left as it is", () => {
    const listed = [row("a", "core"), row("t", "")]
    const report = decide({ [a]: {}, "core/20250101120000_t": {}, [b]: {} }, { listed })
    expect(lines(report)).toEqual({
      [a]: ["-- bfm-schema: core"],
      "core/20250101120000_t": ["-- bfm-schema: dynamic"]
    })
  })

  it("a .go file is believed before the list, which took a comment for a schema", () => {
    expect(lines(decide({ [a]: { go: "/* Schema: */" } }, { listed: [row("a", "core")] }))).toEqual({
      [a]: ["-- bfm-schema: dynamic"]
    })
  })
})

describe("Adoption.decide, ids", () => {
  const happened = (id: string, schema: string, more: Partial<Happened> = {}): Happened => ({
    generation: "v0.2",
    id,
    schema,
    table: "",
    version: "20250101120000",
    connection: "core",
    backend: "postgres",
    status: "applied",
    at: 0,
    sequence: 1,
    actor: "",
    method: "",
    ...more
  })

  it.each([
    ["20250101120000_a_postgresql_core", "tenant_a"],
    ["tenant_a_20250101120000_a_postgresql_core", "tenant_a"],
    ["20250101120000_a", "tenant_a"],
    ["core_20250101120000_a", "tenant_a"],
    ["tenant_a_core_20250101120000_a", "tenant_a"],
    ["20240101000000_20250101120000_a_postgresql_core", "20240101000000"]
  ])("knows %s", (id, schema) => {
    const { entries, unknown } = decide({ [a]: {} }, { happened: [happened(id, schema)] })
    expect(entries.map(entry => [entry.migration_id, entry.schema])).toEqual([
      ["20250101120000_a_postgresql_core", schema]
    ])
    expect(unknown).toEqual([])
  })

  it.each(["20250101120000_ab_postgresql_core", "a_20250101120000_a", "20250101120000_a_postgresql_core_eu"])(
    "does not take %s for it",
    id => {
      const { entries, unknown } = decide({ [a]: {} }, { happened: [happened(id, "")] })
      expect([entries, unknown]).toEqual([[], [`${id} (core)`]])
    }
  )

  it("the newest word counts, and of the same second the one that was written last", () => {
    const id = "20250101120000_a_postgresql_core"
    const words = (...statuses: ReadonlyArray<string>) =>
      statuses.map((status, sequence) => happened(id, "core", { status, sequence })).reverse()
    expect(decide({ [a]: {} }, { happened: words("applied", "rolled_back") }).entries).toEqual([])
    expect(decide({ [a]: {} }, { happened: words("rolled_back", "applied", "failed") }).entries).toHaveLength(
      1
    )
  })
})

describe("Adoption.decide, how a migration stands", () => {
  /**
   * `list core applied`, `table core failed`, `history core rolled_back`: a row of one migration, `-` where it has no
   * schema; those of the history in the order in which it happened.
   */
  const stands = (rows: ReadonlyArray<string>, generation: Generation = "v0.2") => {
    const read = rows.map((text, sequence) => {
      const [kind, schema = "", status = ""] = text.split(" ")
      const at = sequence * 1_000
      const row = {
        generation,
        id: "20250101120000_a_postgresql_core",
        schema: schema === "-" ? "" : schema,
        table: "",
        version: "20250101120000",
        connection: "core",
        backend: "postgresql",
        status
      }
      return {
        kind,
        row: { ...row, at, sequence, actor: "ann", method: "http", applied: status === "applied" }
      }
    })
    const of = (wanted: string) => read.flatMap(({ kind, row }) => (kind === wanted ? [row] : []))
    const old = { listed: of("list"), executed: of("table"), happened: of("history") }
    const { entries, pending, questions, notes } = decide({ [a]: {} }, old)
    const said = (schema: string | undefined) => schema || "-"
    return [
      ...entries.map(({ schema, actor }) => `applied ${said(schema)}${actor === "" ? "" : ` by ${actor}`}`),
      ...pending.map(({ schema, reason }) => `pending ${said(schema)}: ${reason}`),
      ...questions.map(({ schema, reason }) => `? ${said(schema)}: ${reason}`),
      ...notes.filter(note => note.includes("it is applied"))
    ]
  }

  it.each<readonly [rows: ReadonlyArray<string>, told: ReadonlyArray<string>]>([
    [["history core applied"], ["applied core by ann"]],
    [["history core success"], ["applied core by ann"]],
    [["history core applied", "history core rolled_back"], ["pending core: rolled back"]],
    [
      ["history core applied", "history core rolled_back", "list core applied"],
      ["pending core: rolled back, although the old list still says applied"]
    ],
    [
      ["history core applied", "history core rolled_back", "table core applied"],
      ["pending core: rolled back, although the old list still says applied"]
    ],
    [["history core rolled_back", "history core applied"], ["applied core by ann"]],
    [["history core pending"], ["? core: it was begun and never ended: it may have been applied or not"]],
    [["history core failed"], ["pending core: failed"]],
    [["table core failed"], ["pending core: failed"]],
    [["table core pending"], []],
    [["list core pending"], []],
    [["table core applied"], ["applied core"]],
    [["list core applied"], ["applied core"]],
    [["list - applied"], ["? -: the old list says applied, and nothing says in which schema"]],
    [
      ["list core applied", "table core pending"],
      ["? core: the old list says applied, the old table of executions does not"]
    ],
    [
      ["history core applied", "history core failed", "table core failed"],
      [
        "applied core by ann",
        "20250101120000_a in core: a later attempt, or rolling it back, failed: the old table of executions says failed, it is applied"
      ]
    ],
    [["history core applied", "history core failed", "table core applied"], ["applied core by ann"]],
    [["history core applied", "table core failed"], ["applied core by ann"]]
  ])("%j: %j", (rows, told) => {
    expect(stands(rows)).toEqual(told)
  })

  it("without a schema, where only the first generations ran without one", () => {
    expect(stands(["list - applied"], "v0.1")).toEqual(["applied -"])
  })

  it("where it ran, not where the list takes it to belong", () => {
    expect(stands(["list core applied", "table core applied", "history t1 applied"])).toEqual([
      "applied t1 by ann",
      "? core: the old list says applied, but what is written down happened in another schema"
    ])
  })

  it("unclear where it was rolled back without a word of the schema, but only after it had run there", () => {
    const unclear = "? core: it was applied here, and later rolled back without a word of the schema"
    expect(stands(["history core applied", "history - rolled_back"])).toEqual([unclear])
    expect(stands(["history - rolled_back", "history core applied"])).toEqual(["applied core by ann"])
    expect(stands(["history core applied", "history - applied", "history - rolled_back"])).toEqual([
      "applied core by ann",
      "pending -: rolled back"
    ])
  })
})
