import { spawnSync } from "node:child_process"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as Config from "../src/Config.ts"
import * as Connections from "../src/config/Connections.ts"
import * as Known from "../src/config/Reference.ts"
import * as Server from "../src/config/Server.ts"
import * as Backend from "../src/domain/Backend.ts"
import * as Errors from "../src/domain/Errors.ts"
import * as Metadata from "../src/domain/source/Metadata.ts"
import * as ExitCode from "../src/interfaces/cli/ExitCode.ts"
import * as Status from "../src/interfaces/http/Status.ts"
import * as Skeleton from "../src/pipeline/author/Skeleton.ts"
import * as Settings from "../src/ports/Settings.ts"
import * as Document from "./fixtures/Document.ts"

const table = (document: string, heading: string) => Document.rows(Document.section(document, heading))
const sorted = (items: Iterable<string>): ReadonlyArray<string> => [...new Set(items)].sort()
const first = (text: string | undefined): string => Document.codes(text ?? "")[0] ?? ""

it("documents and modules that are made of the code are what they would be now", () => {
  const generate = path.join(Document.root, "bin/generate.mjs")
  const { status, stderr } = spawnSync(process.execPath, [generate, "--check"], { encoding: "utf8" })
  assert.strictEqual(status, 0, stderr)
})

describe("docs/configuration.md", () => {
  const rows = table("docs/configuration.md", "Every variable").map(
    ([variable, fallback]) => [first(variable), first(fallback)] as const
  )
  const defaults = new Map(rows)

  it("lists the variables that .env.example explains, and no other", () => {
    const explained = [...Document.read(".env.example").matchAll(/^#([A-Z_]+)=/gm)].map(([, name = ""]) =>
      name.replace(/^(CORE|METADATA)_/, "{CONN}_").replace(/^BFM_VAR_.*/, "BFM_VAR_*")
    )
    assert.deepStrictEqual(sorted(defaults.keys()), sorted(explained))
  })

  it("is what the code says of its variables", () => {
    const rows = Known.all.flatMap(({ variables }) =>
      variables.map(({ name, fallback, meaning }) => [`\`${name}\``, fallback, meaning])
    )
    assert.deepStrictEqual(table("docs/configuration.md", "Every variable"), rows)
    assert.deepStrictEqual(
      rows.filter(([, , meaning]) => meaning === ""),
      []
    )
  })

  it("has every variable of a connection", () => {
    const ofConnections = [...defaults.keys()].filter(name => name.startsWith("{CONN}_"))
    assert.deepStrictEqual(
      sorted(ofConnections),
      // Whatever else ends so is no sign of a connection.
      sorted([...Connections.suffixes, "PREFIX", "TIMEOUT"].map(suffix => `{CONN}_${suffix}`))
    )
  })

  it("tells the defaults of the service, and has all of its variables", () => {
    const service = [...defaults].filter(
      ([name]) => Server.variables.includes(name) || name.startsWith("OTEL_")
    )
    assert.includeMembers(
      service.map(([name]) => name),
      Server.variables
    )
    const { server } = Either.getOrThrow(Config.decodeService({ BFM_API_TOKEN: "t" }, new Map()))
    const { autoMigrate, log, telemetry } = server
    const told: ReadonlyArray<readonly [string, unknown]> = [
      ["BFM_LISTEN_ADDRESS", server.host],
      ["BFM_HTTP_PORT", server.httpPort],
      ["BFM_GRPC_PORT", server.grpcPort],
      ["BFM_BODY_LIMIT", server.bodyLimit],
      ["BFM_MAX_RUNS", server.maxRuns],
      ["BFM_QUEUE_ENABLED", server.queue],
      ["BFM_SHUTDOWN_GRACE", `${server.shutdownGrace / 1000}s`],
      ["BFM_REINDEX_INTERVAL_MINUTES", server.reindexInterval / 60_000],
      ["BFM_AUTO_MIGRATE", autoMigrate.enabled],
      ["BFM_AUTO_MIGRATE_RETRY_INTERVAL", `${autoMigrate.retryInterval / 1000}s`],
      ["BFM_AUTO_MIGRATE_RETRY_MAX_ROUNDS", autoMigrate.maxRounds],
      ["BFM_LOG_LEVEL", log.level],
      ["BFM_LOG_FORMAT", log.format],
      ["OTEL_SERVICE_NAME", telemetry.serviceName]
    ]
    assert.deepStrictEqual<ReadonlyArray<unknown>>(
      told.map(([name, value]) => [name, String(value)]),
      service.filter(([, fallback]) => fallback !== "")
    )
  })

  it("tells the defaults", () => {
    const sources = new Map([["core", new Set(["postgresql" as const])]])
    const { sfmPath, dataDir, state, lockWait } = Either.getOrThrow(Config.decode({}, sources))
    assert.strictEqual(state.settings._tag, "Embedded")
    assert.strictEqual(defaults.get("BFM_STATE_BACKEND"), "embedded")
    assert.strictEqual(defaults.get("BFM_SFM_PATH"), sfmPath)
    assert.strictEqual(defaults.get("BFM_DATA_DIR"), dataDir)
    assert.strictEqual(defaults.get("BFM_LOCK_TIMEOUT"), `${lockWait / 1000}s`)
    const { state: server, connections } = Either.getOrThrow(
      Config.decode({ BFM_STATE_DB_HOST: "x", BFM_STATE_DB_PASSWORD: "", CORE_DB_HOST: "x" }, sources)
    )
    const core = connections.get("core")
    if (
      server._tag !== "Postgresql" ||
      server.settings._tag !== "Server" ||
      core?.backend !== "postgresql" ||
      core.settings._tag !== "Server"
    )
      return assert.fail("no server")
    const { pool, ...of } = server.settings
    const documented = (name: string) => defaults.get(name)
    assert.deepStrictEqual(
      [of.port, of.username, of.database, of.tls, server.schema].map(String),
      ["DB_PORT", "DB_USERNAME", "DB_NAME", "DB_SSLMODE", "SCHEMA"].map(name =>
        documented(`BFM_STATE_${name}`)
      )
    )
    assert.deepStrictEqual(
      [
        core.settings.port,
        core.settings.username,
        core.settings.tls,
        core.connection.schemaMode,
        core.ledgerSchema
      ].map(String),
      ["DB_PORT", "DB_USERNAME", "DB_SSLMODE", "SCHEMA_MODE", "LEDGER_SCHEMA"].map(name =>
        documented(`{CONN}_${name}`)
      )
    )
    assert.deepStrictEqual(
      [pool.maxConnections, pool.idleConnections, pool.maxLifetime / 60_000, pool.maxIdleTime / 60_000].map(
        String
      ),
      ["MAX_OPEN_CONNS", "MAX_IDLE_CONNS", "CONN_MAX_LIFETIME_MINUTES", "CONN_MAX_IDLE_TIME_MINUTES"].map(
        name => documented(`BFM_DB_${name}`)
      )
    )
  })
})

describe("directives and exit codes", () => {
  it("are all in the documents, and in docs/FORMATS.md", () => {
    const directives = (text: string) =>
      sorted(Document.rows(text).flatMap(([name]) => first(name).match(/bfm-[a-z-]+/) ?? []))
    const known = sorted(Metadata.keys.map(key => `bfm-${key}`))
    assert.deepStrictEqual(directives(Document.section("docs/writing-migrations.md", "Directives")), known)
    assert.deepStrictEqual(directives(Document.section("docs/FORMATS.md", "Directives")), known)
    const begun = Skeleton.sql("name").up
    assert.deepStrictEqual(
      known.filter(directive => !begun.includes(`# ${directive}: `)),
      [],
      "what bfm new writes"
    )
    const { done, refused, pending, drift, stepFailed, lockBusy, interrupted } = ExitCode
    const codes = [done, refused, pending, drift, stepFailed, lockBusy, interrupted].map(String)
    const documented = (rows: ReadonlyArray<ReadonlyArray<string>>) =>
      rows.flatMap(([code = "", meaning]) => (/^\d+$/.test(code) ? [[code, meaning]] : []))
    const told = documented(table("docs/running.md", "Exit codes"))
    assert.deepStrictEqual(
      told.map(([code]) => code),
      codes
    )
    assert.deepStrictEqual(told, documented(Document.rows(Document.section("docs/FORMATS.md", "Exit codes"))))
  })

  it("a statement waits for a lock as long as the documents say", () => {
    const { lockTimeout, lockRetries, statementTimeout } = Settings.Settings.defaultValue()
    const rows = Document.section("docs/writing-migrations.md", "Directives")
    assert.include(rows, `tried again; ${lockTimeout / 1000}s when nothing is said`)
    assert.strictEqual(statementTimeout, 0)
    assert.include(rows, "no limit when nothing is said")
    assert.strictEqual(lockRetries, 5)
    assert.include(
      Document.section("docs/exactly-once.md", "How exactly once works"),
      "tried again, five times"
    )
  })
})

/** A new kind does not compile until it is here, and does not pass until it is in the document. */
const kinds: Record<Errors.PlanProblem["kind"], true> = {
  schema_required: true,
  dependency_unknown: true,
  dependency_cycle: true,
  dependency_pending: true,
  barrier: true,
  dependents_applied: true,
  not_applied: true,
  no_down: true,
  out_of_order: true,
  schema_moved: true,
  script: true,
  template: true,
  schema_name: true,
  requirement: true,
  interrupted: true,
  program: true
}

describe("README.md", () => {
  it("names every backend, and each has its ledger in docs/FORMATS.md", () => {
    const [, words = ""] = table("README.md", "Words").find(([word]) => word === "backend") ?? []
    assert.deepStrictEqual(Document.codes(words), Backend.all)
    for (const backend of Backend.all) {
      const { product } = Backend.capabilities[backend]
      const heading = backend === "postgresql" ? "The ledger" : `The ledger in ${product}`
      assert.isAbove(Document.section("docs/FORMATS.md", heading).length, 80, product)
      assert.include(Document.read("README.md"), product)
    }
  })
})

describe("docs/troubleshooting.md", () => {
  it("has a cure for every error, with its exit code and its status", () => {
    for (const error of Errors.all) {
      const tag = error._tag
      const text = Document.section("docs/troubleshooting.md", tag)
      assert.match(
        text.trim(),
        new RegExp(`^Exit ${ExitCode.ofError[tag]}, HTTP ${Status.ofError[tag]}\\b`),
        tag
      )
      assert.isAbove(text.trim().length, 80, tag)
    }
    const headings = [...Document.read("docs/troubleshooting.md").matchAll(/^### (.*)$/gm)].map(
      ([, heading = ""]) => heading
    )
    assert.deepStrictEqual(sorted(headings), sorted(Errors.all.map(({ _tag }) => _tag)))
  })

  it("has a cure for everything that stands in the way of a plan", () => {
    const told = Document.rows(Document.section("docs/troubleshooting.md", "PlanRejected"))
    assert.deepStrictEqual(
      sorted(told.flatMap(([names = ""]) => Document.codes(names))),
      sorted(Object.keys(kinds))
    )
  })
})
