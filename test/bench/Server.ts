import * as fs from "node:fs"
import pg from "pg"
import type { Address } from "../fixtures/TestServer.ts"

/** The benchmark's own durable PostgreSQL. */
export interface Server {
  readonly address: Address
  readonly version: string
  readonly url: (database: string) => string
  /**
   * A new, empty database; what went before it is on disk by then. None is dropped before the server ends: file
   * systems may be slow at making files for a while after many were deleted.
   */
  readonly fresh: () => Promise<string>
  /** Milliseconds of processor time that the whole server has used so far, once nobody else is connected; NaN where it cannot be known. */
  readonly cpu: () => Promise<number>
  readonly close: () => Promise<void>
}

export const connect = async (url: string): Promise<pg.Client> => {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  return client
}

/** One statement on a connection of its own. */
export const ask = async (url: string, sql: string): Promise<ReadonlyArray<Record<string, unknown>>> => {
  const client = await connect(url)
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

export const make = async (address: Address): Promise<Server> => {
  const url = (database: string) =>
    `postgres://${address.username}@${address.host}:${address.port}/${database}`
  const admin = await connect(url("postgres"))
  // The server ends before its sessions where a contestant failed, and that is what should be told.
  admin.on("error", () => undefined)
  const { rows } = await admin.query("SELECT pg_backend_pid() AS pid, current_setting('server_version') AS v")
  const postmaster = parentOf(Number(rows[0]?.pid))
  let made = 0
  return {
    address,
    version: String(rows[0]?.v),
    url,
    fresh: async () => {
      const name = `bench_${++made}`
      await admin.query(`CREATE DATABASE ${name}`)
      await admin.query("CHECKPOINT")
      return name
    },
    cpu: async () => {
      if (postmaster === undefined) return Number.NaN
      for (;;) {
        const { rowCount } = await admin.query(others)
        // A session that has just gone is for a moment neither listed nor counted with its parent.
        await new Promise(resolve => setTimeout(resolve, 25))
        if (rowCount === 0) return familyCpu(postmaster)
      }
    },
    close: () => admin.end()
  }
}

const others =
  "SELECT FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"

/** Fields of /proc/PID/stat behind the name of the program, which may itself hold blanks. */
const stat = (pid: number | string): ReadonlyArray<string> => {
  try {
    const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8")
    return text.slice(text.lastIndexOf(")") + 2).split(" ")
  } catch {
    return []
  }
}

const parentOf = (pid: number): number | undefined => {
  const parent = Number(stat(pid)[1])
  return Number.isInteger(parent) ? parent : undefined
}

/** Linux counts in hundredths of a second. */
const tick = 10
const user = 11

/** The process itself, its children that have ended, and those that live. */
const familyCpu = (parent: number): number => {
  const sum = (fields: ReadonlyArray<string>, count: number) =>
    fields.slice(user, user + count).reduce((total, ticks) => total + Number(ticks), 0)
  let total = sum(stat(parent), 4)
  for (const pid of fs.readdirSync("/proc")) {
    if (!/^\d+$/.test(pid)) continue
    const fields = stat(pid)
    if (Number(fields[1]) === parent) total += sum(fields, 2)
  }
  return total * tick
}

/** Milliseconds of processor time of our own children that have ended. */
export const childrenCpu = (): number => {
  const fields = stat("self")
  return fields.length === 0 ? Number.NaN : (Number(fields[user + 2]) + Number(fields[user + 3])) * tick
}
