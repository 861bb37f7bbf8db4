import { assert, describe, it } from "vitest"
import * as Phrase from "../../../src/domain/sql/Phrase.ts"
import * as Statement from "../../../src/domain/sql/Statement.ts"
import * as Transaction from "../../../src/domain/sql/Transaction.ts"

const unwrap = (text: string) => {
  const { sentences, ...rest } = Transaction.unwrap(Statement.split(text).statements.map(Phrase.sentence))
  return { ...rest, statements: sentences.map(({ statement }) => statement.text) }
}

describe("Transaction.unwrap", () => {
  it.each([
    ["BEGIN; SELECT 1; COMMIT;", []],
    ["begin work; SELECT 1; end", []],
    ["BEGIN TRANSACTION; SELECT 1; END TRANSACTION;", []],
    ["/* a */ Begin -- b\n; SELECT 1;; commit work; -- c", []],
    ["START TRANSACTION; SELECT 1; COMMIT AND NO CHAIN", []],
    ["BEGIN READ WRITE; SELECT 1; END WORK AND NO CHAIN", []],
    ["START TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE; SELECT 1; COMMIT TRANSACTION", []],
    ["BEGIN ISOLATION LEVEL SERIALIZABLE READ ONLY, DEFERRABLE; SELECT 1; COMMIT", [Transaction.modesLost]],
    ["START TRANSACTION ISOLATION LEVEL REPEATABLE READ; SELECT 1; COMMIT", [Transaction.modesLost]]
  ])("takes off %j", (text, warnings) => {
    assert.deepStrictEqual(unwrap(text), {
      statements: ["SELECT 1"],
      unwrapped: true,
      problems: [],
      warnings
    })
  })

  it("takes off a transaction with nothing in it", () => {
    assert.deepStrictEqual(unwrap("BEGIN; COMMIT;"), {
      statements: [],
      unwrapped: true,
      problems: [],
      warnings: []
    })
  })

  it.each([
    "SELECT 1",
    "",
    "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE; SELECT 1",
    "PREPARE transaction_1 AS SELECT 1",
    "DO $$ BEGIN COMMIT; END $$",
    "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT 1; END; SELECT 2",
    'SELECT "begin"; SELECT 1 AS commit'
  ])("leaves alone %j", text => {
    const { unwrapped, problems, statements } = unwrap(text)
    assert.isFalse(unwrapped)
    assert.deepStrictEqual(problems, [])
    assert.deepStrictEqual(
      statements,
      Statement.split(text).statements.map(statement => statement.text)
    )
  })

  it.each([
    ["SELECT 1;\nCOMMIT;\nSELECT 2", 2, "COMMIT"],
    ["BEGIN;\nSELECT 1", 1, "BEGIN"],
    ["SELECT 1;\nEND", 2, "END"],
    ["BEGIN;\nSELECT 1;\nROLLBACK", 1, "BEGIN"],
    ["BEGIN;\nSELECT 1;\nCOMMIT AND CHAIN", 1, "BEGIN"],
    ["SELECT 1;\n\nROLLBACK TO SAVEPOINT a", 3, "ROLLBACK"],
    ["ABORT", 1, "ABORT"],
    ["BEGIN;\nSAVEPOINT a;\nCOMMIT", 2, "SAVEPOINT"],
    ["BEGIN;\nRELEASE a;\nCOMMIT", 2, "RELEASE"],
    ["BEGIN; SELECT 1;\nPREPARE TRANSACTION 'a';\nCOMMIT", 2, "PREPARE TRANSACTION"],
    ["COMMIT PREPARED 'a'", 1, "COMMIT PREPARED"],
    ["ROLLBACK PREPARED 'a'", 1, "ROLLBACK PREPARED"],
    ["START TRANSACTION", 1, "START TRANSACTION"],
    ["BEGIN;\nSELECT 1;\nCOMMIT;\nBEGIN;\nSELECT 2;\nCOMMIT", 3, "COMMIT"],
    ["BEGIN\n  x := 1;\nEND", 1, "BEGIN"]
  ])("says where %j controls the transaction, and what to do", (text, line, word) => {
    const [first] = unwrap(text).problems
    assert.strictEqual(first?.line, line)
    assert.match(first?.reason ?? "", new RegExp(`^${word}: .*take it out, or .*bfm-transaction: none`))
  })
})
