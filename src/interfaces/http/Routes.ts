import * as HttpApi from "@effect/platform/HttpApi"
import { Api } from "./Api.ts"

interface Route {
  readonly method: string
  readonly pattern: RegExp
}

const routes: ReadonlyArray<Route> = (() => {
  const found: Array<Route> = []
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint }) => {
      const pattern = new RegExp(`^${endpoint.path.replaceAll(".", "\\.").replaceAll(/:\w+/g, "[^/]+")}/?$`)
      found.push({ method: endpoint.method, pattern })
    }
  })
  return found
})()

/** The methods that a path knows; none for a path that nobody knows. */
export const methodsOf = (path: string): ReadonlyArray<string> => {
  const methods = new Set(routes.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))
  if (methods.has("GET")) methods.add("HEAD")
  return methods.size === 0 ? [] : [...methods, "OPTIONS"].sort()
}
