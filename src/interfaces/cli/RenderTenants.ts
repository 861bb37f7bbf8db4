import type { Tenant, TenantConnection, TenantsReport } from "../../domain/Tenants.ts"
import type { Style } from "./Style.ts"
import * as Table from "./Table.ts"
import * as Text from "./Text.ts"

/** Versions across tenants, connection by connection. */
export const report = (style: Style, report: TenantsReport): ReadonlyArray<string> => [
  ...(report.connections.length === 0
    ? ["No connection has tenants. Say what they are: {CONN}_TENANTS, a list or a query; see docs/tenants.md"]
    : report.connections.flatMap(connection => block(style, connection, report))),
  ...report.warnings.map(warning => style.colour.yellow(`⚠ ${Text.clean(warning)}`))
]

const block = (style: Style, of: TenantConnection, report: TenantsReport): ReadonlyArray<string> => {
  const head = `${style.colour.bold(of.connection)}  ${of.backend}  ${of.address}`
  if (of.error !== undefined) return [head, `  ${style.colour.red(`✘ ${Text.clean(of.error)}`)}`]
  const counts = [
    `${Text.number(of.at_head)} of ${Text.count(of.tenants, "tenant")} at head`,
    ...(of.behind === 0 ? [] : [`${Text.number(of.behind)} behind`]),
    ...(of.failed === 0 ? [] : [`${Text.number(of.failed)} failed`])
  ]
  const items = report.items.filter(({ connection }) => connection === of.connection)
  const causes = report.causes.filter(({ connection }) => connection === of.connection)
  return [
    ...Text.apart(style, head, counts.join(" · ")),
    ...Text.indent(Table.lines(versions(of, items))),
    ...causes.map(({ reason, schemas }) => {
      const [first = ""] = Text.clean(reason).split("\n")
      return `  ${style.colour.red("✘")} ${Text.count(schemas.length, "tenant")}: ${first} (${Text.few(schemas.map(Text.clean), 5).join(", ")})`
    })
  ]
}

/** A line for each version at which tenants stand, the newest first. */
const versions = (
  of: TenantConnection,
  items: ReadonlyArray<Tenant>
): ReadonlyArray<ReadonlyArray<string>> => {
  const groups = new Map<string, Array<Tenant>>()
  for (const item of items) {
    const key = `${item.version} ${item.standing === "at_head" ? 0 : item.pending}`
    const known = groups.get(key)
    if (known === undefined) groups.set(key, [item])
    else known.push(item)
  }
  return [...groups]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .flatMap(([, group]) => {
      const [first] = group
      if (first === undefined) return []
      const behind = first.pending === 0 ? "at head" : `${Text.number(first.pending)} pending`
      const names = Text.few(
        group.map(({ schema }) => Text.clean(schema)),
        5
      ).join(", ")
      const version = first.version === "" ? "nothing yet" : first.version
      return [
        [version, behind, Text.number(group.length), first.pending === 0 && of.at_head > 5 ? "" : names]
      ]
    })
}
