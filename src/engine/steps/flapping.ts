import { breakerOf } from '../../domain/breaker.ts'
import type { Instance } from '../../domain/track.ts'
import { Fault } from '../../lib/fault.ts'
import type { Observation } from '../../targets/driver.ts'
import type { StepWork } from '../perform-step.ts'
import { callMs, limited } from '../place.ts'

/**
 * Getting healthy once is no proof: what was placed earlier in this rollout may have gone down again and again since. Asked
 * when another batch has come; the first one has only just been looked at.
 */
export async function mustStand(work: StepWork, placed: readonly Instance[]): Promise<void> {
  const { deployment, driver } = work
  const { state } = deployment
  if (state.kind !== 'rolling') return
  const isEarlier = (each: Instance) => !placed.some(({ name }) => name === each.name)
  const hasEarlier = state.steps
    .slice(0, state.at)
    .some((step) => step.do === 'place' && step.instances.some(isEarlier))
  if (hasEarlier) mustNotFlap(work, await limited(work, callMs, (signal) => driver.observe(deployment.track, signal)))
}

/** Fault `instance.flapping` when the new instances have failed too often, however they are at the moment. */
export function mustNotFlap({ deployment, context }: StepWork, seen: Observation): void {
  const { state, id, release } = deployment
  if (state.kind !== 'rolling') return
  const own = seen.instances.filter((each) => each.deployment === id)
  const { failures } = breakerOf(context.environment.policies.breaker, state.instances.length)
  const count = own.reduce((sum, { restarts }) => sum + restarts, 0)
  if (count < failures) return
  const names = own.filter(({ restarts }) => restarts > 0)
  const instances = names.map(({ name, restarts, lastExit }) => `${name} ${restarts} (${lastExit ?? 'unknown'})`)
  throw new Fault('instance.flapping', {
    details: { version: release.version, count, limit: failures, instances: instances.join(', ') },
  })
}
