import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Tokens from "../../../src/adapters/tokens/Identity.ts"
import * as Token from "../../../src/adapters/tokens/Token.ts"
import * as TokensFile from "../../../src/adapters/tokens/TokensFile.ts"
import { Identity } from "../../../src/ports/Identity.ts"
import * as Sfm from "../../fixtures/Sfm.ts"
import * as Captured from "./Captured.ts"

const sha256 = (text: string) => Token.digestOf(text).toString("hex")

const problems = (text: string, others: ReadonlyArray<Token.Token> = []) =>
  Either.match(TokensFile.decode(text, others), { onLeft: found => found, onRight: () => [] })

describe("the tokens file", () => {
  const entry = { name: "deploy", sha256: sha256("d"), scopes: ["migrate"], connections: ["core"] }
  const yaml = `tokens:
  # made with: openssl rand -base64 32
  - name: deploy
    sha256: ${sha256("d").toUpperCase()}
    scopes: [migrate]
    connections:
      - core
`

  it.each([
    ["JSON", JSON.stringify({ tokens: [entry] })],
    ["YAML", yaml]
  ])("is read as %s", (_, text) => {
    assert.deepStrictEqual(Either.getOrThrow(TokensFile.decode(text, [])), [
      {
        principal: { name: "deploy", scopes: ["migrate"], connections: ["core"] },
        digest: Token.digestOf("d")
      }
    ])
  })

  it("may say once what several have in common", () => {
    const text = `tokens:
  - { name: a, sha256: ${sha256("a")}, scopes: &all [read, migrate] }
  - { name: b, sha256: ${sha256("b")}, scopes: *all }
`
    const known = Either.getOrThrow(TokensFile.decode(text, []))
    assert.deepStrictEqual(
      known.map(({ principal }) => principal.scopes),
      [
        ["read", "migrate"],
        ["read", "migrate"]
      ]
    )
  })

  it("everything that is wrong is told at once, with its entry and without what was written", () => {
    const secret = "Geheim"
    const found = problems(
      JSON.stringify({
        tokens: [
          { name: "plain", sha256: secret, scopes: ["migrate"] },
          { name: `with blanks ${secret}`, sha256: sha256("x"), scopes: [secret] },
          { name: "extra", sha256: sha256("y"), scopes: [], token: secret, [secret]: 1 },
          secret,
          { name: "nowhere", sha256: sha256("z"), scopes: ["read"], connections: [] },
          entry,
          { ...entry, sha256: sha256("e") },
          { ...entry, name: "other" },
          { ...entry, name: "api", sha256: sha256("f") }
        ]
      }),
      [Token.api("token of the environment")]
    )
    assert.notInclude(found.join(), secret)
    assert.deepStrictEqual(
      found.map(problem => problem.replace(/ must .*| has .*/, "")),
      [
        "token 1 (plain): sha256",
        "token 2: name",
        "token 2: scopes",
        "token 3 (extra): scopes",
        "token 3 (extra):",
        "token 4:",
        "token 5 (nowhere): connections",
        "token deploy: its name is that of token deploy too",
        "token other: its sha256 is that of token deploy too",
        "token api: its name is that of token api too"
      ].sort(
        (a, b) => found.findIndex(text => text.startsWith(a)) - found.findIndex(text => text.startsWith(b))
      )
    )
    assert.isTrue(found.some(problem => /sha256 must be the SHA-256 of the token, 64 hex/.test(problem)))
  })

  it.each([
    ["", /must have one list, tokens:/],
    ["[]", /must have one list, tokens:/],
    ["tokens: 1", /must have one list, tokens:/],
    ["tokens: *Geheim", /^has an alias \(\*\) of what is not there/],
    ["tokens:\n  - name: [", /^line 3: is not YAML|^line 2: is not YAML/],
    ['{"tokens": [], "tokens": []}', /is not YAML \(DUPLICATE_KEY\)/]
  ])("%j is no such file", (text, message) => {
    assert.match(problems(text).join("\n"), message)
  })
})

/** A tokens file in a directory of its own, and who is known by it. */
const watched = (text: string) =>
  Effect.gen(function* () {
    const directory = yield* Sfm.make({ "tokens.yaml": text })
    const file = path.join(directory, "tokens.yaml")
    const context = yield* Layer.build(
      Tokens.layer({ token: Redacted.make("of the environment"), file, interval: 5 })
    )
    const identity = Context.get(context, Identity)
    return {
      file,
      identity,
      nameOf: (token: string) =>
        identity.authenticate(Redacted.make(token), "10.0.0.1").pipe(
          Effect.map(({ name }) => name),
          Effect.orElseSucceed(() => undefined)
        )
    }
  })

