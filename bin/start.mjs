#!/usr/bin/env node
// `npm start`: from a fresh clone to applied migrations. Needs Node 20 and npm, nothing else.
import { createRequire } from "node:module"
import { prepare } from "./prepare.mjs"

let said = ""
await prepare({ library: false }, text => {
  process.stdout.write(said === "" ? `  ${text}` : text)
  said += text
})
if (said !== "") process.stdout.write("\n")
createRequire(import.meta.url)("../dist/start.cjs")
