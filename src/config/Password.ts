import type { Password } from "../adapters/store/Password.ts"
import type { Reader } from "./Reader.ts"

/** What follows the name of a password's variable where a file has it. */
export const inFile = "_FILE"

/** The password that `variable` is set to, or the file that `{variable}_FILE` names. */
export const decode = (reader: Reader, variable: string): Password | undefined => {
  const value = reader.secret(variable)
  const path = reader.text(`${variable}${inFile}`)
  if (path === undefined) return value
  if (reader.isSet(variable))
    reader.report(`${variable}${inFile}`, `is set together with ${variable}; keep one of the two`)
  return { path }
}
