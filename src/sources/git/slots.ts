import type { Clock } from '../../lib/clock.ts'
import { Fault } from '../../lib/fault.ts'

export interface SlotOptions {
  /** How many may go on at once under one key. */
  readonly width: number
  /** How many may wait under one key. */
  readonly most: number
  readonly waitMs: number
  readonly clock: Clock
}

export interface Slots {
  /** Waits for a place, first come, first served; gives what ends it. Fault `git.busy` when too many wait, or for too long. */
  take(key: string, signal: AbortSignal): Promise<() => void>
}

interface Line {
  taken: number
  readonly waiting: (() => void)[]
}

export function slots(options: SlotOptions): Slots {
  const lines = new Map<string, Line>()
  const free = (key: string, line: Line) => {
    const next = line.waiting.shift()
    if (next !== undefined) return next()
    line.taken -= 1
    if (line.taken === 0) lines.delete(key)
  }
  const take = async (key: string, signal: AbortSignal) => {
    signal.throwIfAborted()
    const line = lines.get(key) ?? { taken: 0, waiting: [] }
    const leave = once(() => free(key, line))
    if (line.taken >= options.width) {
      if (line.waiting.length >= options.most) throw new Fault('git.busy', { details: { key } })
      await turnIn({ ...options, line, key, signal, leave })
    } else {
      lines.set(key, line)
      line.taken += 1
    }
    return leave
  }
  return { take }
}

interface Waiting extends SlotOptions {
  readonly line: Line
  readonly key: string
  readonly signal: AbortSignal
  readonly leave: () => void
}

/** The place is handed over by whoever had it. Who stops waiting leaves the line, or hands on what it was just given. */
async function turnIn({ line, key, signal, leave, clock, waitMs }: Waiting): Promise<void> {
  const turn = Promise.withResolvers<void>()
  line.waiting.push(turn.resolve)
  const over = new AbortController()
  const limit = clock.sleep(waitMs, AbortSignal.any([signal, over.signal])).then(() => {
    throw new Fault('git.busy', { details: { key } })
  })
  try {
    await Promise.race([turn.promise, limit])
  } catch (error) {
    const index = line.waiting.indexOf(turn.resolve)
    if (index >= 0) line.waiting.splice(index, 1)
    else leave()
    throw error
  } finally {
    over.abort()
  }
}

function once(end: () => void): () => void {
  let isOver = false
  return () => {
    if (isOver) return
    isOver = true
    end()
  }
}
