// The parts of docs/ that are made of the code: the variables, and the commands with their options.
import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { createJiti } from "jiti"

const root = fileURLToPath(new URL("..", import.meta.url))

/** Below this line everything is made of the code. */
const variables = "<!-- The rest is written by bin/generate.mjs from src/config/Reference.ts. -->\n"
/** Between these two lines. */
const options = [
  "<!-- Written by bin/generate.mjs from the help of each command. -->\n",
  "<!-- So far. -->\n"
]

const table = (head, rows) => {
  const all = [head, ...rows].map(row => row.map(cell => cell.replaceAll("|", "\\|")))
  const widths = head.map((_, column) => Math.max(...all.map(row => row[column].length)))
  const line = row => `| ${row.map((cell, column) => cell.padEnd(widths[column])).join(" | ")} |`
  return [line(all[0]), line(widths.map(width => "-".repeat(width))), ...all.slice(1).map(line)].join("\n")
}

const configuration = async text => {
  const { all } = await createJiti(import.meta.url).import("../src/config/Reference.ts")
  const tables = all.map(group => {
    const rows = group.variables.map(({ name, fallback, meaning }) => [`\`${name}\``, fallback, meaning])
    return `### ${group.heading}\n\n${table(["variable", "default", "meaning"], rows)}\n`
  })
  return `${text.slice(0, text.indexOf(variables))}${variables}\n${tables.join("\n")}`
}

const help = words =>
  new Promise((resolve, reject) => {
    const args = [join(root, "bin", "bfm"), ...words, "--help"]
    const env = { PATH: process.env.PATH, NO_COLOR: "1" }
    execFile(process.execPath, args, { encoding: "utf8", env }, (error, stdout) =>
      error === null ? resolve(stdout) : reject(error)
    )
  })

/** Lines that are continued below are put together. */
const joined = text => text.replaceAll(/\n {6,}(?=\S)/g, " ")

/** Each option once, with the commands that have it and mean the same by it. */
const optionRows = helps => {
  const found = new Map()
  for (const { verb, text } of helps) {
    for (const [, option, meaning] of joined(text).matchAll(/^ {2}((?:-\w, )?--\S.*?) {2,}(\S.*)$/gm)) {
      if (option === "-h, --help") continue
      const key = JSON.stringify([option, meaning])
      found.set(key, (found.get(key) ?? new Set()).add(verb))
    }
  }
  return [...found].map(([key, verbs]) => {
    const [option, meaning] = JSON.parse(key)
    return [`\`${option}\``, [...verbs].join(" "), meaning]
  })
}

const running = async text => {
  const overview = await help([])
  const commands = [...joined(overview).matchAll(/^ {2}bfm ([a-z ]+?)(?: [A-Z[].*?)? {2}/gm)].map(
    ([, words]) => words.split(" ")
  )
  const helps = await Promise.all(
    commands.map(async words => ({
      verb: words[0] === "import" ? words[0] : words.at(-1),
      text: await help(words)
    }))
  )
  const [begin, end] = options
  const written = table(["option", "commands", "meaning"], optionRows(helps))
  const before = text
    .slice(0, text.indexOf(begin))
    .replace(/(```console run=help\n\$ bfm --help\n).*?(?=```)/s, (_, opening) => `${opening}${overview}`)
  return `${before}${begin}\n${written}\n\n${text.slice(text.indexOf(end))}`
}

/** What each document should be; `bfm` has to be built. */
export const documents = async () =>
  Promise.all(
    Object.entries({ "docs/configuration.md": configuration, "docs/running.md": running }).map(
      async ([name, make]) => {
        const file = join(root, name)
        const found = readFileSync(file, "utf8")
        return { name, file, found, wanted: await make(found) }
      }
    )
  )
