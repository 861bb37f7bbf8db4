import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import { performance } from "node:perf_hooks"
import type { Command } from "./Command.ts"
import { run } from "./Command.ts"

/** A server that runs until it is told to end. */
export interface Program {
  readonly pid: number
  readonly port: number
  readonly began: number
  readonly end: () => Promise<void>
}

/** Starts a server; what it says is thrown away. */
export const start = (port: number, { file, args, env }: Command): Program => {
  const began = performance.now()
  const child = spawn(file, args, {
    env: { PATH: process.env["PATH"], NO_COLOR: "1", ...env },
    stdio: ["ignore", "ignore", "inherit"]
  })
  return { pid: child.pid ?? 0, port, began, end: () => ended(child) }
}

const ended = (child: ChildProcess): Promise<void> =>
  new Promise(resolve => {
    child.once("exit", () => resolve())
    if (child.exitCode !== null || !child.kill("SIGTERM")) resolve()
  })

/** Milliseconds from its start until it answers with 200. */
export const ready = async ({ port, began }: Program, path: string, token = ""): Promise<number> => {
  while (performance.now() - began < 30_000) {
    if (await answers(`http://127.0.0.1:${port}${path}`, token)) return performance.now() - began
    await new Promise(resolve => setTimeout(resolve, 5))
  }
  throw new Error(`port ${port} did not answer ${path} with 200 within 30 s`)
}

const answers = async (url: string, token: string): Promise<boolean> => {
  try {
    const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } })
    await response.arrayBuffer()
    return response.status === 200
  } catch {
    return false
  }
}

/** Resident memory, in kilobytes. */
export const memory = ({ pid }: Program): number =>
  Number(/VmRSS:\s+(\d+)/.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))?.[1])

/** Milliseconds of processor time so far. */
export const cpu = ({ pid }: Program): number => {
  const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8")
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** What the load generator counted. */
export interface Load {
  readonly rate: number
  readonly answered: number
}

export interface Question {
  readonly load: string
  readonly path: string
  readonly token: string
  readonly milliseconds: number
}

export const load = async (
  { port }: Program,
  { load, path, token, milliseconds }: Question
): Promise<Load> => {
  const args = [load, String(port), path, token, "16", "500", String(milliseconds)]
  return JSON.parse((await run({ file: process.execPath, args })).stdout)
}
