/** The candidate that was probably meant, if one is near enough. */
export const nearest = (word: string, candidates: Iterable<string>): string | undefined => {
  const wanted = word.toLowerCase()
  let limit = Math.max(1, Math.floor(wanted.length / 3))
  let best: string | undefined
  for (const candidate of candidates) {
    const far = distance(wanted, candidate.toLowerCase(), limit)
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

/** Edit distance, given up beyond `limit`. */
const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      current.push(Math.min((current[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, swap))
    }
    if (Math.min(...current) > limit) return limit + 1
    previous = current
  }
  return previous[b.length] ?? limit + 1
}
