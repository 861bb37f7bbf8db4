import * as Backend from "../../domain/Backend.ts"
import type { BfmError } from "../../domain/Errors.ts"
import * as Variable from "../../domain/Variable.ts"
import * as ExitCode from "./ExitCode.ts"
import type { Style } from "./Style.ts"
import * as Text from "./Text.ts"

/** What a person reads when a command could not do what it was asked. */
export const lines = (style: Style, error: BfmError): ReadonlyArray<string> => {
  const [first = "", ...more] = Text.clean(error.message).split("\n")
  const code = ExitCode.ofError[error._tag]
  const head = `${style.colour.red("✘")} ${first}`
  const advice = next(error)
  return [
    ...(more.length === 0 ? [head] : [head, ...more.map(line => (/^\s/.test(line) ? line : `  ${line}`))]),
    ...(advice === "" ? [] : Text.apart(style, `  ${advice}`, style.colour.dim(`exit ${code}`)))
  ]
}

/** What to do next, where the message does not say it already. */
const next = (error: BfmError): string => {
  switch (error._tag) {
    case "ConnectionUnreachable":
      return whereabouts(Variable.prefixOf(error.connection))
    case "StateUnavailable":
      return error.setting !== undefined
        ? `Is it running, and is ${error.setting} right?`
        : `Is it running, and are ${Backend.stateWhereabouts} right?`
    case "LockBusy":
      return error.holder_run === undefined
        ? "See where it stands: bfm status · it goes on by itself; then run this again"
        : `See where it stands: bfm runs watch ${error.holder_run} · it goes on by itself; then run this again`
    case "MigrationNotFound":
      return error.similar.length === 0 ? "See what there is: bfm status" : ""
    case "PlanDiffers":
      return "Look at it again: bfm migrate plan, with the same options"
    case "ConfigInvalid":
      return "All variables are explained in .env.example"
    default:
      return ""
  }
}

const whereabouts = (variable: string): string =>
  `Is it running, and are its variables right (${variable}_DB_HOST, _PORT, _NAME, _USERNAME, _PASSWORD, or ${variable}_DB_URL; of an etcd ${variable}_ENDPOINTS)?`
