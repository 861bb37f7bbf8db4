import { readFileSync } from "node:fs"
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { defaultPool as pool } from "../src/adapters/postgresql/Settings.ts"
import * as Config from "../src/Config.ts"
import type { Environment } from "../src/config/Reader.ts"
import { core, decode, problems, valid } from "./fixtures/Environment.ts"

describe("with nothing set", () => {
  it("keeps the state embedded and says so", () => {
    const config = valid({})
    assert.deepStrictEqual(config.state, {
      _tag: "Postgresql",
      settings: { _tag: "Embedded", database: "migration_state", pool },
      schema: "public",
      byDefault: true
    })
    assert.strictEqual(config.sfmPath, "./sfm")
    assert.strictEqual(config.dataDir, ".bfm")
    assert.strictEqual(config.lockWait, 30_000)
    assert.strictEqual(config.connections.size, 0)
    assert.match(config.notices.join(), /no BFM_STATE_\* variable is set: .*embedded.*\.bfm/)
    assert.deepStrictEqual(config.warnings, [])
  })

  it("gives every PostgreSQL connection of the sources a database of its own", () => {
    const config = valid({}, { core: ["postgresql"], "tenant-db": ["postgresql"], logs: ["greptimedb"] })
    assert.deepStrictEqual(
      [...config.connections.values()].map(({ settings }) => settings),
      [
        { _tag: "Embedded", database: "core", pool },
        { _tag: "Embedded", database: "tenant-db", pool }
      ]
    )
    assert.match(config.notices.join("\n"), /no connection is configured: core, tenant-db are placed/)
  })

  it("places nothing when one connection is configured", () => {
    const config = valid({ CORE_DB_HOST: "db1" }, { core: ["postgresql"], other: ["postgresql"] })
    assert.deepStrictEqual([...config.connections.keys()], ["core"])
    assert.isFalse(config.notices.some(notice => notice.includes("no connection")))
  })
})

