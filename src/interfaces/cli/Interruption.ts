import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"

/** What the process was told from outside. `stop`: SIGTERM, a closed terminal. `abort`: Ctrl-C. */
export type Wish = "stop" | "abort"

const make = () => ({
  stop: Deferred.unsafeMake<void>(FiberId.none),
  abort: Deferred.unsafeMake<void>(FiberId.none),
  /** A step is in flight: the run is asked to end and tells what became of it. */
  busy: false,
  /** A service: it has a limit of its own for its end, so to be told again to stop changes nothing. */
  patient: false,
  /** How often we were told. */
  wishes: 0
})

/** Where signals and the command in flight meet. Mutable: signals arrive between any two effects. */
export class Interruption extends Context.Reference<Interruption>()("bfm/cli/Interruption", {
  defaultValue: make
}) {}

export type Shared = ReturnType<typeof make>

export { make }

/** What is to be done about a signal, beside telling the run: nothing, interrupting the command, or ending at once. */
export const receive = (shared: Shared, wish: Wish): "wait" | "interrupt" | "exit" => {
  if (shared.patient && shared.wishes > 0 && wish === "stop") return "wait"
  shared.wishes += 1
  Deferred.unsafeDone(shared.stop, Effect.void)
  if (wish === "abort") Deferred.unsafeDone(shared.abort, Effect.void)
  if (shared.wishes > 2) return "exit"
  return shared.busy && shared.wishes === 1 ? "wait" : "interrupt"
}
