import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Leftover from "../../src/adapters/postgresql/Leftover.ts"
import * as Config from "../../src/Config.ts"
import * as Named from "../../src/config/Named.ts"
import * as Bfm from "../../src/interfaces/library/Bfm.ts"
import * as Main from "../../src/Main.ts"
import * as Baseline from "../../src/pipeline/baseline/Baseline.ts"
import * as Examine from "../../src/pipeline/doctor/Examine.ts"
import * as Fingerprint from "../fixtures/Fingerprint.ts"
import * as Postgresql from "../fixtures/Postgresql.ts"
import * as Project from "../fixtures/Project.ts"
import * as Scenario from "../fixtures/Scenario.ts"

/** A bit of everything that a schema can have. */
const first = `CREATE TYPE mood AS ENUM ('glad', 'sad');
CREATE DOMAIN short AS text CHECK (length(VALUE) < 10);
CREATE TABLE users (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name short NOT NULL DEFAULT 'nobody', mood mood);
CREATE TABLE orders (id serial PRIMARY KEY, owner bigint REFERENCES users, amount numeric(10, 2) CHECK (amount > 0));
CREATE INDEX orders_owner ON orders (owner) WHERE amount > 1;
CREATE VIEW rich AS SELECT owner FROM orders WHERE amount > 1000;
CREATE SEQUENCE numbers INCREMENT BY 5;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$;
CREATE TRIGGER orders_touch BEFORE UPDATE ON orders FOR EACH ROW EXECUTE FUNCTION touch();`
const second = "CREATE TABLE shop.later (id int);"

interface Wish {
  readonly to?: string
  readonly url?: string
  readonly trust?: boolean
  readonly dryRun?: boolean
}

const team = Effect.gen(function* () {
  const project = yield* Project.make
  project.write(`${Scenario.named(1, "all")}.up.sql`, first)
  project.write(
    `${Scenario.named(2, "later")}.up.sql`,
    `-- bfm-schema: shop\n-- bfm-depends-on: all\n${second}`
  )
  yield* project.query(`${first} CREATE SCHEMA shop; ${second} CREATE TABLE schema_migrations (version text)`)
  const baseline = (wish: Wish = {}, environment: Readonly<Record<string, string>> = {}) =>
    Effect.gen(function* () {
      const config = yield* Config.decode({ ...project.environment, ...environment }, new Map())
      const elsewhere =
        wish.url === undefined ? undefined : yield* Named.postgresql("--scratch-url", wish.url)
      const work = Effect.gen(function* () {
        const verified = yield* Baseline.verify({ connection: "core", to: wish.to, variables: {} })
        const write = verified.report.agrees || wish.trust === true
        return write && wish.dryRun !== true ? yield* Baseline.carryOut(verified) : verified.report
      })
      return yield* project.run(Effect.provide(work, Main.scratch(config, elsewhere)), environment)
    })
  return { project, baseline }
})

const all = "what is there: tables, columns, constraints, indexes and all else"

/** Those for the project's own database; other tests make others on the same server. */
const scratches = (project: Project.Project) =>
  Effect.map(
    project.query("SELECT datname FROM pg_database WHERE starts_with(datname, $1)", [
      Leftover.prefix(project.target.name)
    ]),
    rows => rows.map(({ datname }) => String(datname))
  )

/** Asks again until the answer is enough. */
const eventually = <A, E>(asked: Effect.Effect<A, E>, enough: (answer: A) => boolean) =>
  Effect.repeat(Effect.delay(asked, "50 millis"), { until: enough })

