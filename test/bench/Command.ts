import { spawn } from "node:child_process"
import { performance } from "node:perf_hooks"
import type { Sample } from "./Rounds.ts"
import { childrenCpu, type Server } from "./Server.ts"

/** A program to be timed, and all of its environment. */
export interface Command {
  readonly file: string
  readonly args: ReadonlyArray<string>
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end; what it prints is thrown away, but a failure is not. */
export const run = (command: Command): Promise<{ readonly wall: number; readonly stdout: string }> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    const child = spawn(command.file, command.args, {
      env: { PATH: process.env["PATH"], NO_COLOR: "1", ...command.env },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let stdout = ""
    let stderr = ""
    child.stdout.on("data", chunk => (stdout += chunk))
    child.stderr.on("data", chunk => (stderr += chunk))
    child.on("error", reject)
    child.on("close", code => {
      const wall = performance.now() - began
      if (code === 0) resolve({ wall, stdout })
      else
        reject(new Error(`${command.file} ${command.args.join(" ")} ended with ${code}:\n${stderr}${stdout}`))
    })
  })

/** The same with the processor time that the program and the server used. */
export const measure = async (server: Server, command: Command): Promise<Sample> => {
  const [client, serving] = [childrenCpu(), await server.cpu()]
  const { wall } = await run(command)
  return { wall, client: childrenCpu() - client, server: (await server.cpu()) - serving }
}

/** Peak memory of a Node program, in kilobytes: a module loaded before it says so at its end. */
export const peakMemory = ({ file, args, env }: Command, report: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(file, ["--require", report, ...args], {
      env: { PATH: process.env["PATH"], NO_COLOR: "1", ...env },
      stdio: ["ignore", "ignore", "pipe"]
    })
    let stderr = ""
    child.stderr.on("data", chunk => (stderr += chunk))
    child.on("error", reject)
    child.on("close", code => {
      const found = /RSS=(\d+)/.exec(stderr)?.[1]
      if (code !== 0 || found === undefined)
        reject(new Error(`${args.join(" ")} ended with ${code}: ${stderr}`))
      else resolve(Number(found))
    })
  })
