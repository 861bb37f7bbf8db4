import { describe, expect, it } from "@effect/vitest"
import pg from "pg"
import * as Fault from "../../../src/adapters/postgresql/Fault.ts"

/** As pg gives it on from a server whose messages are German. */
const german = (code: string, severity: string, text: string) => {
  const error = new pg.DatabaseError(text, text.length, "error")
  return Object.assign(error, { code, severity })
}

describe("what a PostgreSQL says that does not speak English", () => {
  it("is the end of the session where a limit of time has ended it", () => {
    const limits = ["25P03", "25P04", "57P04", "57P05"]
    const faults = limits.map(code =>
      Fault.from(german(code, "SCHWERWIEGEND", "Verbindung wird abgebrochen"))
    )
    expect(faults.map(({ _tag, code }) => [code, _tag])).toEqual(limits.map(code => [code, "Lost"]))
  })

  it("is a refusal where only the statement was ended", () => {
    const text = "storniere Anfrage wegen Zeitüberschreitung der Anfrage"
    expect(Fault.from(german("57014", "FEHLER", text))).toMatchObject({ _tag: "Refused", reason: text })
  })
})
