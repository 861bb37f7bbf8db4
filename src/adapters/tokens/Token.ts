import { hash, timingSafeEqual } from "node:crypto"
import type { Principal } from "../../domain/Principal.ts"

/** A token as it is kept: what it stands for and the SHA-256 of its text, never the text. */
export interface Token {
  readonly principal: Principal
  readonly digest: Buffer
}

export const digestOf = (text: string): Buffer => hash("sha256", text, "buffer")

/** The token of `BFM_API_TOKEN`: may do everything. */
export const api = (text: string): Token => ({
  principal: { name: "api", scopes: ["admin"] },
  digest: digestOf(text)
})

/** Compares with every token, whichever of them fits: the time it takes tells nothing. */
export const find = (tokens: ReadonlyArray<Token>, digest: Buffer): Token | undefined => {
  let found: Token | undefined
  for (const token of tokens) if (timingSafeEqual(token.digest, digest)) found = token
  return found
}

/** Names that mean two tokens, and tokens that have two names. */
export const doubles = (tokens: ReadonlyArray<Token>): ReadonlyArray<string> => {
  const seen = new Map<string, string>()
  return tokens.flatMap(({ principal: { name }, digest }) =>
    Object.entries({ name, sha256: digest.toString("hex") }).flatMap(([field, value]) => {
      const key = `${field} ${value}`
      const other = seen.get(key)
      seen.set(key, name)
      return other === undefined ? [] : [`token ${name}: its ${field} is that of token ${other} too`]
    })
  )
}
