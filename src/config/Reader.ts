import * as Redacted from "effect/Redacted"
import * as Duration from "../domain/Duration.ts"
import type { ConfigProblem } from "../domain/Errors.ts"

export type Environment = Readonly<Record<string, string | undefined>>

/** Reads variables of one environment and collects what is wrong with them; values never get into a problem. */
export interface Reader {
  /** Without blanks around it; set but empty counts as unset. */
  readonly text: (name: string) => string | undefined
  /** Exactly as it is set: an empty password is a password. */
  readonly secret: (name: string) => Redacted.Redacted<string> | undefined
  readonly integer: (name: string, fallback: number, atLeast: number) => number
  /** Milliseconds. */
  readonly duration: (name: string, fallback: number) => number
  readonly oneOf: <A extends string>(name: string, options: ReadonlyArray<A>) => A | undefined
  readonly isSet: (name: string) => boolean
  readonly report: (variable: string, reason: string) => void
  readonly problems: () => ReadonlyArray<ConfigProblem>
  /** Every variable that was asked for so far. */
  readonly used: () => ReadonlySet<string>
}

export const make = (environment: Environment): Reader => {
  const problems: Array<ConfigProblem> = []
  const used = new Set<string>()
  const report = (variable: string, reason: string) => {
    problems.push({ variable, reason })
  }
  const peek = (name: string): string | undefined => environment[name]?.trim() || undefined
  const text = (name: string): string | undefined => {
    used.add(name)
    return peek(name)
  }
  return {
    text,
    report,
    problems: () => problems,
    used: () => used,
    isSet: name => peek(name) !== undefined,
    secret: name => {
      used.add(name)
      const value = environment[name]
      return value === undefined ? undefined : Redacted.make(value)
    },
    integer: (name, fallback, atLeast) => {
      const value = text(name)
      if (value === undefined) return fallback
      const number = /^\d{1,9}$/.test(value) ? Number(value) : -1
      if (number >= atLeast) return number
      report(name, `must be a whole number, ${atLeast} or more`)
      return fallback
    },
    duration: (name, fallback) => {
      const value = text(name)
      if (value === undefined) return fallback
      const milliseconds = Duration.parse(value)
      if (milliseconds !== undefined) return milliseconds
      report(name, "must be a time with its unit, like 30s, 500ms or 2m")
      return fallback
    },
    oneOf: (name, options) => {
      const value = text(name)?.toLowerCase()
      const found = options.find(option => option === value)
      if (value !== undefined && found === undefined) report(name, `must be one of ${options.join(", ")}`)
      return found
    }
  }
}
