import type { Run } from '../domain/run.ts'
import type { AppSpec } from '../domain/spec.ts'
import { Fault } from '../lib/fault.ts'

/** More than one machine has a use for. */
const maxInstances = 100

/** Null when it can be run again. */
export function whyNotRerun({ state, outcome, jobs }: Run): string | null {
  if (state !== 'finished') return 'it has not ended'
  if (outcome === 'succeeded') return 'it succeeded'
  return jobs.length === 0 ? 'it had no jobs' : null
}

/** Faults `process.unknown`, `scale.invalid`. */
export function mustBeScalable(app: AppSpec, counts: Readonly<Record<string, number>>): void {
  for (const [process, count] of Object.entries(counts)) {
    const known = app.processes.find(({ name }) => name === process)
    if (known === undefined) {
      const names = app.processes.map(({ name }) => name).join(', ')
      throw new Fault('process.unknown', { details: { app: app.name, process, known: names } })
    }
    if (!Number.isInteger(count) || count < 0 || count > (known.singleton ? 1 : maxInstances)) {
      const problem = known.singleton ? 'it is a singleton' : `that is not a number from 0 to ${maxInstances}`
      throw new Fault('scale.invalid', { details: { process, count, problem } })
    }
  }
}
