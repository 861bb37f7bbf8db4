import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { ServiceFailed } from "../../../src/domain/Errors.ts"
import type * as Commands from "../../../src/interfaces/cli/Commands.ts"
import type * as Place from "../../../src/interfaces/cli/Place.ts"
import * as Captured from "./Captured.ts"

type Named = Effect.Effect.Success<Place.Remote["named"]>

/** Says which service is asked, and asks none. */
const program = (named: Named = {}): Commands.Program => ({
  ...Captured.storeless,
  remote: {
    named: Effect.succeed(named),
    layer: ({ url, token }) =>
      Layer.fail(new ServiceFailed({ url, reason: `asked as ${Redacted.value(token)}` }))
  }
})

const said = (line: string, named?: Named) => Captured.run(program(named), line.split(" "))

const server = "https://bfm.example.com:7070"
const known: Named = { server, token: Redacted.make("t-env") }

describe("where a command is carried out", () => {
  for (const [line, asked, named] of [
    [`status --server ${server} --token t-1`, `${server}: asked as t-1`],
    [`--server=${server} --token t-1 migrate up --yes`, `${server}: asked as t-1`],
    [`history --server ${server}/ops/`, `${server}/ops: asked as t-env`, { token: Redacted.make("t-env") }],
    ["validate", `${server}: asked as t-env`, known],
    ["migrate plan --server http://localhost:7 --token t-1", "http://localhost:7: asked as t-1", known],
    // A value that looks like an option is none.
    [`migrate plan --tag=--server --server ${server} --token t-1`, `${server}: asked as t-1`]
  ] as const) {
    it.effect(line, () =>
      Effect.map(said(line, named), ({ code, err }) => {
        assert.strictEqual(code, 1)
        assert.include(err, `✘ service ${asked}`)
      })
    )
  }

  for (const [line, reason, named] of [
    [`status --server ${server}`, /a service wants a token: set BFM_TOKEN, or say --token T/],
    ["status --token s3cret", /--token is for a service: say which one with --server URL/],
    ["status --server https://me:s3cret@bfm --token t", /has no password: that is BFM_TOKEN/],
    ["status --server bfm:7070 --token t", /the server is a URL like https:/],
    ["status --server", /--server needs a value/],
    ["resolve x --applied", /BFM_SERVER is set, and bfm resolve is not done by a service/, known],
    ["baseline --connection core", /BFM_SERVER is set, and bfm baseline is not done by a service/, known],
    ["import bfm --dry-run", /BFM_SERVER is set, and bfm import bfm is not done by a service/, known],
    ["import goose --dry-run", /BFM_SERVER is set, and bfm import goose is not done by a service/, known],
    [`--server ${server} --token s3cret version`, /unknown option --server/]
  ] as const) {
    it.effect(`${line}: refused, and nothing is asked`, () =>
      Effect.map(said(line, named), ({ code, err, out }) => {
        assert.strictEqual(code, 1)
        assert.match(err, reason)
        assert.notInclude(err + out, "s3cret")
      })
    )
  }
})
