import * as fs from "node:fs"
import type { SourceProblem } from "../../domain/Catalog.ts"
import { reasonOf } from "../store/Reason.ts"

/** Files below a directory that may be migrations. */
export interface Listing {
  /** Paths below the directory, with `/`, sorted. */
  readonly files: ReadonlyArray<string>
  readonly problems: ReadonlyArray<SourceProblem>
}

/** `{backend}/{connection}/{file}`: nothing deeper is a migration, and links in circles end here too. */
const deepest = 3

/** Lists a directory, links followed; throws what node throws when the directory itself cannot be read. */
export const list = (root: string): Listing => {
  const files: Array<string> = []
  const problems: Array<SourceProblem> = []
  const walk = (below: string, depth: number): void => {
    for (const entry of fs.readdirSync(`${root}/${below}`, { withFileTypes: true })) {
      const { name } = entry
      if (name.startsWith(".") || name === "node_modules") continue
      const path = below + name
      if (entry.isFile()) files.push(path)
      else visit(path, depth)
    }
  }
  const visit = (path: string, depth: number): void => {
    try {
      const stats = fs.statSync(`${root}/${path}`)
      if (stats.isFile()) files.push(path)
      else if (!stats.isDirectory()) problems.push({ path, reason: "is not a file" })
      else if (depth < deepest) walk(`${path}/`, depth + 1)
      else if (fs.readdirSync(`${root}/${path}`).some(name => !name.startsWith("."))) {
        problems.push({ path: `${path}/`, reason: tooDeep })
      }
    } catch (error) {
      problems.push({ path, reason: reasonOf(error) })
    }
  }
  walk("", 1)
  return { files: files.sort(), problems }
}

const tooDeep =
  "invalid directory structure (expected: {backend}/{connection}/{filename}): no directories below a connection's"
