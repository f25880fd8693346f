import type { Deployment } from '../../../src/domain/deployment.ts'
import type { Job } from '../../../src/domain/run.ts'
import type { View } from './view.ts'

interface Required {
  readonly name: string
  /** Its jobs in the newest run of the commit that had it; none where no run had. */
  readonly jobs: readonly Job[]
}

/** The checks without which a release does not come to an environment, as the rows of the runs have them. */
export function requiredChecks({ git, records }: View, deployment: Deployment): readonly Required[] {
  const { track, release, reason, project } = deployment
  if (reason !== 'promote' && reason !== 'migrate') return []
  const environment = git.spec(release.commit)?.environments.find(({ name }) => name === track.split('/')[2])
  const runs = [...records.runs.values()].filter((run) => run.project === project && run.commit === release.commit)
  return (environment?.protection.requireChecks ?? []).map((name) => {
    const cells = runs.map(({ jobs }) => jobs.filter((job) => job.kind === 'check' && job.of === name))
    return { name, jobs: cells.findLast((jobs) => jobs.length > 0) ?? [] }
  })
}
