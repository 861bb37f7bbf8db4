/** What a new migration's files say until somebody writes the change. */
export interface Skeleton {
  readonly up: string
  readonly down: string
}

/** The `#` keeps the examples from being directives. */
const directives = `-- Directives: take away the # of those that you need.
-- # bfm-schema: core                    where it runs; dynamic: each request names the schemas
-- # bfm-depends-on: create_users        [connection/]name-or-version, comma separated
-- # bfm-requires: table core.users      must exist in the store before this runs
-- # bfm-tags: env=prod                  for bfm migrate up --tag env=prod
-- # bfm-table: orders                   for bfm migrate up --table orders
-- # bfm-transaction: none               for statements that refuse transactions
-- # bfm-lock-timeout: 5s
-- # bfm-statement-timeout: 10m
-- Placeholders for the statements, in double braces: .Schema .Connection .Backend .Version .Vars.NAME
`

export const sql = (name: string): Skeleton => ({
  up: `-- ${name}: what it changes, and why.
--
${directives}
`,
  down: `-- Takes back what the up script of ${name} did. Delete this file if that cannot be done.

`
})

export const json = (): Skeleton => ({
  up: `{
  "bfm": {},
  "operations": []
}
`,
  down: `[]
`
})
