/** A typed client of the service, for Node and browsers: `import { Client } from "bfm/client"`. */

export * as Errors from "./domain/Errors.ts"
export * as Plan from "./domain/Plan.ts"
export * as Run from "./domain/Run.ts"
export * as Status from "./domain/Status.ts"
export { Api } from "./interfaces/http/Api.ts"
export * as Client from "./interfaces/http/Client.ts"
