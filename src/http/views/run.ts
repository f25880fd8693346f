import type { JobView, RunView } from '../../api/views.ts'
import type { Proposal } from '../../domain/proposal.ts'
import type { Job, Run } from '../../domain/run.ts'

export function runView(run: Run): RunView {
  const { ref: _, committedAt: __, proposal, jobs, ...rest } = run
  return { ...rest, proposal: proposal === null ? null : proposalView(proposal), jobs: jobs.map(jobView) }
}

function proposalView({ branch, topic, base, trust, isHeld }: Proposal): RunView['proposal'] {
  return { branch, topic, base, trust, isHeld }
}

/** Not its outputs: they may hold what only later jobs should see. */
function jobView({ name, kind, needs, state, attempt, outcome, reason, startedAt, finishedAt }: Job): JobView {
  return { name, kind, needs, state, attempt, outcome, reason, startedAt, finishedAt }
}
