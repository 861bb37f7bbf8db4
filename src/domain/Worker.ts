import * as Schema from "effect/Schema"

/** A process that carries out what others have queued. */
export const Worker = Schema.Struct({
  /** `host:pid`, as the runs name it that it carries out. */
  id: Schema.String,
  host: Schema.String,
  pid: Schema.Int,
  /** Of bfm. */
  version: Schema.String,
  /** Milliseconds since the epoch. */
  since: Schema.Number,
  /** When it was heard last; milliseconds since the epoch. */
  heartbeat_at: Schema.Number,
  /** False when it has been silent for too long: it is gone, or stands still. */
  alive: Schema.Boolean,
  /** True when it was told to stop: it ends what it has begun, and takes nothing new. */
  draining: Schema.Boolean,
  /** Runs that it can carry out at the same time. */
  capacity: Schema.Int,
  /** Ids of those that it carries out now. */
  runs: Schema.Array(Schema.String)
})
export type Worker = typeof Worker.Type

/** Whether it would carry out what is queued now. */
export const isListening = ({ alive, draining }: Worker): boolean => alive && !draining
