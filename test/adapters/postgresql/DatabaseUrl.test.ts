import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as DatabaseUrl from "../../../src/adapters/postgresql/DatabaseUrl.ts"

const accepted: ReadonlyArray<readonly [string, DatabaseUrl.UrlParts]> = [
  ["postgres://db1", { host: "db1" }],
  ["postgresql://db1:6000/app", { host: "db1", port: 6000, database: "app" }],
  ["postgres://u:p@db1/", { host: "db1", username: "u", password: "p" }],
  [
    "postgres://me%40corp:p%20%27%22%3D%40%2F%3F%23%25@db1/my%20app",
    { host: "db1", username: "me@corp", password: "p '\"=@/?#%", database: "my app" }
  ],
  ["postgres://[::1]:5433/app", { host: "::1", port: 5433, database: "app" }],
  ["postgres:///app?host=/run/postgresql", { host: "/run/postgresql", database: "app" }],
  ["postgres://u@/app?host=/tmp", { host: "/tmp", username: "u", database: "app" }],
  ["postgres://u@%2Frun%2Fpg/app", { host: "/run/pg", username: "u", database: "app" }],
  [
    "postgres://db1/a?sslmode=verify-ca&sslrootcert=/etc/ca.pem",
    { host: "db1", database: "a", tls: "verify-ca", rootCertificate: "/etc/ca.pem" }
  ],
  [
    "postgres://db1/a?sslcert=/etc/my%20own.pem&sslkey=/etc/own.key&sslrootcert=",
    { host: "db1", database: "a", certificate: "/etc/my own.pem", key: "/etc/own.key" }
  ]
]

describe("a database URL", () => {
  it.each(accepted)("%s", (text, parts) => {
    assert.deepStrictEqual(DatabaseUrl.parse(text), Either.right(parts))
  })

  it.each([
    ["db1:5432/app", /must/],
    ["mysql://db1/app", /must begin with postgres/],
    ["postgres://u:p#w@db1/app", /must look like/],
    ["postgres://db1:99999/app", /must look like/],
    ["postgres://u:1/w@db1/app", /must look like/],
    ["postgres://u:a%b@db1/app", /password with a %/],
    ["postgres://u:%ff@db1/app", /password with a %/],
    ["postgres://a,b/app", /several hosts/],
    ["postgres://db1/a?sslmode=on", /unknown sslmode/],
    ["postgres://db1/a?target_session_attrs=any", /not supported/]
  ])("%s is refused", (text, reason) => {
    const problems = Either.match(DatabaseUrl.parse(text), { onLeft: all => all, onRight: () => [] })
    assert.match(problems.join(), reason)
  })
})
