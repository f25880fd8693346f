import type { Lap } from '../domain/energy.ts'
import type { Clock } from '../lib/clock.ts'
import type { Log } from '../lib/log.ts'
import type { CpuMeter, Reading } from '../system/cpu-meter.ts'
import type { Step } from './step.ts'

export interface LapsOptions {
  readonly meter: CpuMeter
  readonly clock: Clock
  readonly log: Log
}

/** What is known of a lap before it is known what it took. */
type Named = Pick<Lap, 'name' | 'step'>

interface Ran extends Named {
  readonly durationMs: number
  readonly begin: Promise<Reading>
  readonly end: Promise<Reading>
}

/** How long a job waits at its end for what the meter has still to say. */
const patienceMs = 1_000

/**
 * The laps of a job. The meter is told when one begins and ends and is never waited for, so a meter that answers late, wrongly or
 * not at all changes nothing about the job: the lap is there, and what it took is not known.
 */
export class Laps {
  readonly #options: LapsOptions
  readonly #ran: Ran[] = []
  #isBroken = false

  constructor(options: LapsOptions) {
    this.#options = options
    void this.#heard(options.meter.mark())
  }

  /** The step as it is, and a lap of it: also when it fails, is cut off or throws. */
  lap(named: Named, step: Step): Step {
    return async (signal) => {
      const { meter, clock } = this.#options
      const [started, begin, over] = [clock.monotonic(), this.#heard(meter.mark()), new AbortController()]
      void this.#heard(meter.watch(over.signal))
      try {
        return await step(signal)
      } finally {
        over.abort()
        this.#ran.push({ ...named, begin, durationMs: clock.monotonic() - started, end: this.#heard(meter.mark()) })
      }
    }
  }

  async all(): Promise<readonly Lap[]> {
    const over = new AbortController()
    const late = this.#options.clock.sleep(patienceMs, over.signal).then(
      () => null,
      () => null, // All have told before.
    )
    const laps = await Promise.all(this.#ran.map((ran) => lapOf(ran, late)))
    over.abort()
    return laps
  }

  /** That it does not work is told once; where nobody waits for the answer, too. */
  #heard<T>(answer: Promise<T>): Promise<T> {
    answer.catch((error: unknown) => {
      if (!this.#isBroken) this.#options.log.warn('processor time cannot be read', { error })
      this.#isBroken = true
    })
    return answer
  }
}

async function lapOf({ name, step, durationMs, begin, end }: Ran, late: Promise<null>): Promise<Lap> {
  const readings = Promise.all([begin, end]).catch(() => null) // Told in the log already.
  const read = await Promise.race([readings, late])
  if (read === null) return { name, step, durationMs, cpuMs: null, counted: null }
  const [from, to] = read
  return { name, step, durationMs, cpuMs: to.cpuMs - from.cpuMs, counted: countedBetween(from, to) }
}

function countedBetween({ counted: from }: Reading, { counted: to }: Reading): Lap['counted'] {
  if (from === null || to === null) return null
  return { joules: to.joules - from.joules, cpuMs: to.cpuMs - from.cpuMs }
}