const listed = (...tokens: ReadonlyArray<readonly [string, string]>): string =>
  JSON.stringify({
    tokens: tokens.map(([name, text]) => ({ name, sha256: sha256(text), scopes: ["read"] }))
  })

describe("a running service", () => {
  it.scopedLive("knows new tokens and forgets old ones when the file changes", () =>
    Effect.gen(function* () {
      const log = yield* Captured.logs
      yield* Effect.gen(function* () {
        const { file, nameOf } = yield* watched(listed(["old", "a"]))
        assert.deepStrictEqual([yield* nameOf("a"), yield* nameOf("b")], ["old", undefined])
        yield* log.next
        // As a mounted secret changes: a link that points elsewhere.
        fs.writeFileSync(`${file}.new`, listed(["new", "b"]))
        fs.renameSync(`${file}.new`, file)
        assert.match(yield* log.next, /^INFO .*tokens\.yaml was read again$/)
        assert.deepStrictEqual([yield* nameOf("a"), yield* nameOf("b")], [undefined, "new"])
        assert.strictEqual(yield* nameOf("of the environment"), "api")
      }).pipe(Effect.provide(log.layer))
    })
  )

  it.scopedLive("tells those who listen when their token is taken away, or allows less", () =>
    Effect.gen(function* () {
      const { file, identity } = yield* watched(listed(["a", "a"], ["b", "b"]))
      const known = (token: string) => identity.authenticate(Redacted.make(token), "10.0.0.1")
      const ended = (token: string) => Effect.fork(Effect.flatMap(known(token), identity.revoked))
      const [a, b, own] = [yield* ended("a"), yield* ended("b"), yield* ended("of the environment")]
      fs.writeFileSync(`${file}.new`, listed(["b", "b"]).replace("read", "migrate"))
      fs.renameSync(`${file}.new`, file)
      yield* Fiber.join(a)
      yield* Fiber.join(b)
      assert.isTrue(Option.isNone(yield* Fiber.poll(own)))
    })
  )

  it.scopedLive("keeps the tokens it has when the file is invalid or gone, says why once, and recovers", () =>
    Effect.gen(function* () {
      const log = yield* Captured.logs
      yield* Effect.gen(function* () {
        const { file, nameOf } = yield* watched(listed(["ci", "a"]))
        fs.writeFileSync(file, `tokens: [{ name: ci, sha256: "Geheim", scopes: [read] }]`)
        const said = yield* log.next
        assert.match(said, /^WARN .*not valid, the tokens before it stay good: token 1 \(ci\): sha256 must/)
        assert.notInclude(said, "Geheim")
        assert.strictEqual(yield* nameOf("a"), "ci")
        fs.rmSync(file)
        assert.match(yield* log.next, /^WARN .*cannot be read \(ENOENT\)/)
        assert.strictEqual(yield* nameOf("a"), "ci")
        fs.writeFileSync(file, listed(["ci", "c"]))
        assert.match(yield* log.next, /^INFO .*was read again/)
        assert.strictEqual(yield* nameOf("c"), "ci")
      }).pipe(Effect.provide(log.layer))
    })
  )

  it.scopedLive(
    "does not start with a file that is invalid or not there, and says everything that is wrong",
    () =>
      Effect.gen(function* () {
        const refused = (file: string) => Effect.flip(Layer.build(Tokens.layer({ file })))
        const directory = yield* Sfm.make({ "t.json": '{"tokens":[{"name":"a"}, 1]}' })
        const invalid = yield* refused(path.join(directory, "t.json"))
        assert.deepStrictEqual(
          invalid.problems.map(({ variable, reason }) => [variable, /t\.json: token (\d)/.exec(reason)?.[1]]),
          [
            ["BFM_API_TOKENS_FILE", "1"],
            ["BFM_API_TOKENS_FILE", "1"],
            ["BFM_API_TOKENS_FILE", "2"]
          ]
        )
        assert.match(
          (yield* refused(path.join(directory, "none"))).message,
          /none: cannot be read \(ENOENT\)/
        )
      })
  )
})
