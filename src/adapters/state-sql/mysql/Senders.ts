import type * as Mysql from "mysql2"

/** Which session of a pool sends which message: the client does not say it. */
export interface Senders {
  /** Told, at once before a message with this very list of values is sent, by which session. */
  readonly expect: (values: ReadonlyArray<unknown>, told: (sender: Mysql.PoolConnection) => void) => void
  /** Milliseconds since a session sent its first message. */
  readonly ageOf: (sender: Mysql.PoolConnection) => number
  /** mysql2 calls it on the session that is to send, and sends what it returns. */
  readonly queryFormat: (this: Mysql.PoolConnection, text: string, values: Array<Mysql.SqlValue>) => string
}

/**
 * A session's first message begins with what makes the session ours: that costs no round trip of its own.
 * `format` writes the values into a message.
 */
export const make = (format: typeof Mysql.format, session: string): Senders => {
  const born = new WeakMap<Mysql.PoolConnection, number>()
  const expected = new WeakMap<ReadonlyArray<unknown>, (sender: Mysql.PoolConnection) => void>()
  return {
    expect: (values, told) => expected.set(values, told),
    ageOf: sender => Date.now() - (born.get(sender) ?? Date.now()),
    queryFormat(text, values) {
      expected.get(values)?.(this)
      const message = format(text, values)
      if (born.has(this)) return message
      born.set(this, Date.now())
      // A session that is cut says so here; without a listener it could end the process.
      this.on("error", () => undefined)
      return `${session};\n${message}`
    }
  }
}
