import type { FaultName } from '../kit/faults.ts'
import type { Random } from '../kit/random.ts'
import type { Simulation } from '../kit/simulation.ts'

/** A fault that strikes again and again, the more often the stronger it is. */
export interface Recurring {
  readonly fault: FaultName
  /** Average time between two strikes at full strength. */
  readonly everyMs: number
  readonly strike: (random: Random) => void
}

/** Lets them strike until the switch that is given back is used. */
export function striking(simulation: Simulation, faults: readonly Recurring[]): { stop(): void } {
  const ended = { value: false }
  for (const each of faults) schedule(simulation, each, ended)
  return {
    stop: () => {
      ended.value = true
    },
  }
}

function schedule(
  simulation: Simulation,
  { fault, everyMs, strike }: Recurring,
  ended: { readonly value: boolean },
): void {
  const strength = simulation.faults[fault]
  if (strength === 0) return
  const { scheduler, trace } = simulation
  const random = simulation.random.stream(`nemesis/${fault}`)
  const next = () => {
    scheduler.after(Math.round((everyMs / strength) * 2 * random.fraction()), scheduler.world, fault, () => {
      if (ended.value) return
      trace.add(scheduler.monotonic(), fault)
      strike(random)
      next()
    })
  }
  next()
}
