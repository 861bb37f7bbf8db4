/** What a migration module imports from "bfm": written by hand or by `bfm build`. */
export * as Migration from "./Define.ts"
export { DependsOnData, Session, SessionError } from "./Session.ts"
