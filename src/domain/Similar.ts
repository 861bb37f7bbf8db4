/** Candidates that look like `word`, best first: what a person may have meant. */
export const nearest = (word: string, candidates: Iterable<string>): ReadonlyArray<string> => {
  const limit = Math.max(2, Math.floor(word.length / 4))
  return [...candidates]
    .map(candidate => ({ candidate, far: distance(word, candidate, limit) }))
    .filter(({ far }) => far <= limit)
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ candidate }) => candidate)
}

/** Edit distance, given up beyond `limit`. */
export const distance = (a: string, b: string, limit: number): number => {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      current.push(Math.min((current[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, (previous[j - 1] ?? 0) + same))
    }
    previous = current
  }
  return previous[b.length] ?? limit + 1
}
