import type { Deployment } from '../../../../src/domain/deployment.ts'
import type { Run } from '../../../../src/domain/run.ts'
import type { MakeInvariant } from '../view.ts'

const main = 'refs/heads/main'

/** I-16: what a push sends on its way by itself, and late, does not take an environment back behind a newer push. */
export const newest: MakeInvariant = ({ records, git, broken }) => {
  return {
    committed({ deployments, runs }) {
      const ended = runs.filter(({ before, after }) => after.state === 'finished' && before?.state !== 'finished')
      for (const { before, after } of deployments) {
        if (before !== null || !ended.some(({ after: { commit } }) => commit === after.release.commit)) continue
        const now = records.deployments.get(after.id) as Deployment
        const ahead = isOver(now) || !followsPushes(now) ? undefined : newerThan(now)
        if (ahead !== undefined)
          broken('I-16', `${now.id} goes to ${now.track} although ${ahead.id} of a newer push is ahead`)
      }
    },
  }

  function followsPushes({ track, release }: Deployment): boolean {
    const name = track.split('/')[2]
    const environment = git.spec(release.commit)?.environments.find((each) => each.name === name)
    return environment?.triggers.push.includes('main') === true
  }

  /** What a newer push to main has brought here, or is bringing. */
  function newerThan({ track, release, project }: Deployment): Deployment | undefined {
    const onMain = [...records.runs.values()].filter((run) => run.project === project && run.ref === main)
    const mine = onMain.findLast(({ commit, outcome }) => commit === release.commit && outcome === 'succeeded')
    if (mine === undefined) return undefined
    const newer = new Set(onMain.filter((run) => numberOf(run) > numberOf(mine)).map(({ commit }) => commit))
    newer.delete(release.commit)
    return [...records.deployments.values()].find(
      (each) => each.track === track && newer.has(each.release.commit) && isAhead(each),
    )
  }
}

function isOver({ state }: Deployment): boolean {
  return state.kind === 'finished'
}

function isAhead({ state }: Deployment): boolean {
  return state.kind !== 'finished' || state.outcome === 'succeeded'
}

function numberOf({ id }: Run): number {
  return Number(id.slice(1))
}
