import type { Deployment } from '../../../../src/domain/deployment.ts'
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
  const isStartFirst = ({ track, release }: Deployment) => {
    const [, app = '', name = ''] = track.split('/')
    const spec = git.spec(release.commit)
    const environment = spec?.environments.find((each) => each.name === name)
    const web = spec?.apps.find((each) => each.name === app)?.processes.find((each) => each.name === 'web')
    return environment?.policies.strategy.kind === 'start_first' && web?.singleton === false
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
