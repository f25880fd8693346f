import { isActive } from '../../../../src/domain/deployment.ts'
import { attemptOf } from '../../../../src/domain/run.ts'
import type { MakeInvariant } from '../view.ts'

/** Design 6: whatever moves has a command that is to be performed, so that nothing hangs; whatever waits has a limit or somebody to wait for. */
export const alive: MakeInvariant = ({ records, disk, broken }) => {
  const row = disk.prepare('SELECT 1 FROM outbox WHERE subject = ?')
  return {
    committed({ deployments, runs }) {
      for (const id of new Set(deployments.map(({ after }) => after.id))) {
        const deployment = records.deployments.get(id)
        if (deployment !== undefined && isActive(deployment) && row.get(id) === undefined)
          broken('design 6', `${id} is ${deployment.state.kind}, and nothing is left to be done for it`)
      }
      for (const id of new Set(runs.map(({ after }) => after.id)))
        for (const job of records.runs.get(id)?.jobs ?? [])
          if (job.state === 'ready' && row.get(attemptOf(id, job)) === undefined)
            broken('design 6', `${attemptOf(id, job)} is to run, and nothing is left to be done for it`)
    },
  }
}