describe("everything else", () => {
  it("reports all problems at once", () => {
    const found = problems(
      {
        BFM_STATE_DB_HOST: "db1",
        BFM_STATE_DB_PORT: "many",
        BFM_DB_MAX_OPEN_CONNS: "0",
        BFM_LOCK_TIMEOUT: "30",
        CORE_DB_HOST: "db1",
        CORE_DB_PORT: "70000",
        CORE_DB_SSLMODE: "maybe",
        CORE_SCHEMA_MODE: "loose",
        APP_BACKEND: "postgresql",
        APP_DB_URL: "mysql://db1/x"
      },
      core
    )
    assert.deepStrictEqual(found.map(problem => problem.split(":")[0]).sort(), [
      "APP_DB_URL",
      "BFM_DB_MAX_OPEN_CONNS",
      "BFM_LOCK_TIMEOUT",
      "BFM_STATE_DB_PASSWORD",
      "BFM_STATE_DB_PORT",
      "CORE_DB_PORT",
      "CORE_DB_SSLMODE",
      "CORE_SCHEMA_MODE"
    ])
  })

  it.each([
    ["0", 0],
    ["250ms", 250],
    ["1m30s", 90_000],
    ["1.5h", 5_400_000]
  ])("reads the time %s", (text, milliseconds) => {
    assert.strictEqual(valid({ BFM_LOCK_TIMEOUT: text }).lockWait, milliseconds)
  })

  it("hands template variables on under lower-case names", () => {
    assert.deepStrictEqual(valid({ BFM_VAR_REGION: "eu ", BFM_VAR_Empty: "" }).variables, {
      region: "eu ",
      empty: ""
    })
  })

  it("warns of names that nobody reads, also beside a connection's own", () => {
    const { warnings } = valid(
      {
        BFM_SFM_PTAH: "x",
        BFM_HTTP_PORT: "1",
        BFM_API_TOKEN: "t",
        CORE_DB_HOST: "db1",
        CORE_DB_PASWORD: "x",
        CORE_DB_USER: "me",
        CORE_DB_POOL_SIZE: "3"
      },
      core
    )
    assert.deepStrictEqual(warnings, [
      "BFM_SFM_PTAH is not a variable of BfM; did you mean BFM_SFM_PATH?",
      "CORE_DB_PASWORD is not used; did you mean CORE_DB_PASSWORD?",
      "CORE_DB_USER is not used; did you mean CORE_DB_USERNAME?"
    ])
  })

  it("lets what is really set win over .env", () => {
    const merged = Config.merge(
      { A: "real", B: "", HOME: undefined },
      "A=file\nB=file\nHOME=file\nC='quoted # value'\n# comment\nexport D=x\n"
    )
    assert.deepStrictEqual(merged, { A: "real", B: "", HOME: "file", C: "quoted # value", D: "x" })
  })

  it("knows every variable of .env.example", () => {
    const text = readFileSync(new URL("../.env.example", import.meta.url), "utf8")
    const names = [...text.matchAll(/^#([A-Z_]+)=/gm)].map(([, name = ""]) => name)
    assert.isAbove(names.length, 25)
    const unknown = names.filter(name => {
      const found = decode({ [name]: "1" }, core)
      const said = Either.match(found, {
        onLeft: error => error.message,
        onRight: ({ warnings }) => warnings.join()
      })
      return said.includes("is not a variable") || said.includes("is not used")
    })
    assert.deepStrictEqual(unknown, [])
  })

  it.effect("finds the connections of an SFM directory", () =>
    Effect.gen(function* () {
      const directory = yield* Effect.acquireRelease(
        Effect.promise(() => mkdtemp(join(tmpdir(), "bfm-config-"))),
        path => Effect.promise(() => rm(path, { recursive: true }))
      )
      yield* Effect.promise(async () => {
        for (const path of ["postgresql/core", "postgresql/both", "greptimedb/both", ".git/x", "docs/y"]) {
          await mkdir(join(directory, path), { recursive: true })
        }
        await writeFile(join(directory, "postgresql", "README.md"), "")
      })
      const found = yield* Config.sources({ BFM_SFM_PATH: directory })
      assert.deepStrictEqual([...found].map(([name, backends]) => [name, [...backends].sort()]).sort(), [
        ["both", ["greptimedb", "postgresql"]],
        ["core", ["postgresql"]]
      ])
      assert.strictEqual((yield* Config.sources({ BFM_SFM_PATH: join(directory, "none") })).size, 0)
    }).pipe(Effect.scoped)
  )
})

describe("secrets", () => {
  const planted = "hunter2-Geheim"
  const places: ReadonlyArray<readonly [string, Environment]> = [
    ["a password", { CORE_DB_HOST: "db1", CORE_DB_PASSWORD: planted }],
    ["a URL", { CORE_DB_URL: `postgres://u:${planted}@db1/x` }],
    ["a URL with a sign that had to be encoded", { CORE_DB_URL: `postgres://u:1?${planted}=x@db1/x` }],
    ["a URL with a slash in the password", { CORE_DB_URL: `postgres://u:12/${planted}@db1/x` }],
    ["a URL with a percent sign", { CORE_DB_URL: `postgres://u:%zz${planted}@db1/x` }],
    ["a URL of another kind", { CORE_DB_URL: `mysql://u:${planted}@db1/x` }],
    [
      "a URL with an unknown parameter",
      { CORE_DB_URL: `postgres://u@db1/x?${planted}=1&password=${planted}` }
    ],
    ["a URL beside parts", { CORE_DB_URL: `postgres://u:${planted}@db1/x`, CORE_DB_PORT: planted }],
    ["the wrong variable", { CORE_BACKEND: planted, CORE_DB_HOST: "x", CORE_DB_SSLMODE: planted }],
    ["a number", { BFM_LOCK_TIMEOUT: planted, BFM_DB_MAX_OPEN_CONNS: planted }],
    ["the state", { BFM_STATE_DB_PASSWORD: planted, BFM_STATE_DB_PORT: planted }],
    ["a misspelt variable", { BFM_STATE_DB_PASWORD: planted, BFM_API_TOKN: planted }]
  ]

  it.each(places)("in %s never show", (_, environment) => {
    const result = decode(environment, core)
    const shown = Either.match(result, {
      onLeft: error => `${error.message} ${String(error)} ${JSON.stringify(error)}`,
      onRight: config =>
        `${JSON.stringify({ ...config, connections: [...config.connections] })} ${String(config)}`
    })
    assert.isFalse(shown.includes("Geheim"), shown)
  })
})
