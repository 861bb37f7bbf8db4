import type { Style } from "./Style.ts"

/** What somebody who tries a service has to know of it. */
export interface Tried {
  readonly http: number
  readonly grpc: number
  /** Made for this start; absent where `BFM_API_TOKEN` or the tokens file says who may ask. */
  readonly token?: string
  /** Variables that do not count here. */
  readonly aside: ReadonlyArray<string>
}

/** Where the page is, and how it is asked. */
export const lines = ({ colour }: Style, { http, grpc, token, aside }: Tried): ReadonlyArray<string> => {
  const url = `http://localhost:${http}`
  return [
    `  Page   ${colour.bold(url)}`,
    `  Token  ${token ?? "as BFM_API_TOKEN or BFM_API_TOKENS_FILE says"}`,
    `  gRPC   localhost:${grpc}`,
    ...(token === undefined ? [] : ["", `  bfm status --server ${url} --token ${token}`]),
    ...(aside.length === 0 ? [] : ["", `  Set, and not used here: ${aside.join(", ")}`])
  ]
}
