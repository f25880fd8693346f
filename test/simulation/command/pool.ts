import { type ChildProcess, fork } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { stepBack } from '../../../src/system/priority.ts'
import { added, emptyTally, type Tally } from '../kit/many-seeds.ts'
import type { Answer, Stretch } from './worker.ts'

/** Seeds handed to a worker at a time: few enough that all cores end together. */
const stretchLength = 50

export interface PoolWish extends Stretch {
  readonly workers: number
  /** After this many failing seeds no more are handed out. */
  readonly maxFailures: number
  /** Told of what has come together so far. */
  readonly progress: (tally: Tally) => void
}

/** Runs many seeds on several processes. The sum does not depend on how many there are. */
export async function runOnPool({ workers, maxFailures, progress, ...wish }: PoolWish): Promise<Tally> {
  let tally = emptyTally
  const stretches = stretchesOf(wish)
  const work = async () => {
    using worker = startWorker()
    for (;;) {
      const stretch = tally.failures.length >= maxFailures ? undefined : stretches.shift()
      if (stretch === undefined) return
      const part = await worker.run(stretch)
      tally = added(tally, part)
      progress(tally)
    }
  }
  await Promise.all(Array.from({ length: workers }, work))
  return { ...tally, failures: tally.failures.toSorted((a, b) => a.seed - b.seed) }
}

function stretchesOf(wish: Stretch): Stretch[] {
  const stretches: Stretch[] = []
  const end = wish.from + wish.count
  for (let from = wish.from; from < end; from += stretchLength) {
    stretches.push({ ...wish, from, count: Math.min(stretchLength, end - from) })
  }
  return stretches
}

function startWorker(): { run(stretch: Stretch): Promise<Tally> } & Disposable {
  // Time stands still for seeds: they take what others, to whom it does not, leave. A session of its own is what Linux weighs.
  const child = fork(join(import.meta.dirname, 'worker.ts'), { detached: true })
  if (child.pid !== undefined) stepBack(child.pid, constants.priority.PRIORITY_LOW)
  return {
    run: (stretch) => asked(child, stretch),
    [Symbol.dispose]: () => {
      child.kill()
    },
  }
}

function asked(child: ChildProcess, stretch: Stretch): Promise<Tally> {
  return new Promise((resolve, reject) => {
    const died = (code: number | null, signal: string | null) =>
      reject(
        new Error(
          `the worker died (${signal ?? code}) in seeds ${stretch.from} to ${stretch.from + stretch.count - 1}`,
        ),
      )
    child.once('exit', died)
    child.once('message', (answer: Answer) => {
      child.off('exit', died)
      if ('tally' in answer) resolve(answer.tally)
      else reject(new Error(answer.error))
    })
    child.send(stretch)
  })
}
