/** Keeps a value under its key, and of all the `most` that were put there last. */
export function keepNewest<K, V>(kept: Map<K, V>, [key, value]: readonly [K, V], most: number): void {
  kept.delete(key)
  const [oldest] = kept.keys()
  if (kept.size >= most && oldest !== undefined) kept.delete(oldest)
  kept.set(key, value)
}
