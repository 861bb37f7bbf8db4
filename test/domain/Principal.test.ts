import { describe, expect, it } from "vitest"
import { type Principal, refusal } from "../../src/domain/Principal.ts"

const token = (scopes: Principal["scopes"], connections?: ReadonlyArray<string>): Principal => ({
  name: "ci",
  scopes,
  ...(connections === undefined ? {} : { connections })
})

describe("what a token may do", () => {
  it("is what its scopes say; reading is part of each of them, and everything part of admin", () => {
    for (const scope of ["read", "migrate", "rollback", "admin"] as const) {
      expect(refusal(token([scope]), "read", [])).toBeUndefined()
      expect(refusal(token([scope]), scope, [])).toBeUndefined()
      expect(refusal(token(["admin"]), scope, [])).toBeUndefined()
    }
    expect(refusal(token(["read"]), "migrate", [])).toBe("token ci lacks the scope migrate")
    expect(refusal(token(["migrate"]), "rollback", [])).toBe("token ci lacks the scope rollback")
    expect(refusal(token(["migrate", "rollback"]), "admin", [])).toBe("token ci lacks the scope admin")
    expect(refusal(token([]), "read", [])).toBe("token ci lacks the scope read")
  })

  it("touches its own connections only", () => {
    expect(refusal(token(["migrate"], ["core", "logs"]), "migrate", ["logs", "core"])).toBeUndefined()
    expect(refusal(token(["migrate"], ["core"]), "migrate", ["core", "logs"])).toBe(
      "token ci may not touch connection logs"
    )
    expect(refusal(token(["admin"], []), "read", ["core"])).toBe("token ci may not touch connection core")
    expect(refusal(token(["admin"]), "read", ["core"])).toBeUndefined()
  })
})
