import type { Deployment } from '../../../../src/domain/deployment.ts'
import { isRouted } from '../../../../src/domain/rollout.ts'
import type { Instance } from '../../../../src/domain/track.ts'
import type { MakeInvariant, View } from '../view.ts'

/** Design 2 and 7: a step is over when the host is so, and success means that exactly what was asked for runs and gets visitors. */
export const success: MakeInvariant = (view) => ({
  committed({ deployments, lives }) {
    for (const { before, after } of deployments) {
      if (before === null) continue
      const unfit = placedUnfit(view, before, after)
      if (unfit !== null) view.broken('I-3', `${after.id} takes ${unfit} for placed, which was never healthy`)
      if (after.state.kind !== 'finished' || !('instances' in before.state)) continue
      // It moves nothing: what another has left where a person is needed is not its matter.
      if (after.reason === 'migrate') continue
      if (after.state.outcome === 'succeeded') mustBe(view, after, before.state.instances)
      else if (after.state.rolledBack || hasKept(before)) mustBe(view, after, before.state.before?.instances ?? [])
    }
    for (const { track, after } of lives) {
      const owner = view.records.deployments.get(after.deployment)
      const ended = owner?.state.kind === 'finished' ? owner.state.outcome : owner?.state.kind
      const stays = owner?.state.kind === 'finished' && owner.state.staysLive === true
      // What a rollback that failed has kept is what it was to bring.
      if (ended !== 'succeeded' && !stays && owner?.reason !== 'rollback')
        view.broken('design 7', `${track}: ${after.deployment} is recorded live, and is ${ended}`)
    }
  },
})

/** It went to the end of the way on which what serves is kept. */
function hasKept({ state }: Deployment): boolean {
  return state.kind === 'reverting' && state.kept !== undefined && state.at === state.steps.length - 1
}

/** The instance that a step which is over now was to make healthy, and did not. */
function placedUnfit({ host }: View, before: Deployment, after: Deployment): string | null {
  if (before.state.kind !== 'rolling' || after.state.kind !== 'rolling') return null
  const step = before.state.steps[before.state.at]
  if (step?.do !== 'place' || after.state.at !== before.state.at + 1) return null
  return step.instances.find(({ name }) => host.instances.get(name)?.everPassed !== true)?.name ?? null
}

function mustBe({ host, broken }: View, { id, track }: Deployment, wanted: readonly Instance[]): void {
  const there = [...host.instances.values()].filter(({ spec }) => spec.track === track)
  for (const { name, release } of wanted) {
    const found = there.find(({ spec }) => spec.name === name)
    if (found?.spec.release.digest !== release.digest || !found.everPassed)
      broken('design 7', `${id} is said to be done, and ${name} does not run`)
  }
  const stray = there.find(({ spec }) => !wanted.some(({ name }) => name === spec.name))
  if (stray !== undefined) broken('design 7', `${id} is said to be done, and ${stray.spec.name} runs besides`)
  const routed = [...host.edge.routed(track)].sort().join()
  const wish = wanted
    .filter(isRouted)
    .map(({ name }) => name)
    .sort()
    .join()
  if (routed !== wish)
    broken('design 7', `${id} is said to be done, and visitors get ${routed || 'nobody'} instead of ${wish}`)
}
