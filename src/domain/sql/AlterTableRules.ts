import * as Pattern from "./Pattern.ts"
import * as RuleTable from "./RuleTable.ts"

/** One of the actions that stand with commas between in ALTER TABLE. */
export interface Action {
  readonly pattern: Pattern.Pattern
  /** `{table}` and the like are names. Nothing to say when absent. */
  readonly says?: string
  /** Something would be lost. */
  readonly destroys: boolean
}

/** What comes before the actions. */
export const opening: Pattern.Pattern = Pattern.make("ALTER [FOREIGN] TABLE [IF EXISTS] [ONLY] <table> [*]")

const fine = (pattern: string): Action => ({ pattern: Pattern.make(pattern), destroys: false })
const locks = (pattern: string, says: string): Action => ({
  pattern: Pattern.make(pattern),
  says,
  destroys: false
})

/** Of every action that the table below does not know. */
export const usual = "takes ACCESS EXCLUSIVE on {table} (short)"

const adding = "ADD [COLUMN] [IF NOT EXISTS] <column>"
const adds = "ADD [CONSTRAINT <constraint>]"
const alters = "ALTER [COLUMN] <column>"
const rewrites = "ADD COLUMN {column} rewrites {table}: its default is computed for each row"
const volatile =
  "RANDOM|CLOCK_TIMESTAMP|TIMEOFDAY|NEXTVAL|GEN_RANDOM_UUID|UUID_GENERATE_V1|UUID_GENERATE_V4|UUIDV4|UUIDV7"
const serial = "SERIAL|SERIAL2|SERIAL4|SERIAL8|SMALLSERIAL|BIGSERIAL"
const builds =
  "builds its index while {table} is locked: build it CONCURRENTLY first, then add it USING INDEX"

/** The first that matches counts. */
export const actions: RuleTable.RuleTable<Action> = RuleTable.make([
  locks(
    `${adds} FOREIGN KEY () REFERENCES <other> ... NOT VALID`,
    "takes SHARE ROW EXCLUSIVE on {table} and {other} (short)"
  ),
  locks(
    `${adds} FOREIGN KEY () REFERENCES <other>`,
    "ADD FOREIGN KEY without NOT VALID scans {table} and blocks writes to it and to {other}"
  ),
  locks(`${adds} CHECK () ... NOT VALID`, usual),
  locks(`${adds} CHECK ()`, "ADD CHECK without NOT VALID scans {table} under ACCESS EXCLUSIVE"),
  locks(`${adds} NOT NULL <column> ... NOT VALID`, usual),
  locks(`${adds} NOT NULL <column>`, "NOT NULL without NOT VALID scans {table} under ACCESS EXCLUSIVE"),
  locks(`${adds} UNIQUE|PRIMARY [KEY] USING INDEX`, usual),
  locks(`${adds} UNIQUE [NULLS] [NOT] [DISTINCT] (`, `ADD UNIQUE ${builds}`),
  locks(`${adds} PRIMARY KEY`, `ADD PRIMARY KEY ${builds}`),
  locks(`${adds} EXCLUDE USING|(`, "ADD EXCLUDE builds its index under ACCESS EXCLUSIVE on {table}"),
  locks(`${adding} ${serial}`, rewrites),
  locks(`${adding} ... GENERATED ALWAYS|BY [DEFAULT] AS IDENTITY`, rewrites),
  locks(`${adding} ... GENERATED ALWAYS AS () STORED`, rewrites),
  locks(`${adding} ... DEFAULT (...) ${volatile}`, rewrites),
  locks(`${adding} ... UNIQUE|PRIMARY`, "ADD COLUMN {column} builds an index while {table} is locked"),
  locks(
    `${adding} ... REFERENCES <other>`,
    "takes ACCESS EXCLUSIVE on {table} and SHARE ROW EXCLUSIVE on {other} (short)"
  ),
  locks(`${adding} ... DEFAULT`, usual),
  locks(`${adding} ... NOT NULL`, "ADD COLUMN {column} NOT NULL without DEFAULT fails when {table} has rows"),
  locks(`${alters} [SET DATA] TYPE`, "ALTER COLUMN {column} TYPE rewrites {table}"),
  locks(`${alters} SET NOT NULL`, "SET NOT NULL on {column} scans {table}"),
  locks(`${alters} SET EXPRESSION`, "SET EXPRESSION on {column} rewrites {table}"),
  fine(`${alters} SET STATISTICS|(`),
  fine(`${alters} RESET`),
  locks("DROP CONSTRAINT", usual),
  {
    pattern: Pattern.make("DROP [COLUMN] [IF EXISTS] <column>"),
    says: "DROP COLUMN loses {column} of {table}",
    destroys: true
  },
  locks("SET LOGGED|UNLOGGED|TABLESPACE|ACCESS", "rewrites {table} under ACCESS EXCLUSIVE"),
  fine("SET|RESET ("),
  locks("ENABLE|DISABLE [ALWAYS|REPLICA] TRIGGER", "takes SHARE ROW EXCLUSIVE on {table} (short)"),
  fine("VALIDATE CONSTRAINT"),
  fine("CLUSTER ON"),
  fine("SET WITHOUT CLUSTER"),
  locks(
    "ATTACH PARTITION <partition>",
    "ATTACH PARTITION scans {partition} unless a constraint proves where its rows belong"
  ),
  fine("DETACH PARTITION <partition> CONCURRENTLY|FINALIZE")
])
