import * as fs from "node:fs"
import * as path from "node:path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { parse } from "yaml"
import * as Document from "../fixtures/Document.ts"
import * as Walkthrough from "../fixtures/Walkthrough.ts"

interface Step {
  readonly uses?: string
  readonly run?: string
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>
  readonly defaults: { readonly run: { readonly shell: string } }
  readonly jobs: Readonly<Record<string, { readonly "runs-on": string; readonly steps: ReadonlyArray<Step> }>>
}

const workflow: Workflow = parse(Document.read("examples/github-actions/migrate.yml"))

/** What a job runs, but for the installation of bfm. */
const commands = (job: string): ReadonlyArray<string> =>
  (workflow.jobs[job]?.steps ?? []).flatMap(({ run }) =>
    run === undefined || run.startsWith("npm ") ? [] : [run]
  )

it.scopedLive(
  "the example for GitHub plans, rehearses, applies, and leaves nothing to do",
  () =>
    Effect.gen(function* () {
      assert.hasAllKeys(workflow.on, ["pull_request", "push"])
      assert.hasAllKeys(workflow.jobs, ["plan", "apply"])
      assert.lengthOf(commands("plan"), 4)
      assert.lengthOf(commands("apply"), 2)
      const where = yield* Walkthrough.make([])
      const sfm = path.join(where.directory, "sfm/postgresql/core")
      fs.mkdirSync(sfm, { recursive: true })
      fs.writeFileSync(
        path.join(sfm, "20250601090000_create_users.up.sql"),
        "CREATE TABLE users (id bigint);"
      )
      // As the installation leaves it.
      const programs = path.join(where.directory, "node_modules/.bin")
      fs.mkdirSync(programs, { recursive: true })
      fs.symlinkSync(path.join(Document.root, "bin/bfm"), path.join(programs, "bfm"))
      assert.strictEqual(workflow.defaults.run.shell, "bash")
      const run = (command: string) =>
        where.run(`set -eo pipefail; GITHUB_STEP_SUMMARY=summary.md; ${command}`)
      for (const command of [...commands("plan"), ...commands("apply")]) {
        const { code, output } = yield* run(command)
        assert.strictEqual(code, 0, `${command}\n${output}`)
      }
      const summary = fs.readFileSync(path.join(where.directory, "summary.md"), "utf8")
      assert.include(summary, "CREATE TABLE users (id bigint);")
      fs.writeFileSync(path.join(sfm, "20250601090000_create_users.up.sql"), "CREATE TABLE users (id text);")
      assert.strictEqual((yield* run(commands("plan")[0] ?? "")).code, 3)
    }),
  60_000
)
