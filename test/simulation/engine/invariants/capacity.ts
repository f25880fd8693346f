import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { ReleaseRef } from '../../../../src/domain/release.ts'
import { isRouted } from '../../../../src/domain/rollout.ts'
import type { MakeInvariant } from '../view.ts'

/** I-5: where new instances start before the old ones stop, visitors never have fewer than before and after. Exits of their own are not counted. */
export const capacity: MakeInvariant = ({ records, git, host, broken }) => {
  const check = (track: string, left: readonly string[], doing: string) => {
    const active = records.active(track)
    if (active === null) return
    const floor = floorOf(active)
    if (!isStartFirst(active) || left.length >= floor) return
    broken('I-5', `${doing} leaves ${left.length} of at least ${floor} on ${track} while ${active.id} moves`)
  }
  const isStartFirst = ({ track, release, state }: Deployment) => {
    const name = track.split('/')[2]
    const environment = git.spec(release.commit)?.environments.find((each) => each.name === name)
    // What is gone back to must not run beside others when it says so itself.
    const before = state.kind === 'reverting' ? state.before?.release : undefined
    const isAlone = isSingleton(track, release) || (before !== undefined && isSingleton(track, before))
    return environment?.policies.strategy.kind !== 'stop_start' && !isAlone
  }
  const isSingleton = (track: string, { commit }: ReleaseRef) => {
    const app = git.spec(commit)?.apps.find((each) => each.name === track.split('/')[1])
    return app?.processes.find((each) => each.name === 'web')?.singleton !== false
  }
  return {
    happened(happening) {
      if (happening.what === 'routed') check(happening.track, happening.instances, 'routing')
      if (happening.what !== 'stopping') return
      const { track, name } = happening.instance.spec
      if (!happening.instance.spec.routed) return
      const routed = host.edge.routed(track)
      check(
        track,
        routed.filter((each) => each !== name),
        `stopping ${name}`,
      )
    },
  }
}

function floorOf({ state }: Deployment): number {
  if (state.kind !== 'rolling' && state.kind !== 'reverting') return 0
  const before = (state.before?.instances ?? []).filter(isRouted).length
  return Math.min(before, state.instances.filter(isRouted).length)
}
