import { type Finding, notice, wrong } from "../../domain/Doctor.ts"
import * as Duration from "../../domain/Duration.ts"
import type { Vitals } from "../../domain/Vitals.ts"

/** Milliseconds by which a clock may differ: signs of life count as missing after so long. */
const tolerance = 5_000

/** What a server's own answers mean for us. */
export const findings = (subject: string, vitals: Vitals): ReadonlyArray<Finding> => [
  ...vitals.missing.map(({ right, remedy }) => wrong("rights", subject, `its user may not ${right}`, remedy)),
  ...version(subject, vitals),
  ...clock(subject, vitals),
  ...pooler(subject, vitals),
  ...leftovers(subject, vitals)
]

const version = (subject: string, { concern }: Vitals): ReadonlyArray<Finding> =>
  concern === undefined ? [] : [wrong("version", subject, concern, "upgrade the server")]

const clock = (subject: string, { clock }: Vitals): ReadonlyArray<Finding> => {
  if (clock === undefined) return []
  const { difference, uncertainty } = clock
  if (Math.abs(difference) - uncertainty <= tolerance) return []
  const way = difference > 0 ? "ahead of" : "behind"
  return [
    wrong(
      "clock",
      subject,
      `its clock is ${Duration.render(Math.abs(difference))} ${way} the one here: times in history, and versions of new migrations, come out wrong`,
      "have both machines keep time (chrony, systemd-timesyncd)"
    )
  ]
}

const pooler = (subject: string, { pooler }: Vitals): ReadonlyArray<Finding> => {
  if (pooler === undefined) return []
  return pooler.shares
    ? [
        wrong(
          "pooler",
          subject,
          "a pooler in transaction mode stands in front: it gives our session to others, and our locks with it",
          "connect to the server itself, or have the pooler use session mode for BfM's user"
        )
      ]
    : [
        notice(
          "pooler",
          subject,
          "a pooler stands in front; it keeps sessions apart, as BfM needs it",
          "nothing to do, as long as it is in session mode"
        )
      ]
}

const leftovers = (subject: string, { leftovers = [] }: Vitals): ReadonlyArray<Finding> =>
  leftovers.map(name =>
    notice(
      "leftover",
      subject,
      `the scratch database ${name} of a baseline that was killed is still there; nobody uses it`,
      `the next bfm baseline of it removes it, or: DROP DATABASE ${name}`
    )
  )
