import { spawn } from "node:child_process"
import * as path from "node:path"
import { assert, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Document from "../fixtures/Document.ts"
import { ended } from "../fixtures/Project.ts"

// That it migrates itself when it starts is tried where it is installed as its users have it: test/shipping.
it.effect("the example of embedding has modules that are those of its scripts", () =>
  Effect.gen(function* () {
    const args = [path.join(Document.root, "bin/bfm"), "build", "examples/embedding/sfm", "--check"]
    const child = spawn(process.execPath, args, { cwd: Document.root, env: {} })
    const { code, stdout, stderr } = yield* ended(child)
    assert.strictEqual(code, 0, stdout + stderr)
  })
)
