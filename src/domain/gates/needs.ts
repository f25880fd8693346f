import { type Gate, type GateFacts, hasRunHere } from './gate.ts'

/** The release has succeeded in every environment that comes before this one. A rollback has done so already, once. */
export const needsGate: Gate = {
  name: 'needs',
  holds: 'refuse_at_once',
  ask({ environment, succeededIn, deployment }: GateFacts) {
    if (environment.needs.length === 0) return { open: true, because: 'no environment comes before this one' }
    if (hasRunHere(deployment)) return { open: true, because: `a ${deployment.reason} of what has run here` }
    const missing = environment.needs.filter((name) => !succeededIn.includes(name))
    if (missing.length === 0) return { open: true, because: `succeeded in ${environment.needs.join(', ')}` }
    return {
      open: false,
      because: `${deployment.release.version} has not succeeded in ${missing.join(', ')}`,
      openedBy: `signalbox deploy ${missing[0]}`,
    }
  },
}
