import { useSyncExternalStore } from "react"

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const two = (n: number): string => String(n).padStart(2, "0")

const exact = (at: Date): string =>
  `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`

const since = (at: number, now: number): string => {
  const passed = now - at
  if (passed < 45_000) return "just now"
  if (passed < hour) return `${Math.max(1, Math.round(passed / minute))} min ago`
  if (passed < day) return `${Math.round(passed / hour)} h ago`
  return exact(new Date(at)).slice(0, 16)
}

/** One clock for the whole page: it strikes twice a minute. */
const listeners = new Set<() => void>()
let now = Date.now()
setInterval(() => {
  now = Date.now()
  for (const listener of listeners) listener()
}, minute / 2)

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

/** When something happened, from nearby in words; milliseconds since the epoch, or RFC 3339. */
export const Moment = ({ at }: { readonly at: number | string }) => {
  const present = useSyncExternalStore(subscribe, () => now)
  const date = new Date(at)
  return (
    <time className="nowrap" dateTime={date.toISOString()} title={exact(date)}>
      {since(date.getTime(), Math.max(present, date.getTime()))}
    </time>
  )
}

/** `12ms`, `1.2s`, `5s`, `3m 04s`. */
export const duration = (milliseconds: number): string => {
  if (milliseconds < 1_000) return `${Math.round(milliseconds)}ms`
  if (milliseconds < minute) return `${(milliseconds / 1_000).toFixed(1).replace(/\.0$/, "")}s`
  return `${Math.floor(milliseconds / minute)}m ${two(Math.round((milliseconds % minute) / 1_000))}s`
}
