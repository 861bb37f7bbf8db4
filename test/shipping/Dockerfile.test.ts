import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Dockerfile from "../fixtures/Dockerfile.ts"
import * as Document from "../fixtures/Document.ts"

const { args, stages } = Dockerfile.parse()
const last = stages.at(-1) ?? { name: "", base: "", instructions: [] }
const all = stages.flatMap(({ instructions }) => instructions)
const of = (word: string) => last.instructions.filter(instruction => instruction.word === word)

describe("docker/Dockerfile", () => {
  it("builds on images whose versions are said, and copies only from stages that there are", () => {
    assert.deepStrictEqual([...args.keys()], ["NODE", "DEBIAN"])
    const names = new Set(stages.map(({ name }) => name))
    for (const { base } of stages) assert.isTrue(names.has(base) || /^[a-z]+:[\w.-]+$/.test(base), base)
    const sources = all.flatMap(({ flags }) => flags.get("from") ?? [])
    assert.isNotEmpty(sources)
    for (const source of sources) assert.isTrue(names.has(source), source)
    assert.isEmpty(all.filter(({ word }) => word === "ADD" || word === "MAINTAINER"))
    assert.isEmpty(all.filter(({ word, text }) => word === "WORKDIR" && !text.startsWith("/")))
  })

  it("runs steps that end where one of their commands fails", () => {
    for (const { word, text, line } of all) {
      if (word !== "RUN") continue
      assert.notMatch(text, /;|\|(?!\|)|\bsudo\b|\bcurl\b|\bwget\b|\bnpm i(nstall)?\b/, `line ${line}`)
    }
  })

  it("has no secret: neither in its variables, nor in what it copies", () => {
    const variables = all.filter(({ word }) => word === "ENV" || word === "ARG").map(({ text }) => text)
    assert.isNotEmpty(variables)
    for (const text of [...variables, ...args.keys()])
      assert.notMatch(text, /TOKEN|PASSWORD|SECRET|_URL|KEY/i)
    const sent = Dockerfile.sent()
    for (const name of [
      ".env",
      ".git/config",
      ".bfm/data",
      "node_modules/x",
      "dist/cli.cjs",
      "test/x",
      "deploy/.env"
    ])
      assert.isFalse(sent(name), name)
    const copied = all.flatMap(({ word, flags, text }) =>
      word === "COPY" && !flags.has("from") ? text.split(/\s+/).slice(0, -1) : []
    )
    assert.isAbove(copied.length, 5)
    for (const name of copied) {
      assert.isTrue(fs.existsSync(path.join(Document.root, name)), name)
      assert.isTrue(sent(name), `.dockerignore keeps ${name} out`)
    }
  })

  it("is started as what it is: without a shell, as a user without rights, on the ports of the service", () => {
    const [entrypoint, command, health, user, ports, environment, directory] = [
      "ENTRYPOINT",
      "CMD",
      "HEALTHCHECK",
      "USER",
      "EXPOSE",
      "ENV",
      "WORKDIR"
    ].map(word => of(word))
    assert.deepStrictEqual(
      entrypoint?.map(({ exec }) => exec),
      [["/app/bin/bfm"]]
    )
    assert.deepStrictEqual(
      command?.map(({ exec }) => exec),
      [["serve"]]
    )
    assert.deepStrictEqual(
      health?.map(({ exec }) => exec),
      [["node", "/app/bin/health.cjs"]]
    )
    assert.deepStrictEqual(
      user?.map(({ text }) => text),
      ["1000:1000"]
    )
    assert.deepStrictEqual(
      ports?.map(({ text }) => text),
      ["7070 9090"]
    )
    assert.deepStrictEqual(
      directory?.map(({ text }) => text),
      ["/app"]
    )
    assert.match(environment?.[0]?.text ?? "", /(^| )BFM_SFM_PATH=\/app\/sfm$/)
  })

  it("leaves what is needed at run time to the last stage", () => {
    for (const { text, flags } of of("COPY")) assert.isDefined(flags.get("from"), text)
    assert.notInclude(
      of("RUN")
        .map(({ text }) => text)
        .join("\n"),
      "npm"
    )
  })
})
