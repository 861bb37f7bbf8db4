import { hash } from "node:crypto"

/** One numbered change of BfM's own tables. Released steps never change: their checksums are in every state. */
export interface Step {
  readonly version: number
  readonly name: string
  /** In the dialect's own words. */
  readonly text: string
}

/** A step as the state remembers it. */
export interface Installed {
  readonly version: number
  readonly checksum: string
}

/** What the tables need before they can be used. */
export type Verdict =
  | { readonly _tag: "Usable"; readonly missing: ReadonlyArray<Step> }
  | { readonly _tag: "Refused"; readonly reason: string }

export const checksum = (step: Step): string =>
  hash("sha256", step.text.replaceAll(/\s+/g, " ").trim(), "hex").slice(0, 16)

/** All steps on one line, as the state's own query renders them. */
export const fingerprint = (steps: ReadonlyArray<Step>): string =>
  steps.map(step => `${step.version}:${checksum(step)}`).join(",")

/** `place`: the variable that would choose other tables. */
export const judge = (
  installed: ReadonlyArray<Installed>,
  known: ReadonlyArray<Step>,
  place: string
): Verdict => {
  const newest = Math.max(0, ...known.map(step => step.version))
  const newer = installed.filter(({ version }) => version > newest)
  if (newer.length > 0) {
    const version = Math.max(...newer.map(step => step.version))
    return {
      _tag: "Refused",
      reason: `its tables have version ${version}, this bfm knows ${newest}: use the bfm that upgraded them, or a newer one`
    }
  }
  const sums = new Map(installed.map(step => [step.version, step.checksum]))
  const changed = known.filter(step => sums.has(step.version) && sums.get(step.version) !== checksum(step))
  if (changed.length > 0) {
    return {
      _tag: "Refused",
      reason: `its tables were made by another step ${changed.map(step => step.version).join(", ")} than the one this bfm knows: use the bfm that made them, or another ${place}`
    }
  }
  return { _tag: "Usable", missing: known.filter(step => !sums.has(step.version)) }
}
