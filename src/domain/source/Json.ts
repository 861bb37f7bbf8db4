import * as Either from "effect/Either"
import type { MetadataProblem } from "./Metadata.ts"

/** The value that a JSON text stands for, or why it is none, with its line where that can be found out. */
export const parse = (text: string): Either.Either<unknown, MetadataProblem> =>
  Either.try({
    try: (): unknown => JSON.parse(text),
    catch: error => problem(text, error instanceof Error ? error.message : "")
  })

const problem = (text: string, message: string): MetadataProblem => {
  const offset = offsetOf(text, message)
  const words = message.replace(/ in JSON at position .*| of JSON input|, [".].* is not valid JSON/s, "")
  return {
    ...(offset === undefined ? {} : { line: text.slice(0, offset).split("\n").length }),
    reason: `not valid JSON: ${words.charAt(0).toLowerCase()}${words.slice(1)}`
  }
}

/** V8 tells either a position or the surroundings of the bad token, ten characters of them on each side. */
const offsetOf = (text: string, message: string): number | undefined => {
  const position = /at position (\d+)/.exec(message)?.[1]
  if (position !== undefined) return Number(position)
  if (message.startsWith("Unexpected end")) return text.trimEnd().length
  const [, token = "", cut = "", around = ""] =
    /^Unexpected token '(.+?)', (\.\.\.)?"(.*?)"(?:\.\.\.)? is not valid JSON$/s.exec(message) ?? []
  const start = around === "" ? -1 : text.indexOf(around)
  if (start === -1) return undefined
  return cut === "" ? start + Math.max(around.lastIndexOf(token), 0) : start + 10
}
