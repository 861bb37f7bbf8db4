import * as Effect from "effect/Effect"
import * as Bytes from "../../domain/etcd/Bytes.ts"
import type { Operation } from "../../domain/etcd/Operation.ts"
import type { Statement, Step } from "../../domain/Plan.ts"
import type { Client } from "./Client.ts"
import { operationsOf } from "./Course.ts"
import type { Keys } from "./Keys.ts"
import * as Ledger from "./Ledger.ts"
import * as Replaced from "./Replaced.ts"

type Effects = NonNullable<Statement["effects"]>

/** Keys as they would be at some point of the plan; by their bytes, one character for each. */
type World = Map<string, { readonly key: Buffer; value: Buffer | undefined }>

/** Keys that are asked for in one request. */
const most = 100

/** The steps with what each operation would change, one after the other, if nobody else writes meanwhile. */
export const fill = Effect.fn("Preview.fill")(function* (
  client: Client,
  keys: Keys,
  steps: ReadonlyArray<Step>
) {
  const world = yield* read(
    client,
    steps.flatMap(step => pending(step).flatMap(unit => targetsOf(keys, step, unit)))
  )
  return steps.map(step => {
    const units = step.units.map((unit, index) => {
      if (index < step.resume_at) return unit
      const operations = operationsOf(step, index)
      const statements = unit.statements.map((statement, at) => {
        const operation = operations[at]
        if (operation === undefined) return statement
        return { ...statement, effects: carryOut(world, keys, step.schema, operation) }
      })
      return { ...unit, statements }
    })
    return { ...step, units }
  })
})

/** The transactions that are not done yet. */
const pending = (step: Step): ReadonlyArray<number> =>
  Array.from({ length: step.units.length - step.resume_at }, (_, n) => n + step.resume_at)

const targetsOf = (keys: Keys, step: Step, unit: number): ReadonlyArray<Replaced.Target> =>
  Replaced.targets(keys, step.schema, operationsOf(step, unit))

const read = Effect.fnUntraced(function* (client: Client, targets: ReadonlyArray<Replaced.Target>) {
  const world: World = new Map()
  const single = new Map(
    targets.flatMap(target =>
      target.range_end === undefined
        ? [[Bytes.comparable(target.key), { ...target, puts: true }] as const]
        : []
    )
  )
  const wanted = [...single.values()]
  for (let at = 0; at < wanted.length; at += most) {
    for (const item of yield* Replaced.read(client, wanted.slice(at, at + most)))
      put(world, item.key, item.value)
  }
  for (const target of targets) {
    if (target.range_end === undefined) continue
    for (const { key, value } of yield* Ledger.scan(client, target)) put(world, key, value)
  }
  return world
})

const put = (world: World, key: Buffer, value: Buffer | undefined): void => {
  world.set(Bytes.comparable(key), { key, value })
}

/** What the operation finds and leaves. */
const carryOut = (world: World, keys: Keys, schema: string, operation: Operation): Effects => {
  const { key, range_end } = keys.target(schema, operation)
  if (range_end === undefined) {
    const after = operation.operation === "put" ? Buffer.from(operation.value) : undefined
    const effect = effectOf(key, world.get(Bytes.comparable(key))?.value, after)
    put(world, key, after)
    return [effect]
  }
  const prefix = Bytes.comparable(key)
  const gone = [...world]
    .filter(([name, { value }]) => value !== undefined && name.startsWith(prefix))
    .sort(([a], [b]) => (a < b ? -1 : 1))
  return gone.map(([, item]) => {
    const effect = effectOf(item.key, item.value, undefined)
    item.value = undefined
    return effect
  })
}

const effectOf = (key: Buffer, before: Buffer | undefined, after: Buffer | undefined): Effects[number] => ({
  key: Bytes.shown(key),
  before: before === undefined ? null : Bytes.shown(before),
  after: after === undefined ? null : Bytes.shown(after)
})
