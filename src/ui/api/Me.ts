import { useQuery } from "@tanstack/react-query"
import type { WhoAmI } from "bfm/client"
import * as Queries from "./Queries.ts"

export type Scope = WhoAmI["scopes"][number]

/** Whether a token may be used for something; on which connections, the service says. */
export const may = ({ scopes }: WhoAmI, scope: Scope): boolean =>
  scopes.includes("admin") || scopes.includes(scope) || (scope === "read" && scopes.length > 0)

/** Whoever is signed in; nobody may do anything before that is known. */
export const useMe = (): WhoAmI => useQuery(Queries.whoami).data ?? nobody

const nobody: WhoAmI = { name: "", scopes: [] }

export const useMay = (scope: Scope): boolean => may(useMe(), scope)
