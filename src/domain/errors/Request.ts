import * as Schema from "effect/Schema"
import { TaggedError } from "../TaggedError.ts"
import { lines } from "./Text.ts"

export class MigrationNotFound extends TaggedError("MigrationNotFound", () => ({
  id: Schema.String,
  similar: Schema.Array(Schema.String)
})) {
  override get message() {
    return `migration not found: ${this.id}${this.similar.length === 0 ? "" : `; did you mean ${this.similar.join(" or ")}?`}`
  }
}

export class MigrationAmbiguous extends TaggedError("MigrationAmbiguous", () => ({
  id: Schema.String,
  candidates: Schema.Array(Schema.String)
})) {
  override get message() {
    return lines(`${this.id} can mean several migrations; use one of`, this.candidates)
  }
}

/** The request cannot be understood: a bad tag, version, schema name, … */
export class RequestInvalid extends TaggedError("RequestInvalid", () => ({
  problems: Schema.Array(Schema.String)
})) {
  override get message() {
    return this.problems.join("\n")
  }
}
