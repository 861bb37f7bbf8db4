import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"

/** A program of somebody else, or how to get it. */
export type Tool =
  | { readonly _tag: "Found"; readonly file: string; readonly name: string }
  | { readonly _tag: "Missing"; readonly help: string }

const output = (file: string, ...args: ReadonlyArray<string>): string | undefined => {
  try {
    return execFileSync(file, args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
  } catch {
    return undefined
  }
}

export const psql = (): Tool => {
  const version = output("psql", "--version")
  return version === undefined
    ? { _tag: "Missing", help: "psql is missing: apt-get install postgresql-client" }
    : { _tag: "Found", file: "psql", name: `psql ${/\d+(\.\d+)*/.exec(version)?.[0] ?? ""}` }
}

const dbmateVersion = "2.36.0"
const nodePgMigrateVersion = "9.0.0"

/** In a directory that is nobody's dependency, with the driver that it wants. */
export const nodePgMigrate = (cache: string): Tool => {
  const home = path.join(cache, `node-pg-migrate-${nodePgMigrateVersion}`)
  const file = path.join(home, "node_modules", "node-pg-migrate", "bin", "node-pg-migrate.js")
  const packages = [`node-pg-migrate@${nodePgMigrateVersion}`, "pg@8"]
  if (!fs.existsSync(file)) {
    fs.mkdirSync(home, { recursive: true })
    fs.writeFileSync(path.join(home, "package.json"), '{"private":true}\n')
    process.stderr.write(`installing ${packages.join(" ")} into ${home}\n`)
    output("npm", "install", "--prefix", home, "--no-audit", "--no-fund", ...packages)
  }
  return fs.existsSync(file)
    ? { _tag: "Found", file, name: `node-pg-migrate ${nodePgMigrateVersion}` }
    : {
        _tag: "Missing",
        help: `node-pg-migrate is missing: npm install --prefix ${home} ${packages.join(" ")}`
      }
}

/** The binary itself, without npm's launcher, in a directory that is nobody's dependency. */
export const dbmate = (cache: string): Tool => {
  const home = path.join(cache, `dbmate-${dbmateVersion}`)
  const file = path.join(
    home,
    "node_modules",
    "@dbmate",
    `${process.platform}-${process.arch}`,
    "bin",
    "dbmate"
  )
  if (!fs.existsSync(file)) {
    fs.mkdirSync(home, { recursive: true })
    fs.writeFileSync(path.join(home, "package.json"), '{"private":true}\n')
    process.stderr.write(`installing dbmate ${dbmateVersion} into ${home}\n`)
    output("npm", "install", "--prefix", home, "--no-audit", "--no-fund", `dbmate@${dbmateVersion}`)
  }
  return fs.existsSync(file)
    ? { _tag: "Found", file, name: `dbmate ${dbmateVersion}` }
    : { _tag: "Missing", help: `dbmate is missing: npm install --prefix ${home} dbmate@${dbmateVersion}` }
}
