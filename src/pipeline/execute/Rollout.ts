import type { RunOptions } from "../../domain/Request.ts"
import { laneOf, type Segment } from "./Segment.ts"

/** Some schemas that are worked on before others are begun. */
export interface Wave {
  readonly name: string
  /** How many schemas. */
  readonly size: number
}

/** In which order the lanes of a plan are begun, and when no further one is. Decided before anything runs. */
export interface Rollout {
  readonly waves: ReadonlyArray<Wave>
  /** The wave of each segment, by its index: it begins when the waves before have ended. */
  readonly waveOf: ReadonlyArray<number>
  /** Wave of a lane that counts; absent for one that others depend on. */
  readonly counted: ReadonlyMap<string, number>
  /** Whether the first wave decides about all others. */
  readonly canary: boolean
  /** Whether nothing after the first wave is begun. */
  readonly pauses: boolean
  readonly limit: Limit | undefined
}

/** How many schemas may fail: so many, or such a part of all. */
interface Limit {
  readonly most: number
  readonly unit: "schemas" | "percent"
}

/**
 * Lanes come in the order of the plan: first the canary, then wave after wave. A lane that others depend on
 * goes ahead with the first and counts for nothing, so that no segment is begun in a wave before what it needs.
 */
export const make = (segments: ReadonlyArray<Segment>, options: RunOptions): Rollout => {
  const ahead = neededByOthers(segments)
  const lanes = [...new Set(segments.map(laneOf))].filter(lane => !ahead.has(lane))
  const waves = wavesOf(lanes.length, options)
  const counted = new Map<string, number>()
  let next = 0
  for (const [wave, { size }] of waves.entries()) {
    for (const lane of lanes.slice(next, next + size)) counted.set(lane, wave)
    next += size
  }
  return {
    waves,
    waveOf: segments.map(segment => counted.get(laneOf(segment)) ?? 0),
    counted,
    canary: options.canary !== undefined,
    pauses: options.pause === true,
    limit: limitOf(options)
  }
}

const neededByOthers = (segments: ReadonlyArray<Segment>): ReadonlySet<string> => {
  const found = new Set<string>()
  for (const segment of segments) {
    const lane = laneOf(segment)
    for (const index of segment.after) {
      const needed = segments[index]
      if (needed !== undefined && laneOf(needed) !== lane) found.add(laneOf(needed))
    }
  }
  return found
}

/** The last size holds for all that is left; `*` takes all of it at once. */
const wavesOf = (total: number, { canary, waves }: RunOptions): ReadonlyArray<Wave> => {
  const found: Array<Wave> = []
  let left = total
  const add = (name: string, most: number) => {
    const size = Math.min(most, left)
    found.push({ name, size })
    left -= size
  }
  if (canary !== undefined && left > 0) add("canary", canary)
  const sizes = waves?.split(",") ?? []
  while (left > 0) {
    const size = (sizes.length > 1 ? sizes.shift() : sizes[0]) ?? "*"
    add(`wave ${found.length + 1}`, size === "*" ? left : Number(size))
  }
  return found
}

const limitOf = ({ max_failures }: RunOptions): Limit | undefined => {
  if (max_failures === undefined) return undefined
  return max_failures.endsWith("%")
    ? { most: Number(max_failures.slice(0, -1)), unit: "percent" }
    : { most: Number(max_failures), unit: "schemas" }
}

/** What has failed so far. */
export interface Failures {
  /** Lanes of which a step failed, with the id of the first. */
  readonly lanes: ReadonlyMap<string, string>
}

/** Why a segment is not begun any more; `undefined` as long as it may be. */
export const refusal = (
  rollout: Rollout,
  wave: number,
  { lanes }: Failures,
  onFailure: RunOptions["on_failure"]
): string | undefined => {
  const [first] = lanes.values()
  const pause = rollout.pauses && wave > 0 ? pausing(rollout) : undefined
  if (first === undefined) return pause
  if (rollout.canary && wave > 0) {
    const failed = [...lanes].find(([lane]) => (rollout.counted.get(lane) ?? 0) === 0)
    if (failed !== undefined) return `stopped after the canary: ${failed[1]} failed`
  }
  if (rollout.limit !== undefined) return exceeded(rollout.limit, lanes.size, rollout.counted.size) ?? pause
  return onFailure === "stop" ? `stopped after ${first}` : pause
}

const pausing = ({ canary }: Rollout): string =>
  `the run pauses after ${canary ? "the canary" : "its first wave"}`

const exceeded = ({ most, unit }: Limit, failed: number, total: number): string | undefined => {
  if (unit === "schemas") {
    return failed > most
      ? `${failed} ${failed === 1 ? "schema" : "schemas"} failed, the limit is ${most}`
      : undefined
  }
  const share = (failed * 100) / Math.max(1, total)
  return share > most ? `${percent(share)} of the schemas failed, the limit is ${percent(most)}` : undefined
}

const percent = (share: number): string => `${Math.round(share * 100) / 100} %`
