/** Tags of a migration, or those that a target asks for: lower-case key, exact value. */
export type Tags = Readonly<Record<string, string>>

/** `env=prod` as key and value; `undefined` when there is no `=` or no key. */
export const parse = (text: string): readonly [key: string, value: string] | undefined => {
  const at = text.indexOf("=")
  const key = text.slice(0, Math.max(at, 0)).trim().toLowerCase()
  return key === "" ? undefined : [key, text.slice(at + 1).trim()]
}

/** Whether a migration has every tag that is asked for. */
export const matches = (tags: Tags, wanted: Tags): boolean =>
  Object.entries(wanted).every(([key, value]) => tags[key] === value)
