import { readFile } from "node:fs/promises"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import type * as Scope from "effect/Scope"
import { Agent, request } from "undici"
import { capabilities } from "../../domain/Backend.ts"
import * as Network from "../store/Network.ts"
import * as Password from "../store/Password.ts"
import * as Sent from "../store/Sent.ts"
import * as Answer from "./Answer.ts"
import * as Fault from "./Fault.ts"
import { databaseParameter } from "./Quote.ts"
import { type GreptimedbSettings, origin } from "./Settings.ts"

/** Milliseconds until a server that does not answer counts as unreachable. */
const connectTimeout = 5_000

/** Milliseconds for what BfM itself asks: ledger and catalog. */
const askTimeout = 30_000

/** How often BfM's own questions are asked again, and how long it waits before the first time. */
const askRetries = 4
const firstPause = 100

/** More requests than this wait for one another: statements for statements, questions for questions. */
const maxConnections = 8

/** The authorities to trust cannot be read. */
export class AuthorityUnreadable extends Data.TaggedError("AuthorityUnreadable")<{
  readonly reason: string
}> {
  override get message() {
    return this.reason
  }
}

/** One statement on its way. */
export interface Sending {
  /** Milliseconds; 0 means no limit. */
  readonly timeout: number
  /** Gives the answer up: what the statement does is not known then. */
  readonly signal?: AbortSignal
}

export interface Client {
  /** One request, once. */
  readonly send: (
    sql: string,
    database: string,
    sending: Sending
  ) => Effect.Effect<ReadonlyArray<Answer.Rows>, Fault.Fault>
  /** What does no harm when it is asked twice, in the database that is always there: tried again where that can help. */
  readonly ask: (sql: string) => Effect.Effect<ReadonlyArray<Answer.Rows>, Fault.Fault>
  /** `1.0.1`, as the server says it. */
  readonly version: Effect.Effect<string, Fault.Fault>
}

/** Connections to one server, closed with the scope. Nothing is sent before the first question. */
export const make = (settings: GreptimedbSettings): Effect.Effect<Client, AuthorityUnreadable, Scope.Scope> =>
  Effect.gen(function* () {
    const ca = yield* authority(settings)
    const [statements, questions] = [yield* line(ca), yield* line(ca)]
    const send = ({ agent, turn }: Line, sql: string, database: string, sending: Sending) =>
      Effect.flatMap(turn(deliver(agent, settings, sql, database, sending)), Answer.read).pipe(
        Sent.traced({ system: "greptimedb", action: "query", text: sql })
      )
    return {
      send: (sql, database, sending) => send(statements, sql, database, sending),
      ask: sql => patient(send(questions, sql, "public", { timeout: askTimeout }), 0),
      version: Effect.flatMap(questions.turn(fetchStatus(questions.agent, settings)), Answer.version)
    }
  })

/** Connections, and who has one of them: the time of a request begins when it is sent. */
interface Line {
  readonly agent: Agent
  readonly turn: <A, E>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
}

const line = (ca: string | undefined): Effect.Effect<Line, never, Scope.Scope> =>
  Effect.gen(function* () {
    const open = () =>
      new Agent({
        connections: maxConnections,
        connect: { timeout: connectTimeout, ...(ca === undefined ? {} : { ca }) },
        // Deadlines are per statement.
        headersTimeout: 0,
        bodyTimeout: 0
      })
    const agent = yield* Effect.acquireRelease(Effect.sync(open), agent =>
      Effect.promise(() => agent.destroy())
    )
    return { agent, turn: (yield* Effect.makeSemaphore(maxConnections)).withPermits(1) }
  })

const deliver = (
  agent: Agent,
  settings: GreptimedbSettings,
  sql: string,
  database: string,
  { timeout, signal }: Sending
): Effect.Effect<Answer.Answer, Fault.Lost> =>
  Effect.tryPromise({
    try: async interrupted => {
      const limits = [
        interrupted,
        ...(signal === undefined ? [] : [signal]),
        ...(timeout === 0 ? [] : [AbortSignal.timeout(timeout)])
      ]
      const { statusCode, body } = await request(`${origin(settings)}/v1/sql`, {
        dispatcher: agent,
        method: "POST",
        query: { db: databaseParameter(database) },
        headers: { "content-type": "application/x-www-form-urlencoded", ...authorization(settings) },
        body: new URLSearchParams({ sql }).toString(),
        signal: AbortSignal.any(limits)
      })
      return { status: statusCode, body: await body.text() }
    },
    catch: cause => lost(cause, timeout)
  })

const fetchStatus = (agent: Agent, settings: GreptimedbSettings): Effect.Effect<Answer.Answer, Fault.Lost> =>
  Effect.tryPromise({
    try: async () => {
      const { statusCode, body } = await request(`${origin(settings)}/status`, {
        dispatcher: agent,
        headers: authorization(settings),
        signal: AbortSignal.timeout(askTimeout)
      })
      return { status: statusCode, body: await body.text() }
    },
    catch: cause => lost(cause, askTimeout)
  })

const authorization = ({ username, password }: GreptimedbSettings): Record<string, string> => {
  if (username === undefined) return {}
  const secret = Password.reveal(password)
  return { authorization: `Basic ${Buffer.from(`${username}:${secret}`).toString("base64")}` }
}

const lost = (cause: unknown, timeout: number): Fault.Lost => {
  const name = cause instanceof Error ? cause.name : ""
  if (name === "TimeoutError") {
    return new Fault.Lost({ code: "timeout", reason: `no answer within ${timeout}ms`, again: false })
  }
  if (name === "AbortError") {
    return new Fault.Lost({
      code: capabilities.greptimedb.calledOff,
      reason: "the run was told to stop at once",
      again: false
    })
  }
  return new Fault.Lost({ ...Network.describe(cause), again: true })
}

const patient = <A>(effect: Effect.Effect<A, Fault.Fault>, tried: number): Effect.Effect<A, Fault.Fault> =>
  Effect.catchAll(effect, fault =>
    fault._tag === "Lost" && fault.again && tried < askRetries && fault.code !== "ECONNREFUSED"
      ? Effect.zipRight(pause(tried), patient(effect, tried + 1))
      : Effect.fail(fault)
  )

/** Twice as long each time, with chance in it. */
export const pause = (tried: number): Effect.Effect<void> =>
  Effect.flatMap(Random.nextRange(0.5, 1.5), jitter =>
    Effect.sleep(Math.min(5_000, firstPause * 2 ** tried) * jitter)
  )

const authority = ({
  authority: path
}: GreptimedbSettings): Effect.Effect<string | undefined, AuthorityUnreadable> =>
  path === undefined
    ? Effect.succeed(undefined)
    : Effect.tryPromise({
        try: () => readFile(path, "utf8"),
        catch: cause =>
          new AuthorityUnreadable({
            reason: `cannot read the certificate authorities ${path}: ${Network.describe(cause).reason}`
          })
      })
