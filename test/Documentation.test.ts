import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Document from "./fixtures/Document.ts"
import * as Walkthrough from "./fixtures/Walkthrough.ts"

const blocks = Document.all.flatMap(Document.blocks)
const place = ({ document, line }: Document.Block) => `${document}:${line}`

/** Blocks with the same `run=` are one story: a person goes through them from top to bottom. */
const stories = new Map<string, Array<Document.Block>>()
for (const block of blocks) {
  const name = block.attributes.get("run")
  if (name === undefined) continue
  const key = `${block.document}: ${name}`
  stories.set(key, [...(stories.get(key) ?? []), block])
}

const carryOut = Effect.fnUntraced(function* (where: Walkthrough.Place, block: Document.Block) {
  const file = block.attributes.get("file")
  const on = block.attributes.get("on")
  if (on !== undefined) {
    yield* where.execute(on, block.text)
    return
  }
  if (file !== undefined) return Walkthrough.write(where, block, file)
  // What is in the state's database when the block begins.
  for (const given of block.attributes.get("state")?.split(",") ?? []) yield* where.load(given)
  const core = block.attributes.get("core")
  if (core !== undefined) yield* where.execute("core", Document.read(core))
  const all = Walkthrough.commands(block)
  if (block.attributes.has("serve")) {
    for (const { line } of all) yield* where.serve(line)
    return
  }
  for (const [index, { line, output }] of all.entries()) {
    const { code, output: printed } = yield* where.run(line)
    const actual = line.startsWith("bfm new ") ? Walkthrough.rename(where, output, printed) : printed
    const last = index === all.length - 1
    const wanted = last ? Number(block.attributes.get("exit") ?? 0) : undefined
    const answer = `${place(block)} $ ${line}\n${actual}`
    if (wanted !== undefined) assert.strictEqual(code, wanted, answer)
    const lacking = Walkthrough.missing(output, actual)
    if (lacking !== undefined) assert.fail(`${answer}\nlacks what the document says: ${lacking}`)
  }
})

describe("documents", () => {
  for (const [name, story] of stories) {
    it.scopedLive(
      `tell what happens: ${name}`,
      () =>
        Effect.gen(function* () {
          const where = yield* Walkthrough.make(story)
          for (const block of story) yield* carryOut(where, block)
        }),
      240_000
    )
  }

  it("leave no command unchecked: each is run here, or a person does it by hand", () => {
    const shells = blocks.filter(({ language }) => language === "sh" || language === "console")
    const unmarked = shells.filter(
      ({ attributes }) => !["run", "file", "by-hand"].some(word => attributes.has(word))
    )
    assert.isAbove(stories.size, 3)
    assert.deepStrictEqual(unmarked.map(place), [])
  })

  it("quote what is there", () => {
    const quotes = blocks.flatMap(block => {
      const source = block.attributes.get("from")
      return source === undefined ? [] : [{ block, source }]
    })
    assert.isNotEmpty(quotes)
    for (const { block, source } of quotes) {
      let rest = Document.read(source)
      for (const part of block.text.split(/^…\n/m)) {
        const at = rest.indexOf(part)
        assert.isAtLeast(at, 0, `${place(block)} quotes what ${source} does not say:\n${part}`)
        rest = rest.slice(at + part.length)
      }
    }
  })

  it("name npm scripts that exist", () => {
    const { scripts } = JSON.parse(Document.read("package.json")) as { scripts: Record<string, string> }
    const named = ["README.md", ...Document.all.filter(name => name.startsWith("docs/"))].flatMap(name =>
      [...Document.read(name).matchAll(/\bnpm (?:run )?(start|test|(?<=run )\w+)/g)].map(
        ([, script = ""]) => script
      )
    )
    assert.includeMembers(named, ["start", "test", "check", "bench", "build"])
    assert.deepStrictEqual(
      named.filter(name => !(name in scripts)),
      []
    )
  })

  it("point at files and headings that exist", () => {
    const broken = Document.all.flatMap(document =>
      Document.links(document)
        .filter(({ file, anchor }) => {
          const found = fs.existsSync(path.join(Document.root, file))
          return !(found && (anchor === undefined || anchors(file).has(anchor)))
        })
        .map(({ target }) => `${document}: ${target}`)
    )
    assert.deepStrictEqual(broken, [])
  })

  it("name source files that exist", () => {
    const named = Document.all
      .flatMap(document => Document.codes(Document.read(document)))
      .filter(code => /^(src|test|bin|docs|proto)\/[\w./-]*$/.test(code))
    assert.isAbove(named.length, 10)
    assert.deepStrictEqual(
      named.filter(name => !fs.existsSync(path.join(Document.root, name))),
      []
    )
  })
})

/** Headings as GitHub links to them. */
const anchors = (document: string): ReadonlySet<string> =>
  new Set(
    [...Document.read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w\- ]/g, "")
        .replaceAll(" ", "-")
    )
  )
