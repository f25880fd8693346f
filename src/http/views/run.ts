import type { JobView, RunView } from '../../api/views.ts'
import type { Job, Run } from '../../domain/run.ts'

export function runView(run: Run): RunView {
  const { id, project, event, commit, branch, title, by, createdAt, finishedAt, state, outcome, reason } = run
  const jobs = run.jobs.map(jobView)
  return { id, project, event, commit, branch, title, by, createdAt, finishedAt, state, outcome, reason, jobs }
}

/** Not its outputs: they may hold what only later jobs should see. */
function jobView({ name, kind, needs, state, attempt, outcome, reason, startedAt, finishedAt }: Job): JobView {
  return { name, kind, needs, state, attempt, outcome, reason, startedAt, finishedAt }
}
