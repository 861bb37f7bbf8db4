const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** `30s`, `1m30s`, `1.5h`, `250ms`, `0`: milliseconds; `undefined` when it is none of these. */
export const parse = (text: string): number | undefined => {
  const trimmed = text.trim().toLowerCase()
  if (trimmed === "0") return 0
  if (!/^(\d+(\.\d+)?(ms|s|m|h))+$/.test(trimmed)) return undefined
  let total = 0
  for (const [, amount = "", unit = ""] of trimmed.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(amount) * (units[unit] ?? 0)
  }
  return Math.round(total)
}

/** For people: `8ms`, `1.2s`, `3m 04s`, `2h 05m`. */
export const render = (milliseconds: number): string => {
  const ms = Math.max(0, Math.round(milliseconds))
  if (ms < 1_000) return `${ms}ms`
  const seconds = Math.round(ms / 1_000)
  if (seconds < 60) return `${Math.round(ms / 100) / 10}s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60
    ? `${minutes}m ${two(seconds % 60)}s`
    : `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`
}

const two = (n: number): string => String(n).padStart(2, "0")
