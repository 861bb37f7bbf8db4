import type { Finding } from "../../domain/Doctor.ts"
import * as Duration from "../../domain/Duration.ts"
import type { Vitals } from "../../domain/Vitals.ts"

/** Milliseconds by which a clock may differ: signs of life count as missing after so long. */
const tolerance = 5_000

/** What a server's own answers mean for us. */
export const findings = (subject: string, vitals: Vitals): ReadonlyArray<Finding> => [
  ...vitals.missing.map(
    ({ right, remedy }): Finding => ({
      severity: "wrong",
      area: "rights",
      subject,
      reason: `its user may not ${right}`,
      remedy
    })
  ),
  ...version(subject, vitals),
  ...clock(subject, vitals),
  ...pooler(subject, vitals),
  ...leftovers(subject, vitals)
]

const version = (subject: string, { concern }: Vitals): ReadonlyArray<Finding> =>
  concern === undefined
    ? []
    : [{ severity: "wrong", area: "version", subject, reason: concern, remedy: "upgrade the server" }]

const clock = (subject: string, { clock }: Vitals): ReadonlyArray<Finding> => {
  if (clock === undefined) return []
  const { difference, uncertainty } = clock
  if (Math.abs(difference) - uncertainty <= tolerance) return []
  const way = difference > 0 ? "ahead of" : "behind"
  return [
    {
      severity: "wrong",
      area: "clock",
      subject,
      reason: `its clock is ${Duration.render(Math.abs(difference))} ${way} the one here: times in history, and versions of new migrations, come out wrong`,
      remedy: "have both machines keep time (chrony, systemd-timesyncd)"
    }
  ]
}

const pooler = (subject: string, { pooler }: Vitals): ReadonlyArray<Finding> => {
  if (pooler === undefined) return []
  return pooler.shares
    ? [
        {
          severity: "wrong",
          area: "pooler",
          subject,
          reason:
            "a pooler in transaction mode stands in front: it gives our session to others, and our locks with it",
          remedy: "connect to the server itself, or have the pooler use session mode for BfM's user"
        }
      ]
    : [
        {
          severity: "notice",
          area: "pooler",
          subject,
          reason: "a pooler stands in front; it keeps sessions apart, as BfM needs it",
          remedy: "nothing to do, as long as it is in session mode"
        }
      ]
}

const leftovers = (subject: string, { leftovers = [] }: Vitals): ReadonlyArray<Finding> =>
  leftovers.map(name => ({
    severity: "notice",
    area: "leftover",
    subject,
    reason: `the scratch database ${name} of a baseline that was killed is still there; nobody uses it`,
    remedy: `the next bfm baseline of it removes it, or: DROP DATABASE ${name}`
  }))
