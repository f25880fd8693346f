import { never } from '../../lib/never.ts'
import type { CheckState } from '../checks.ts'
import { type Gate, type GateFacts, hasRunHere } from './gate.ts'

/** Every required check has passed for this very commit, or may yet; one that its paths leave out counts as passed (X21). */
export const checksGate: Gate = {
  name: 'checks',
  holds: 'refuse',
  ask({ checks, deployment }: GateFacts) {
    if (checks.length === 0) return { open: true, because: 'no check is required here' }
    if (hasRunHere(deployment)) return { open: true, because: `a ${deployment.reason} of what has run here` }
    const bad = checks.filter(({ state }) => state === 'failed' || state === 'missing')
    const [first] = bad
    if (first === undefined) return { open: true, because: checks.map(told).join(', ') }
    const openedBy = first.run === null ? `a push of ${deployment.release.commit}` : `signalbox rerun ${first.run}`
    return { open: false, because: `for this commit: ${bad.map(told).join(', ')}`, openedBy }
  },
}

function told({ name, state, run }: CheckState): string {
  switch (state) {
    case 'passed':
      return `${name} passed (${run})`
    case 'failed':
      return `${name} did not pass (${run})`
    case 'running':
      return `${name} has not ended (${run})`
    case 'left_out':
      return `${name} was left out, which counts as passed`
    case 'missing':
      return `${name} never ran`
    default:
      return never(state)
  }
}
