import { spawn } from "node:child_process"
import * as fs from "node:fs"
import { builtinModules } from "node:module"
import * as path from "node:path"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Document from "../fixtures/Document.ts"
import { Installed, layer as installed } from "../fixtures/Installed.ts"
import * as Nodes from "../fixtures/Nodes.ts"
import { database, query } from "../fixtures/Postgresql.ts"
import * as Request from "../fixtures/Request.ts"

const bfm = "node_modules/.bin/bfm"

/** Everything in one database: the application's tables, and the state in a schema of its own. */
const settings = (url: string): Readonly<Record<string, string>> => ({
  APP_DB_URL: url,
  BFM_STATE_DB_URL: url,
  BFM_STATE_DB_PASSWORD: "",
  BFM_STATE_SCHEMA: "bfm_state"
})

/** Packages that libraries inside of the programs look for, and do without. */
const dispensable = ["pg-native", "bufferutil", "utf-8-validate"]

/** What a program or module of the package asks for by name. */
const asked = (text: string): ReadonlyArray<string> =>
  [...text.matchAll(/(?:\brequire\(|\bimport\(|\bfrom |^import )"([\w@][\w@/.-]*)"/gm)].map(([, name = ""]) =>
    name
      .split("/")
      .slice(0, name.startsWith("@") ? 2 : 1)
      .join("/")
  )

layer(installed, { excludeTestServices: true, timeout: "180 seconds" })("the package", it => {
  it.effect("holds what is needed to run it, and nothing else", () =>
    Effect.gen(function* () {
      const { files } = yield* Installed
      const expected =
        /^(package\.json|LICENSE|README\.md|\.env\.example|bin\/(bfm|bfm-cli|package\.json)|dist\/(cli|serve|worker)\.cjs|dist\/lib\/.*\.(js|d\.ts)|dist\/ui\/.*|docs\/.*\.(md|jpg)|(deploy|examples|sfm)\/.*\.(json|md|sql|tpl|ts|txt|ya?ml)|proto\/migration\.proto)$/i
      assert.deepStrictEqual(
        files.filter(file => !expected.test(file)),
        []
      )
      assert.includeMembers(
        [...files],
        ["LICENSE", "bin/bfm-cli", "dist/ui/index.html", "dist/lib/index.d.ts", "proto/migration.proto"]
      )
    })
  )

  it.effect("has what its documents point at", () =>
    Effect.gen(function* () {
      const { files } = yield* Installed
      const documents = files.filter(file => file.endsWith(".md"))
      const dead = documents.flatMap(document =>
        Document.links(document)
          .filter(({ file }) => !files.includes(file))
          .map(({ target }) => `${document}: ${target}`)
      )
      assert.includeMembers(documents, ["README.md", "docs/getting-started.md"])
      assert.deepStrictEqual(dead, [])
    })
  )

  it.effect("depends on every package that it asks for", () =>
    Effect.gen(function* () {
      const { directory, files } = yield* Installed
      const place = path.join(directory, "node_modules/bfm")
      const { dependencies, peerDependencies } = JSON.parse(
        fs.readFileSync(path.join(place, "package.json"), "utf8")
      )
      const needed = new Set(
        files
          .filter(file => /^(bin\/bfm|dist\/(lib\/.*|\w+)\.(c?js|d\.ts)$)/.test(file))
          .flatMap(file => asked(fs.readFileSync(path.join(place, file), "utf8")))
          .filter(name => !builtinModules.includes(name) && name !== "bfm")
      )
      assert.includeMembers([...needed], ["effect", "pg", "jiti", "@grpc/reflection"])
      const declared = [...Object.keys(dependencies), ...Object.keys(peerDependencies), ...dispensable]
      assert.deepStrictEqual(
        [...needed].filter(name => !declared.includes(name)),
        []
      )
    })
  )

  it.effect("has nothing that publint and attw would say something about", () =>
    Effect.gen(function* () {
      const { tarball, shell } = yield* Installed
      const programs = path.join(Document.root, "node_modules/.bin")
      const linted = yield* shell(
        `${programs}/publint run ${tarball} --strict && ${programs}/attw ${tarball} --profile esm-only --no-emoji`
      )
      assert.strictEqual(linted.code, 0, linted.output)
      assert.include(linted.output, "All good!")
    })
  )

  it.effect("loads what few need only when they need it", () =>
    Effect.gen(function* () {
      const { directory, shell } = yield* Installed
      const modules = path.join(directory, "node_modules")
      const rare = ["etcd3", "cockatiel", "mysql2", "jiti", "@grpc"]
      const away = fs.mkdtempSync(path.join(directory, "away-"))
      for (const name of rare) fs.renameSync(path.join(modules, name), path.join(away, name))
      const said = yield* shell(
        `${bfm} build sfm --check && ${bfm} migrate up --help && node -e 'Promise.all([import("bfm"), import("bfm/client")])'`
      )
      for (const name of rare) fs.renameSync(path.join(away, name), path.join(modules, name))
      assert.strictEqual(said.code, 0, said.output)
    })
  )

  it.scoped(
    "runs the application that embeds it, once; and says what went wrong",
    () =>
      Effect.gen(function* () {
        const { shell } = yield* Installed
        const { url } = yield* database
        const first = yield* shell("npm start --silent", settings(url))
        assert.strictEqual(first.code, 0, first.output)
        assert.include(
          first.output,
          "applied 20250101120000_create_guests_postgresql_app, 20250102090000_guests_by_name_postgresql_app"
        )
        assert.include(first.output, "guests so far: 1")
        const second = yield* shell("node dist/src/main.js", settings(url))
        assert.strictEqual(second.code, 0, second.output)
        assert.include(second.output, "database is up to date")
        assert.include(second.output, "guests so far: 2")
        assert.deepStrictEqual(yield* query(url, "SELECT DISTINCT actor, method FROM bfm.ledger"), [
          { actor: "guest book", method: "library" }
        ])
        const status = yield* shell(`${bfm} status --json`, settings(url))
        assert.deepInclude(JSON.parse(status.output).items[0], { status: "applied", connection: "app" })

        const { url: occupied } = yield* database
        yield* query(occupied, "CREATE TABLE guests ()")
        const refused = yield* shell("node dist/src/main.js", settings(occupied))
        assert.strictEqual(refused.code, 1)
        assert.include(
          refused.output,
          'postgresql/app/20250101120000_create_guests.up.sql:2: relation "guests" already exists; nothing of it is left'
        )
      }),
    120_000
  )

  it.scoped("runs the service, with its page", () =>
    Effect.gen(function* () {
      const { directory } = yield* Installed
      const { url } = yield* database
      const address = yield* serving(directory, {
        ...settings(url),
        BFM_API_TOKEN: "packed",
        BFM_HTTP_PORT: "0",
        BFM_GRPC_PORT: "0",
        BFM_AUTO_MIGRATE: "false"
      })
      const { get, post } = Request.at(address, "packed")
      const { body: health } = yield* get("/health")
      assert.strictEqual(health.status, "healthy")
      const page = yield* get("/")
      assert.include(page.headers.get("content-type"), "text/html")
      const [, script = ""] = /src="(\/[^"]+\.js)"/.exec(page.text) ?? []
      assert.strictEqual((yield* get(script)).status, 200)
      const ran = yield* post("/api/v1/migrate", { connection: "app", target: { connection: "app" } })
      assert.lengthOf(ran.body.applied, 2)
    })
  )

  it.scoped.each([22, 24, 26])(
    "runs on Node %i",
    major =>
      Effect.gen(function* () {
        const { shell } = yield* Installed
        const node = yield* Nodes.program(major)
        const { url } = yield* database
        const at = (words: string) => shell(`${node} ${bfm} ${words}`, settings(url))
        assert.match((yield* shell(`${node} --version`)).output, new RegExp(`^v${major}\\.`))
        assert.match((yield* at("--version")).output, /^bfm version \d/)
        const plan = yield* at("migrate plan --json")
        assert.strictEqual(plan.code, 0, plan.output)
        assert.lengthOf(JSON.parse(plan.output).plan.steps, 2)
        const up = yield* at("migrate up")
        assert.strictEqual(up.code, 0, up.output)
        assert.include(up.output, "2 applied, 0 failed")
        const library = yield* shell(
          `${node} -e 'import("bfm").then(({ Bfm }) => console.log(typeof Bfm.up))'`
        )
        assert.deepStrictEqual(library, { code: 0, output: "function\n" })
      }),
    120_000
  )
})

/** `bfm serve` of the folder, until the scope closes: where it listens. */
const serving = (directory: string, environment: Readonly<Record<string, string>>) =>
  Effect.acquireRelease(
    Effect.sync(() =>
      spawn(process.execPath, [bfm, "serve"], {
        cwd: directory,
        env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...environment }
      })
    ),
    child => Effect.sync(() => child.kill("SIGKILL"))
  ).pipe(
    Effect.flatMap(child =>
      Effect.async<string, Error>(resume => {
        let output = ""
        const hear = (chunk: Buffer) => {
          output += chunk
          const [, port] = /listening: HTTP on [\d.]+:(\d+)/.exec(output) ?? []
          if (port !== undefined) resume(Effect.succeed(`http://127.0.0.1:${port}`))
        }
        child.stdout.on("data", hear)
        child.stderr.on("data", hear)
        child.on("close", () => resume(Effect.fail(new Error(`it ended:\n${output}`))))
      })
    )
  )
