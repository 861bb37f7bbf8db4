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
/** The package's version; it holds Liquibase 4.28.0, a hundred megabytes with all of its drivers. */
const liquibasePackage = "4.28.1"

/** A directory in the cache that is nobody's dependency: a file in it, once npm has put it there. */
const installed = (
  cache: string,
  packages: readonly [string, ...ReadonlyArray<string>],
  name: string,
  ...inside: ReadonlyArray<string>
): Tool => {
  const home = path.join(cache, packages[0].replace("@", "-"))
  const file = path.join(home, "node_modules", ...inside)
  if (!fs.existsSync(file)) {
    fs.mkdirSync(home, { recursive: true })
    fs.writeFileSync(path.join(home, "package.json"), '{"private":true}\n')
    process.stderr.write(`installing ${packages.join(" ")} into ${home}\n`)
    output("npm", "install", "--prefix", home, "--no-audit", "--no-fund", ...packages)
  }
  return fs.existsSync(file)
    ? { _tag: "Found", file, name }
    : { _tag: "Missing", help: `${name} is missing: npm install --prefix ${home} ${packages.join(" ")}` }
}

/** With the driver that it wants. */
export const nodePgMigrate = (cache: string): Tool => {
  const packages = [`node-pg-migrate@${nodePgMigrateVersion}`, "pg@8"] as const
  const file = ["node-pg-migrate", "bin", "node-pg-migrate.js"]
  return installed(cache, packages, `node-pg-migrate ${nodePgMigrateVersion}`, ...file)
}

/** The binary itself, without npm's launcher. */
export const dbmate = (cache: string): Tool => {
  const file = ["@dbmate", `${process.platform}-${process.arch}`, "bin", "dbmate"]
  return installed(cache, [`dbmate@${dbmateVersion}`], `dbmate ${dbmateVersion}`, ...file)
}

/** The folder of its libraries, which Java runs without a launcher; nothing is fetched where Java is missing. */
export const liquibase = (cache: string): Tool => {
  const java = /\d+(\.\d+)*/.exec(output("java", "--version") ?? "")?.[0]
  if (java === undefined)
    return { _tag: "Missing", help: "Liquibase needs Java: apt-get install default-jre-headless" }
  const folder = ["liquibase", "dist", "liquibase", "internal", "lib"]
  return installed(cache, [`liquibase@${liquibasePackage}`], `Liquibase 4.28.0 (Java ${java})`, ...folder)
}
