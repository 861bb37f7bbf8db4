/** Whether the service answers. */
export type Reach = "answers" | "silent"

const listeners = new Set<() => void>()
let current: Reach = "answers"

export const reach = (): Reach => current

export const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export const become = (next: Reach): void => {
  if (next === current) return
  current = next
  for (const listener of listeners) listener()
}

/** Milliseconds between two attempts. */
const interval = 2_000

/** Knocks until the service answers again. */
export const whenBack = (then: () => void): (() => void) => {
  const knock = async () => {
    const answer = await fetch("/health/live").catch(() => undefined)
    if (answer?.ok !== true) return
    become("answers")
    then()
  }
  const timer = setInterval(knock, interval)
  return () => clearInterval(timer)
}

/** Resolves when it answers again. */
export const back = (): Promise<void> =>
  new Promise(resolve => {
    const stop = whenBack(() => {
      stop()
      resolve()
    })
  })
