import { createRequire } from "node:module"
import * as path from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Authoring from "../../domain/Authoring.ts"
import type { MetadataProblem } from "../../domain/source/Metadata.ts"

/** Loads the default export of a TypeScript module, freshly each time. */
export type Load = (file: string) => Effect.Effect<unknown, MetadataProblem>

/**
 * The loader of TypeScript modules. They find `bfm` and `effect` wherever they stand: what they import as
 * "bfm" is this very code; their `effect` is ours, and where it is another copy only keys and type ids are met.
 */
export const loader: Effect.Effect<Load, MetadataProblem> = Effect.tryPromise({
  try: async () => {
    const { createJiti } = await import("jiti")
    const jiti = createJiti(here(), {
      // Compiled texts are kept nowhere: a directory that others can write to would be a way in.
      fsCache: false,
      moduleCache: false,
      interopDefault: false,
      alias: { effect: effectDirectory() },
      nativeModules: ["effect"],
      virtualModules: { bfm: Authoring }
    })
    return (file: string) =>
      Effect.tryPromise({
        try: async () => (await jiti.import<{ readonly default?: unknown }>(file)).default,
        catch: error => problem(file, error)
      }).pipe(Effect.timeoutFail({ duration: patience, onTimeout: () => endless }))
  },
  catch: error => ({ reason: `migrations in TypeScript cannot be loaded: ${firstLine(error)}` })
})

const patience = "60 seconds"

const endless: MetadataProblem = {
  reason: "cannot be loaded: it takes more than 60s, as if it waited for what never comes"
}

// A bundle for CommonJS has no `import.meta`.
const here = (): string => (typeof __filename === "string" ? __filename : import.meta.url)

/** Directory of our own copy's modules, in the format that we run in ourselves: so that it is loaded once. */
const effectDirectory = (): string =>
  path.dirname(
    typeof import.meta.resolve === "function"
      ? fileURLToPath(import.meta.resolve("effect"))
      : createRequire(here()).resolve("effect")
  )

const problem = (file: string, error: unknown): MetadataProblem => {
  const text = error instanceof Error ? `${error.message}\n${error.stack ?? ""}` : ""
  const at = text.indexOf(`${file}:`)
  const line = at === -1 ? undefined : /^\d+/.exec(text.slice(at + file.length + 1))?.[0]
  return {
    ...(line === undefined ? {} : { line: Number(line) }),
    reason: `cannot be loaded: ${firstLine(error)}`
  }
}

const firstLine = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n")[0]?.trim() ?? ""
