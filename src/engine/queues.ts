import type { Tx } from './tx.ts'

/** Something may not be in the way any more: who is next, wherever somebody waits? Who was asked for first is asked first. */
export function lookAtQueues(tx: Tx): void {
  for (const track of tx.parts.store.deployments.tracksWithQueue()) tx.followUp({ look: 'turn', track })
}
