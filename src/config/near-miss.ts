/** A person's list is shorter; a hostile one must not take the server's time. */
const mostCandidates = 200

/** The candidate that a mistyped word was probably meant to be, or null when none is near. */
export function nearest(word: string, candidates: readonly string[]): string | null {
  if (word.length > 60) return null
  const typed = plain(word)
  const near = candidates
    .slice(0, mostCandidates)
    .filter((candidate) => candidate !== word && Math.abs(candidate.length - word.length) <= 3)
    .map((candidate) => ({ candidate, distance: distance(typed, plain(candidate)) }))
    .filter(({ candidate, distance: far }) => far <= allowed(Math.min(word.length, candidate.length)))
    .sort((a, b) => a.distance - b.distance)
  return near[0]?.candidate ?? null
}

/** Damerau-Levenshtein (optimal string alignment): inserted, left out, replaced, and swapped neighbouring characters. */
export function distance(a: string, b: string): number {
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row += 1) {
    const now = [row]
    for (let column = 1; column <= b.length; column += 1) {
      const same = a[row - 1] === b[column - 1]
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      now[column] = Math.min(
        cell(last, column) + 1,
        cell(now, column - 1) + 1,
        cell(last, column - 1) + (same ? 0 : 1),
        swapped ? cell(before, column - 2) + 1 : Number.POSITIVE_INFINITY,
      )
    }
    before = last
    last = now
  }
  return cell(last, b.length)
}

function cell(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}

/** `startPeriod`, `start-period` and `start_period` are one mistake away from each other at most. */
function plain(word: string): string {
  return word
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll('-', '_')
}

function allowed(length: number): number {
  if (length <= 3) return 1
  return length <= 8 ? 2 : 3
}
