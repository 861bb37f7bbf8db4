import type { DoctorReport, Examined, Finding } from "../../domain/Doctor.ts"
import * as Duration from "../../domain/Duration.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

/** What was looked at, what was found, and what to do about each. */
export const report = (
  style: Style,
  { examined, findings, healthy }: DoctorReport
): ReadonlyArray<string> => {
  const wrong = findings.filter(({ severity }) => severity === "wrong").length
  const notices = findings.length - wrong
  const also = notices === 0 ? "" : `, ${Text.count(notices, "thing")} to know`
  return [
    ...Table.lines(examined.map(row(style))),
    ...(examined.length === 0 || findings.length === 0 ? [] : [""]),
    ...findings.flatMap(finding(style)),
    ...(findings.length === 0 ? [] : [""]),
    healthy
      ? style.colour.green(`✔ Nothing is wrong${also}`)
      : style.colour.red(`✘ ${Text.count(wrong, "thing")} wrong${also}; nothing has been changed`)
  ]
}

const row =
  ({ colour }: Style) =>
  ({ subject, address, server, clock_ms }: Examined): ReadonlyArray<string> => [
    `${server === undefined ? colour.red("✘") : colour.green("✔")} ${subject}`,
    Text.clean(address),
    Text.clean(server ?? "no answer"),
    clock_ms === undefined || Math.abs(clock_ms) < 1_000
      ? ""
      : `clock ${clock_ms > 0 ? "+" : "-"}${Duration.render(Math.abs(clock_ms))}`
  ]

const finding =
  (style: Style) =>
  ({ severity, area, subject, reason, remedy }: Finding): ReadonlyArray<string> => {
    const sign = severity === "wrong" ? style.colour.red("✘") : style.colour.yellow("–")
    const [first = "", ...more] = Text.wrap(
      style,
      `${area}  ${Text.clean(subject)}: ${Text.clean(reason)}`.replaceAll("\n", " "),
      style.width - 2
    )
    return [
      `${sign} ${first}`,
      ...Text.indent(more),
      ...Text.indent(Text.wrap(style, `→ ${Text.clean(remedy)}`, style.width - 2))
    ]
  }
