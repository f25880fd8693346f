/** The middle one; of an even number the mean of the two in the middle, rounded. Null of nothing. */
export function median(all: readonly number[]): number | null {
  const sorted = sortedOf(all)
  const [low, high] = [sorted[Math.floor((sorted.length - 1) / 2)], sorted[Math.floor(sorted.length / 2)]]
  return low === undefined || high === undefined ? null : Math.round((low + high) / 2)
}

/** The smallest that at least this part of them does not exceed. Null of nothing. */
export function quantile(all: readonly number[], part: number): number | null {
  const sorted = sortedOf(all)
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? null
}

/** As numbers and not by a function that compares two: three times as fast. */
function sortedOf(all: readonly number[]): Float64Array {
  return Float64Array.from(all).sort()
}
