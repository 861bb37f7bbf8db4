/** Something that goes wrong with one request. */
export interface Fault {
  /** Whether the statement takes effect all the same. */
  readonly applies: boolean
  /**
   * `drop`: the connection is closed without an answer. `busy`: 503 with 4009. `timeout`: 408 and an empty
   * body. `internal`: 500 with 1003. `text`: 502 as a proxy answers it. `hold`: no answer until `release`.
   * `twice`: as if the statement had arrived a second time.
   */
  readonly answer: "drop" | "busy" | "timeout" | "internal" | "text" | "hold" | "twice"
}

export const faults: Readonly<Record<string, Fault>> = {
  appliedThenDropped: { applies: true, answer: "drop" },
  droppedBefore: { applies: false, answer: "drop" },
  busy: { applies: false, answer: "busy" },
  timeoutApplied: { applies: true, answer: "timeout" },
  timeout: { applies: false, answer: "timeout" },
  internalApplied: { applies: true, answer: "internal" },
  internal: { applies: false, answer: "internal" }
}

interface Planned {
  readonly fault: Fault
  readonly when: (sql: string, db: string) => boolean
  times: number
}

/** The switch: what is planned happens to the next requests that it is meant for. */
export class Faults {
  readonly #planned: Array<Planned> = []
  readonly #held: Array<() => void> = []
  readonly #waiting: Array<() => void> = []

  /** The fault meets the next `times` requests whose statement fits. */
  plan(fault: Fault, when: (sql: string, db: string) => boolean, times = 1): void {
    this.#planned.push({ fault, when, times })
  }

  clear(): void {
    this.#planned.length = 0
    this.release()
  }

  /** What happens to this request. */
  take(sql: string, db: string): Fault | undefined {
    const found = this.#planned.find(({ when, times }) => times > 0 && when(sql, db))
    if (found !== undefined) found.times -= 1
    return found?.fault
  }

  /** Until `release`. */
  hold(): Promise<void> {
    for (const tell of this.#waiting.splice(0)) tell()
    return new Promise(resume => this.#held.push(resume))
  }

  /** Until a request is held. */
  reached(): Promise<void> {
    return this.#held.length > 0 ? Promise.resolve() : new Promise(resume => this.#waiting.push(resume))
  }

  release(): void {
    for (const resume of this.#held.splice(0)) resume()
  }
}
