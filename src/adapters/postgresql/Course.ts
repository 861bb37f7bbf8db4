import * as Effect from "effect/Effect"
import type { Step } from "../../domain/Plan.ts"
import * as Journal from "../store/Journal.ts"
import type * as Fault from "./Fault.ts"
import type { Live } from "./Live.ts"
import type { Wire } from "./Wire.ts"

/** One journalled step on its way. */
export interface Course {
  readonly live: Live
  readonly wire: Wire
  readonly step: Step
  readonly retries: number
}

/** A unit that did not succeed, and what is left of it. */
export type Stuck = Journal.Stuck<Fault.Fault>

/** SQL that notes how many units are done, and which one is under way. */
export const mark = ({ live, step }: Course, done: number, doubt?: string): string =>
  live.ledger.mark(step, done, Journal.hash(step.units.slice(0, done)), doubt)

/** The connection is gone in mid-unit: the journal knows, the next run asks the catalog. */
export const lost = (course: Course, index: number, fault: Fault.Lost): Effect.Effect<Stuck> =>
  Effect.as(course.live.drop, { unit: index, fault, aftermath: Journal.doubted(course.step, index) })
