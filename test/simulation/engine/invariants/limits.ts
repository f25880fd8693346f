import { type Deployment, isActive } from '../../../../src/domain/deployment.ts'
import type { MakeInvariant, View } from '../view.ts'

/** Faults under which a server cannot look at its clock in time, or reads another time on it. */
const excuses = ['server-pause', 'second-server', 'clock-jump', 'store-busy', 'store-full', 'store-broken'] as const

/** From the limit until the server that is up must have seen it. */
const noticedAfterMs = 10_000

/** Design 6: a deployment goes back at its limit, and at its second one it gives up. No step of it is over long after that, and it does not succeed. */
export const limits: MakeInvariant = (view) => {
  const { simulation, broken } = view
  const begunAtMs = new Map<string, number>()
  let upSinceMs = 0
  const isExcused = excuses.some((fault) => simulation.faults[fault] > 0)
  return {
    committed({ deployments }) {
      if (isExcused) return
      const nowMs = simulation.scheduler.monotonic()
      for (const { before, after } of deployments) {
        const sinceMs = nowMs - (begunAtMs.get(after.id) ?? nowMs)
        const limitMs = limitOf(view, after)
        const isNoticed = nowMs > upSinceMs + noticedAfterMs
        if (isNoticed && goesOn(before, after) && sinceMs > limitMs + noticedAfterMs)
          broken('design 6', `${after.id} goes on ${sinceMs} ms after it began, and its limit is ${limitMs} ms`)
        if (isActive(after) && before?.state.kind !== after.state.kind) begunAtMs.set(after.id, nowMs)
      }
    },
    crashed() {
      upSinceMs = simulation.scheduler.monotonic()
    },
  }
}

function goesOn(before: Deployment | null, { state }: Deployment): boolean {
  if (before === null || !isActive(before)) return false
  return state.kind === before.state.kind || (state.kind === 'finished' && state.outcome === 'succeeded')
}

function limitOf({ git }: View, { track, release }: Deployment): number {
  const [, , name = ''] = track.split('/')
  const environment = git.spec(release.commit)?.environments.find((each) => each.name === name)
  if (environment === undefined) return Number.POSITIVE_INFINITY
  const { runTimeoutMs, bakeMs, smoke } = environment.policies
  // Being watched, and waiting for another's smoke steps, take nothing of the limit.
  return runTimeoutMs * (smoke.length > 0 ? 2 : 1) + bakeMs
}
