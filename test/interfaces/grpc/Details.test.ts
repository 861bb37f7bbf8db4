import { assert, describe, it } from "@effect/vitest"
import * as grpc from "@grpc/grpc-js"
import { type BfmError, LockBusy, RunNotFound, TooManyAttempts } from "../../../src/domain/Errors.ts"
import * as Details from "../../../src/interfaces/grpc/Details.ts"
import * as Failure from "../../../src/interfaces/http/Failure.ts"
import { failed } from "./Client.ts"

const errors: ReadonlyArray<readonly [error: BfmError, seconds: number | undefined]> = [
  [new LockBusy({ connection: "core", schema: "core", holder: "deploy-7", waited: 300 }), 5],
  [new TooManyAttempts({ retry_after: 7 }), 7],
  [new RunNotFound({ id: "01J" }), undefined]
]

describe("an error", () => {
  it.each(errors)("says over gRPC when to ask again, as over HTTP: $_tag", (error, seconds) => {
    const { code, details, metadata } = Details.fromError(error)
    const call = failed({
      code: code ?? grpc.status.UNKNOWN,
      details: details ?? "",
      message: details ?? "",
      metadata: metadata ?? new grpc.Metadata()
    })
    assert.strictEqual(call.reason, error._tag)
    assert.strictEqual(call.retryAfter, seconds)
    assert.strictEqual(Failure.ofError(error).headers["retry-after"], seconds?.toString())
  })
})
