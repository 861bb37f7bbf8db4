import * as Effect from "effect/Effect"
import { address, type Server } from "../../postgresql/Settings.ts"
import type { Dialect, Pool as Opened, Statement } from "../Dialect.ts"
import type { Step } from "../Tables.ts"
import * as Pool from "./Pool.ts"
import * as Record from "./Record.ts"
import * as Session from "./Session.ts"
import * as Statements from "./Statements.ts"
import { steps as released } from "./Steps.ts"
import * as Upgrade from "./Upgrade.ts"
import * as Vitals from "./Vitals.ts"
import { explain, isCut, isOutdated } from "./Wording.ts"

export interface Options {
  /** A host that begins with `/` is the file of a unix socket. */
  readonly settings: Server
  readonly steps?: ReadonlyArray<Step>
  /** Milliseconds after which a statement counts as lost. */
  readonly answerTime?: number
}

/** Longer than the wait for another process's upgrade. */
const patience = 45_000

/** What the lock's session is asked is quick. */
const lockPatience = 15_000

export const make = ({ settings, steps = released, answerTime = patience }: Options): Dialect => ({
  address: address(settings),
  steps,
  statements: Statements.make(settings.database, steps),
  explain,
  isCut,
  isOutdated,
  open: Effect.map(Pool.make(settings, answerTime), lend => ({
    capacity: settings.pool.maxConnections,
    send: sending(lend),
    glance: sending(lend),
    write: batch =>
      lend(send =>
        Effect.forEach(Record.messages(batch), ({ text, values }) => send(text, values), { discard: true })
      ),
    upgrade: Upgrade.run(lend, settings.database, steps)
  })),
  vitals: Effect.scoped(
    Effect.flatMap(Pool.make(settings, answerTime), lend => Vitals.ask(lend, settings.database))
  ),
  session: Session.open(settings, Math.min(answerTime, lockPatience))
})

const sending =
  (lend: Pool.Lend): Opened["send"] =>
  <Row extends object>({ text, values }: Statement) =>
    lend(send => send<Row>(text, values))
