import * as Template from "../source/Template.ts"
import * as Script from "../sql/Script.ts"
import type { ForeignMigration } from "./Foreign.ts"

/** The line by which an imported file is known again. */
const ORIGIN = /^-- imported from (\S+): (.*?)\r?$/m

const first = 80

/** Which file of which tool a script was made from. */
export const originOf = (text: string): { readonly tool: string; readonly file: string } | undefined => {
  const [, tool, file] = ORIGIN.exec(text.split("\n", first).join("\n")) ?? []
  return tool === undefined || file === undefined ? undefined : { tool, file }
}

/** Scripts as BfM reads them. */
export interface Rewritten {
  readonly up: string
  readonly down?: string
  /** Why BfM would refuse to run the up script, the first reason. */
  readonly refused?: string
}

/** The same statements, with what only the other tool's files say written as directives. */
export const rewrite = (tool: string, migration: ForeignMigration): Rewritten => {
  const body = trimmed(migration.up)
  const refusedInside = Script.analyse(body, "own").problems
  const refusedOutside = Script.analyse(body, "none").problems
  // Tools that run a file as it stands take statements that no transaction allows.
  const outside = migration.outside || (refusedInside.length > 0 && refusedOutside.length === 0)
  const [refused] = outside ? refusedOutside : refusedInside
  const unknown = Template.render(body, {
    schema: "",
    connection: "",
    backend: "postgresql",
    version: "",
    variables: {}
  })
  const reason =
    refused === undefined
      ? unknown._tag === "Left"
        ? unknown.left[0]?.reason
        : undefined
      : `${refused.line === undefined ? "" : `line ${refused.line}: `}${refused.reason}`
  return {
    up: `-- imported from ${tool}: ${migration.file}\n${outside ? "-- bfm-transaction: none\n" : ""}${body}`,
    ...(migration.down === undefined ? {} : { down: trimmed(migration.down) }),
    ...(reason === undefined ? {} : { refused: reason })
  }
}

/** Without a byte-order mark and the blank lines around it, and with an end. */
const trimmed = (text: string): string => {
  const body = text
    .replace(/^\ufeff/, "")
    .replace(/^(?:[ \t]*\r?\n)+/, "")
    .trimEnd()
  return body === "" ? "" : `${body}\n`
}
