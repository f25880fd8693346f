import type { Step } from '../rollout.ts'
import { type Change, leaveRouted, type Strategy, start, stop } from './change.ts'

/** The new beside the old, `batch` at a time, and the old away when the new have proved themselves. */
export function startFirst(batch: number): Strategy {
  return (change) => {
    const all = Math.max(change.added.length, change.leaving.length, 1)
    const size = Math.min(batch, all)
    const swap = change.routed ? swapRouted : swapUnrouted
    const batches = Array.from({ length: Math.ceil(all / size) }, (_, index) =>
      swap(change, index * size, (index + 1) * size),
    )
    return { beside: [], instead: batches.flat() }
  }
}

/** Confirmed through the edge, and only then the old ones out: routing, in-flight zero, stop. */
function swapRouted(change: Change, from: number, to: number): readonly Step[] {
  const leaving = change.leaving.slice(from, to)
  const serving = [...change.kept, ...change.added.slice(0, to)]
  return [
    ...start(change.added.slice(from, to)),
    { do: 'route', instances: [...serving, ...change.leaving.slice(from)] },
    ...(leaving.length > 0 ? [{ do: 'route', instances: [...serving, ...change.leaving.slice(to)] } as const] : []),
    ...leaveRouted(leaving),
  ]
}

function swapUnrouted({ added, leaving }: Change, from: number, to: number): readonly Step[] {
  return [...start(added.slice(from, to)), ...stop(leaving.slice(from, to))]
}
