import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { Program } from "../../domain/Migration.ts"
import type { Statement } from "../../domain/Plan.ts"
import { DependsOnData, Session, SessionError } from "../../domain/Session.ts"
import * as Script from "../../domain/sql/Script.ts"

/** What a program would send, as far as that can be known without running it. */
export interface Recording {
  readonly statements: ReadonlyArray<Statement>
  /** The program read data: what follows depends on it. */
  readonly dependsOnData: boolean
}

/** The program failed by itself, without any store being involved. */
export interface RecordingFailed {
  readonly reason: string
}

/**
 * Runs a migration program against a session that writes down what it is told: planning cannot reach a
 * store, the type says so. A program that reads is recorded up to its first question.
 */
export const record = Effect.fn("Record.record")(function* (program: Program, schema: string) {
  const statements: Array<Statement> = []
  let asked = false
  const outcome = yield* program.run.pipe(
    Effect.provideService(Session, {
      schema,
      execute: statement => {
        // What it makes of having no answer is nothing that it would do with one.
        if (asked) return Effect.void
        const [problem] = Script.analyse(statement, "own").problems
        return problem === undefined
          ? Effect.sync(() => void statements.push({ text: statement, line: 1, column: 1 }))
          : new SessionError({ reason: problem.reason, statement })
      },
      query: statement =>
        Effect.suspend(() => {
          asked = true
          return new DependsOnData({ statement })
        })
    }),
    Effect.either
  )
  if (asked) return Either.right<Recording>({ statements, dependsOnData: true })
  return Either.mapBoth(outcome, {
    onLeft: ({ message }): RecordingFailed => ({ reason: message }),
    onRight: (): Recording => ({ statements, dependsOnData: false })
  })
})
