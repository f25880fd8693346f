import { contextOf, trackOf } from './context.ts'
import { doorOf } from './instances.ts'
import { withLimit } from './limit.ts'
import type { Parts } from './parts.ts'

const doorMs = 30_000

/** The door as it is now, however many changes there were since. Where nothing was ever deployed the first routing tells it. */
export async function performDoor(parts: Parts, id: string, signal: AbortSignal): Promise<void> {
  const { store, clock } = parts
  const track = trackOf(store, id)
  const release = track.live?.release ?? store.deployments.list(id, 1)[0]?.release
  if (release === undefined) return
  const driver = parts.driver(contextOf(store, { track: id, release }).environment.target)
  if (!driver.can.door) return
  const limit = { clock, limitMs: doorMs, what: driver.name, signal }
  await withLimit(limit, (own) => driver.door(id, doorOf(store, track), own))
}
