import * as LockSuite from "./Lock.suite.ts"
import * as RunLifeSuite from "./RunLife.suite.ts"
import * as StateStoreSuite from "./StateStore.suite.ts"
import type { Subjects } from "./StateSubject.ts"

/** A state that is harder to live in than the usual one. */
interface Narrow {
  /** What is so: `one connection, an odd schema`. */
  readonly how: string
  readonly subjects: Subjects
}

/** Everything that is asked of a place for the state: its store, the life of its runs, its fleet and its locks. */
export const suite = (name: string, usual: Subjects, { how, subjects }: Narrow) => {
  RunLifeSuite.suite(name, usual)
  StateStoreSuite.suite(name, usual)
  StateStoreSuite.suite(`${name}, ${how}`, subjects)
  LockSuite.suite(`${name}, ${how}`, subjects)
}
