/** The candidate that was probably meant, if one is near enough. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const wanted = word.toLowerCase()
  let limit = Math.max(1, Math.floor(wanted.length / 3))
  let best: string | undefined
  for (const candidate of candidates) {
    const other = candidate.toLowerCase()
    const begun = wanted.length >= 3 && other !== wanted && other.startsWith(wanted)
    const far = begun ? 1 : distance(wanted, other, limit)
    if (far > limit || (far === limit && best !== undefined)) continue
    best = candidate
    limit = far
  }
  return best
}

/** `; did you mean x?`, or nothing: the end of a message about an unknown word. */
export const hint = (word: string, candidates: Iterable<string>): string => {
  const found = nearest(word, candidates)
  return found === undefined ? "" : `; did you mean ${found}?`
}

/** Edit distance where two letters that changed places count as one slip; given up beyond `limit`. */
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: ReadonlyArray<number> = []
  let previous: ReadonlyArray<number> = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const replaced = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const turned = swapped ? (before[j - 2] ?? 0) + 1 : replaced
      current.push(Math.min((current[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, replaced, turned))
    }
    if (Math.min(...current) > limit) return limit + 1
    before = previous
    previous = current
  }
  return previous[b.length] ?? limit + 1
}
