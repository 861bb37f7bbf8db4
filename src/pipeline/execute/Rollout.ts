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
  /** Wave of a lane that counts; absent for one that nobody asked for. */
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
 * Lanes that were asked for come in the order of the plan: first the canary, then wave after wave. A lane that is there
 * because others need it, or because it needs them, counts for nothing: it begins with the first wave, or with the
 * last of those that it needs.
 */
export const make = (
  segments: ReadonlyArray<Segment>,
  options: RunOptions,
  isAsked: (segment: Segment) => boolean
): Rollout => {
  const asked = segments.filter(isAsked)
  const lanes = [...new Set((asked.length === 0 ? segments : asked).map(laneOf))]
  const waves = wavesOf(lanes.length, options)
  const counted = new Map<string, number>()
  let next = 0
  for (const [wave, { size }] of waves.entries()) {
    for (const lane of lanes.slice(next, next + size)) counted.set(lane, wave)
    next += size
  }
  return {
    waves,
    waveOf: wavesOfSegments(segments, counted),
    counted,
    canary: options.canary !== undefined,
    pauses: options.pause === true,
    limit: limitOf(options)
  }
}

/** None before what it needs, which comes earlier in the plan. */
const wavesOfSegments = (
  segments: ReadonlyArray<Segment>,
  counted: Rollout["counted"]
): ReadonlyArray<number> => {
  const found: Array<number> = []
  for (const segment of segments) {
    let wave = counted.get(laneOf(segment)) ?? 0
    for (const needed of segment.after) wave = Math.max(wave, found[needed] ?? 0)
    found.push(wave)
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