describe("bfm baseline", () => {
  it.scopedLive("marks what is there as applied once the migrations are seen to make it", () =>
    Effect.gen(function* () {
      const { project, baseline } = yield* team
      const before = yield* Fingerprint.of(project.target.url, [])
      const dry = yield* baseline({ dryRun: true })
      assert.deepStrictEqual([dry.agrees, dry.differences, dry.done, dry.rebuilt], [true, [], false, 2])
      assert.match(dry.scratch, /\/bfm_scratch_\w+$/)
      assert.deepStrictEqual(yield* Fingerprint.of(project.target.url, []), before)
      const done = yield* baseline()
      assert.deepStrictEqual([done.done, done.trusted], [true, false])
      assert.deepStrictEqual((yield* project.run(Bfm.up())).applied, [])
      const rows = yield* project.query("SELECT schema, name, actor FROM bfm.ledger ORDER BY version")
      assert.deepStrictEqual(
        rows.map(({ schema, name, actor }) => [schema, name, /\(baseline, verified\)$/.test(String(actor))]),
        [
          ["", "all", true],
          ["shop", "later", true]
        ]
      )
    })
  )

  it.scopedLive("takes the last version that is there, and the rest stays pending", () =>
    Effect.gen(function* () {
      const { project, baseline } = yield* team
      const before = yield* Fingerprint.of(project.target.url)
      // The database has more than version 1 makes.
      const early = yield* baseline({ to: Scenario.version(1) })
      assert.deepStrictEqual(
        [early.done, early.differences.map(({ name, found }) => [name, found])],
        [
          false,
          [
            ["shop", "extra"],
            ["shop.later", "extra"],
            ["shop.later.id", "extra"]
          ]
        ]
      )
      yield* project.query("DROP SCHEMA shop CASCADE")
      const done = yield* baseline({ to: Scenario.version(1) })
      assert.deepStrictEqual(
        [done.done, done.trusted, done.entries.map(({ migration_id }) => migration_id)],
        [true, false, [Scenario.id(1, "all")]]
      )
      const { applied } = yield* project.run(Bfm.up())
      assert.deepStrictEqual(applied, [Scenario.id(2, "later")])
      assert.deepStrictEqual(yield* Fingerprint.of(project.target.url), before)
      assert.deepStrictEqual(yield* scratches(project), [])
      // What was marked is looked at again, whenever somebody asks.
      const nothing = yield* project.cli(["baseline", "--connection", "core"])
      assert.deepStrictEqual(
        [nothing.code, nothing.stdout],
        [
          0,
          `Nothing to mark on core, 2 migrations known already\n✔ 2 migrations run in a scratch database make ${all}\n\n`
        ]
      )
    })
  )

  it.scopedLive("shows each kind of difference, and believes it only when told to", () =>
    Effect.gen(function* () {
      const { project, baseline } = yield* team
      yield* project.query(`ALTER TYPE mood ADD VALUE 'odd'; ALTER DOMAIN short SET NOT NULL;
ALTER TABLE users ALTER name DROP DEFAULT; ALTER TABLE users ALTER name DROP NOT NULL;
ALTER TABLE orders DROP CONSTRAINT orders_owner_fkey; DROP INDEX orders_owner; DROP VIEW rich; CREATE VIEW rich AS SELECT owner FROM orders;
ALTER SEQUENCE numbers INCREMENT BY 6; DROP TRIGGER orders_touch ON orders; ALTER TABLE users ADD COLUMN extra int;
CREATE OR REPLACE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN OLD; END $$;`)
      const report = yield* baseline()
      assert.isFalse(report.done)
      assert.deepStrictEqual(
        report.differences.map(({ kind, name, found }) => `${found} ${kind} ${name}`),
        [
          "different enum public.mood",
          "different sequence public.numbers",
          "missing constraint public.orders.orders_owner_fkey",
          "missing trigger public.orders.orders_touch",
          "missing index public.orders_owner",
          "different view public.rich",
          "different domain public.short",
          "different function public.touch()",
          "extra column public.users.extra",
          "different column public.users.name"
        ]
      )
      const name = report.differences.at(-1)
      assert.deepStrictEqual(
        [name?.live, name?.rebuilt],
        ["public.short", "public.short not null default 'nobody'::text"]
      )
      assert.deepStrictEqual(yield* project.query("SELECT FROM pg_namespace WHERE nspname = 'bfm'"), [])
      const told = yield* project.cli(["baseline", "--connection", "core"])
      assert.strictEqual(told.code, 3)
      assert.match(
        told.stdout,
        /^✘ 2 migrations run in a scratch database make something else than what is there$/m
      )
      assert.match(
        told.stdout,
        /column public\.users\.name: differs\n {4}- public\.short\n {4}\+ public\.short not null/
      )
      assert.match(told.stdout, /accept it as it is: {2}the same with --trust\n$/)
      const trusted = yield* baseline({ trust: true })
      assert.deepStrictEqual([trusted.done, trusted.trusted], [true, true])
      const { items } = yield* project.run(Bfm.history({ id: Scenario.id(1, "all") }))
      assert.deepStrictEqual(
        items.map(({ event, actor }) => [event, /\(baseline, trusted\)$/.test(actor)]),
        [["resolved_applied", true]]
      )
    })
  )

  it.scopedLive("says which right is missing, and makes the scratch database elsewhere", () =>
    Effect.gen(function* () {
      const { project, baseline } = yield* team
      const role = `role_${project.target.name}`
      yield* Effect.acquireRelease(project.query(`CREATE ROLE ${role} LOGIN`), () =>
        project.query(`DROP OWNED BY ${role} CASCADE; DROP ROLE ${role}`)
      )
      const as = { CORE_DB_URL: project.target.url.replace("postgres@", `${role}@`) }
      const refused = yield* Effect.flip(baseline({}, as))
      assert.match(
        refused.message,
        /may not create a scratch database on .*: grant it \(ALTER ROLE "\w+" CREATEDB\), or .*--scratch-url/
      )
      const { username, host, port } = yield* Postgresql.server
      const url = `postgres://${username}@${host}:${port}/postgres`
      const elsewhere = yield* baseline({ dryRun: true, url }, as)
      assert.isTrue(elsewhere.agrees)
      const odd = yield* Effect.flip(baseline({ url: "mysql://bfm:hunter2@h/x" }))
      assert.match(odd.message, /--scratch-url must begin with postgres/)
      assert.deepStrictEqual(yield* scratches(project), [])
    })
  )

  it.scopedLive("removes what a killed one left behind, once nobody uses it, and doctor names it", () =>
    Effect.gen(function* () {
      const { project, baseline } = yield* team
      project.write(`${Scenario.named(3, "long")}.up.sql`, "SELECT pg_sleep(600);")
      const killed = yield* Effect.acquireRelease(
        Effect.sync(() => project.spawn(["baseline", "--connection", "core", "--dry-run"])),
        child => Effect.sync(() => child.kill("SIGKILL"))
      )
      const sleeping = yield* eventually(
        project.query(
          "SELECT pid, datname FROM pg_stat_activity WHERE starts_with(datname, $1) AND wait_event = 'PgSleep'",
          [Leftover.prefix(project.target.name)]
        ),
        rows => rows.length > 0
      )
      const name = String(sleeping[0]?.["datname"])
      const leftovers = Effect.map(project.run(Examine.report()), ({ findings }) =>
        findings.filter(({ area }) => area === "leftover")
      )
      const other = baseline({ to: Scenario.version(2), dryRun: true })
      assert.deepStrictEqual([(yield* other).agrees, yield* leftovers], [true, []])
      assert.deepStrictEqual(yield* scratches(project), [name])
      killed.kill("SIGKILL")
      // The server would notice only at the end of the statement that its client is gone.
      yield* project.query("SELECT pg_terminate_backend($1)", [sleeping[0]?.["pid"]])
      const [found] = yield* eventually(leftovers, all => all.length > 0)
      assert.match(found?.reason ?? "", new RegExp(`scratch database ${name} of a baseline that was killed`))
      assert.isTrue((yield* other).agrees)
      assert.deepStrictEqual([yield* scratches(project), yield* leftovers], [[], []])
    })
  )

  it.scopedLive("says which migration cannot be run at all", () =>
    Effect.gen(function* () {
      const { project, baseline } = yield* team
      project.write(
        `${Scenario.named(3, "broken")}.up.sql`,
        "SELECT 1;\nALTER TABLE nowhere ADD COLUMN a int;"
      )
      const report = yield* baseline()
      assert.deepStrictEqual([report.done, report.failure?.name, report.failure?.line], [false, "broken", 2])
      const told = yield* project.cli(["baseline", "--connection", "core"])
      assert.strictEqual(told.code, 4)
      assert.match(
        told.stdout,
        /✘ \d+ broken could not be run in a scratch database\n {2}\S+_broken\.up\.sql:2\n {2}42P01 {2}relation "nowhere" does not exist\n/
      )
      assert.deepStrictEqual(yield* scratches(project), [])
    })
  )
})
