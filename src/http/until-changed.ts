import type { Clock } from '../lib/clock.ts'
import type { Store } from '../store/store.ts'

/** So long a yes is good while nothing is stored: some things are over by time alone. */
const goodMs = 60_000

/**
 * Whether what was so when this was made is so still. Many pages stand open where nothing happens: what cannot have changed is
 * not looked up again.
 */
export function untilChanged(
  { store, clock }: { readonly store: Pick<Store, 'db'>; readonly clock: Clock },
  look: () => boolean,
): () => boolean {
  let known = { writes: store.db.writes, at: clock.monotonic() }
  return () => {
    const now = { writes: store.db.writes, at: clock.monotonic() }
    if (now.writes === known.writes && now.at - known.at < goodMs) return true
    if (!look()) return false
    known = now
    return true
  }
}
