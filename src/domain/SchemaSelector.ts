/** What an item of `schemas` means: one name, every name of a pattern, or every tenant. */
export type SchemaSelector =
  | { readonly _tag: "Name"; readonly name: string }
  | { readonly _tag: "Pattern"; readonly text: string; readonly matches: (name: string) => boolean }
  | { readonly _tag: "All" }

/** Understands an item. `=all` and `=a*b` are the names `all` and `a*b` themselves. */
export const parse = (text: string): SchemaSelector => {
  if (text.startsWith("=")) return { _tag: "Name", name: text.slice(1) }
  if (text === "all") return { _tag: "All" }
  return text.includes("*") ? { _tag: "Pattern", text, matches: matcher(text) } : { _tag: "Name", name: text }
}

/** The item that means exactly this name. */
export const literal = (name: string): string =>
  name === "all" || name.includes("*") || name.startsWith("=") ? `=${name}` : name

/** As it was written. */
export const render = (selector: SchemaSelector): string => {
  switch (selector._tag) {
    case "Name":
      return literal(selector.name)
    case "Pattern":
      return selector.text
    case "All":
      return "all"
  }
}

/** `*` stands for any characters, also none; everything else for itself. */
const matcher = (pattern: string): ((name: string) => boolean) => {
  const parts = pattern.split("*").map(part => part.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&"))
  const expression = new RegExp(`^${parts.join(".*")}$`, "su")
  return name => expression.test(name)
}
