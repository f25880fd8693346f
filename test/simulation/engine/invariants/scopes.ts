import { type Deployment, isActive } from '../../../../src/domain/deployment.ts'
import type { PolicySpec } from '../../../../src/domain/spec.ts'
import type { MakeInvariant } from '../view.ts'

/**
 * Design 1: where a deployment wants to be alone, none begins beside another; only one whose time to wait is over, and whose
 * record says so. All of this world is one host.
 */
export const scopes: MakeInvariant = ({ records, git, broken }) => {
  const scopeOf = ({ track, release }: Deployment): PolicySpec['lockScope'] | undefined => {
    const name = track.split('/')[2]
    return git.spec(release.commit)?.environments.find((each) => each.name === name)?.policies.lockScope
  }
  const clash = (one: Deployment, other: Deployment): boolean => {
    const [mine, theirs] = [scopeOf(one), scopeOf(other)]
    if (mine?.kind === 'hosts' || theirs?.kind === 'hosts') return true
    return mine?.kind === 'named' && theirs?.kind === 'named' && mine.name === theirs.name
  }
  return {
    committed({ deployments }) {
      for (const { before, after } of deployments) {
        if (after.state.kind !== 'rolling' || before?.state.kind === 'rolling' || after.wentWithoutTurn === true)
          continue
        const beside = records.openEverywhere.find(
          (each) => each.track !== after.track && isActive(each) && clash(after, each),
        )
        if (beside !== undefined) broken('scope', `${after.id} begins beside ${beside.id}, and both need the same`)
      }
    },
  }
}
