import * as Schema from "effect/Schema"
import { TaggedError } from "../TaggedError.ts"

export class ConnectionUnreachable extends TaggedError("ConnectionUnreachable", () => ({
  connection: Schema.String,
  /** Host, port and database; never a password. */
  address: Schema.String,
  reason: Schema.String,
  code: Schema.optional(Schema.String)
})) {
  override get message() {
    return `connection ${this.connection} (${this.address}): ${this.reason}`
  }
}

/** The store answered, and refused something that BfM itself asked of it. */
export class StoreRefused extends TaggedError("StoreRefused", () => ({
  connection: Schema.String,
  /** What was being done. */
  action: Schema.String,
  reason: Schema.String,
  code: Schema.optional(Schema.String),
  hint: Schema.optional(Schema.String)
})) {
  override get message() {
    return `connection ${this.connection}: could not ${this.action}: ${this.reason}${this.hint === undefined ? "" : ` (${this.hint})`}`
  }
}

export class StateUnavailable extends TaggedError("StateUnavailable", () => ({
  address: Schema.String,
  action: Schema.String,
  reason: Schema.String,
  code: Schema.optional(Schema.String),
  /** What named it, where it was not `BFM_STATE_DB_*`: `--from`. */
  setting: Schema.optional(Schema.String)
})) {
  override get message() {
    return `state database (${this.address}): could not ${this.action}: ${this.reason}`
  }
}

/** The store cannot do what was asked, for example rehearse. */
export class NotSupported extends TaggedError("NotSupported", () => ({
  connection: Schema.String,
  action: Schema.String,
  reason: Schema.String
})) {
  override get message() {
    return `connection ${this.connection} cannot ${this.action}: ${this.reason}`
  }
}

export class LockBusy extends TaggedError("LockBusy", () => ({
  connection: Schema.String,
  schema: Schema.String,
  /** Who holds it, since when, and at which step: a sentence without a full stop. */
  holder: Schema.String,
  holder_run: Schema.optional(Schema.String),
  /** Milliseconds. */
  waited: Schema.Number
})) {
  override get message() {
    const place = this.schema === "" ? this.connection : `${this.connection}, schema ${this.schema}`
    return `${place} is being migrated by ${this.holder}; waited ${Math.round(this.waited / 100) / 10}s (BFM_LOCK_TIMEOUT)`
  }
}
