import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"
import { BaseSequencer, type TestSpecification } from "vitest/node"

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url))

/** These take longest: whatever is begun last, nothing should wait for one of them alone. */
const long = [
  "shipping/Package",
  "ui/Page",
  "scenario/Workers",
  "Documentation",
  "scenario/Tenants",
  "ui/Around",
  "adapters/embedded/Server"
].map(name => here(`${name}.test.ts`))

class LongestFirst extends BaseSequencer {
  override async sort(files: Array<TestSpecification>): Promise<Array<TestSpecification>> {
    const rank = ({ moduleId }: TestSpecification) =>
      (long.indexOf(moduleId) + long.length + 1) % (long.length + 1)
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  test: {
    root: here(".."),
    include: ["test/**/*.test.ts"],
    globalSetup: [here("setup.ts")],
    setupFiles: [here("afresh.ts")],
    pool: "forks",
    // A real GreptimeDB is one for all files, and each of them empties it.
    fileParallelism: !process.env["GREPTIMEDB_URL"],
    // They wait for databases and processes more than they compute. Modules stay loaded: Effect anew for each file was half of the work.
    // As few as many: tinypool ends a fork with nothing left to do twice, and the whole run with it.
    poolOptions: { forks: { maxForks: 4, minForks: 4, isolate: false } },
    sequence: { sequencer: LongestFirst },
    // Of tests that mostly wait, and say so themselves.
    maxConcurrency: 3,
    // An end for what hangs, also on a machine that is busy with something else.
    testTimeout: 180_000,
    hookTimeout: 180_000
  }
})
