import * as fs from "node:fs"
import * as path from "node:path"
import { assert, describe, it } from "@effect/vitest"

/** Which rings a ring may import; what stands directly in `src` composes and may import all. */
const allowed: Readonly<Record<string, ReadonlyArray<string>>> = {
  domain: ["domain"],
  ports: ["domain", "ports"],
  pipeline: ["domain", "ports", "pipeline"],
  adapters: ["domain", "ports", "adapters"],
  interfaces: ["domain", "ports", "pipeline", "interfaces"],
  config: ["domain", "ports", "config", "adapters"],
  // It knows nothing but the client.
  ui: ["ui"]
}

const root = path.resolve(import.meta.dirname, "../src")

interface Import {
  readonly from: string
  readonly to: string
}

const importsOf = (file: string): ReadonlyArray<Import> =>
  [
    ...fs
      .readFileSync(path.join(root, file), "utf8")
      .matchAll(/(?:from|import|import\(|require\()\s*"(\.[^"]+)"/g)
  ].map(match => ({
    from: file,
    to: path.relative(root, path.resolve(root, path.dirname(file), match[1] ?? ""))
  }))

const files = fs.readdirSync(root, { recursive: true, encoding: "utf8" }).filter(file => /\.tsx?$/.test(file))
const imports = files.flatMap(importsOf)
const ringOf = (file: string): string | undefined =>
  file.includes(path.sep) ? file.split(path.sep)[0] : undefined

describe("architecture", () => {
  it("imports point inwards", () => {
    const outward = imports.filter(({ from, to }) => {
      const ring = ringOf(from)
      return ring !== undefined && !(allowed[ring]?.includes(ringOf(to) ?? "src") ?? false)
    })
    assert.deepStrictEqual(outward, [])
  })

  it("every folder of src is a ring", () => {
    const folders = [...new Set(files.map(ringOf))].filter(ring => ring !== undefined)
    assert.deepStrictEqual(
      folders.filter(ring => !(ring in allowed)),
      []
    )
  })

  it("an adapter does not know another kind of adapter, except what all stores share and how to speak to a PostgreSQL", () => {
    const crossing = imports.filter(({ from, to }) => {
      const [ring, adapter] = from.split(path.sep)
      const [target, other, file] = to.split(path.sep)
      const shared =
        other === "store" ||
        (other === "postgresql" &&
          [
            "Settings.ts",
            "Client.ts",
            "Tls.ts",
            "Pool.ts",
            "Quote.ts",
            "Fault.ts",
            "Once.ts",
            "Vitals.ts"
          ].includes(file ?? ""))
      return ring === "adapters" && target === "adapters" && adapter !== other && !shared
    })
    assert.deepStrictEqual(crossing, [])
  })

  it("the domain and the deciding part of the pipeline know no platform", () => {
    const platform = /from "(node:(?!crypto)|@effect\/(platform|sql|cli)|pg"|effect\/Runtime)/
    const knowing = files
      .filter(file => ["domain", "ports"].includes(ringOf(file) ?? ""))
      .filter(file => platform.test(fs.readFileSync(path.join(root, file), "utf8")))
    assert.deepStrictEqual(knowing, [])
  })
})

describe("docs/ARCHITECTURE.md", () => {
  it("tells of every ring", () => {
    const text = fs.readFileSync(path.resolve(root, "../docs/ARCHITECTURE.md"), "utf8")
    assert.deepStrictEqual(
      Object.keys(allowed).filter(ring => !text.includes(`\`src/${ring}\``)),
      []
    )
  })
})
