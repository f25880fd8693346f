import type { Deployment, DeploymentState } from '../../../../src/domain/deployment.ts'
import type { Job, Run } from '../../../../src/domain/run.ts'
import type { MakeInvariant } from '../view.ts'

type Kind = DeploymentState['kind']

/** Where each state of a deployment may lead; a rollback is never itself rolled back. */
const next: Readonly<Record<Kind, readonly Kind[]>> = {
  waiting: ['waiting', 'queued', 'finished'],
  queued: ['queued', 'waiting', 'rolling', 'finished'],
  rolling: ['rolling', 'reverting', 'finished'],
  reverting: ['reverting', 'finished'],
  finished: [],
}

/** I-11, I-18: states move only along the graph, steps one by one, and an end is an end. */
export const states: MakeInvariant = ({ broken }) => ({
  committed({ deployments, runs }) {
    for (const { before, after } of deployments) {
      const problem =
        before === null
          ? null
          : (stateProblem(before, after) ?? stepProblem(before, after) ?? endProblem(before, after))
      if (problem !== null) broken('I-18', `${after.id} ${problem}`)
    }
    for (const { before, after } of runs) {
      const problem = before === null ? null : runProblem(before, after)
      if (problem !== null) broken('I-18', `${after.id} ${problem}`)
    }
  },
})

function stateProblem({ state: before }: Deployment, { state: after }: Deployment): string | null {
  // What is pending is another list than people said yes to, and nothing has moved yet.
  const isAskedAgain = before.kind === 'rolling' && before.steps[before.at]?.do === 'survey' && after.kind === 'waiting'
  // What was seen afterwards is added to an end, and changes nothing of it.
  if (before.kind === 'finished' && JSON.stringify(before) === JSON.stringify(after)) return null
  return isAskedAgain || next[before.kind].includes(after.kind) ? null : `went from ${before.kind} to ${after.kind}`
}

/** What moves ends by its last step, or because somebody has to look. */
function endProblem({ state: before }: Deployment, { state: after, reason }: Deployment): string | null {
  if (after.kind !== 'finished' || !('at' in before)) return null
  // Nothing but the database has been touched, and that cannot go back.
  if (reason === 'migrate') return null
  const isDone = before.at === before.steps.length - 1
  if (after.outcome === 'errored' && after.reason?.startsWith('needs a person')) return null
  if (!isDone) return `ended (${after.outcome}) at step ${before.at} of ${before.steps.length}`
  if (after.staysLive) return null
  return before.kind === 'rolling' && after.outcome !== 'succeeded' ? `did everything, and ${after.outcome}` : null
}

function stepProblem({ state: before }: Deployment, { state: after }: Deployment): string | null {
  if (!('at' in before) || !('at' in after) || before.kind !== after.kind) return null
  // A newer one is to take its place: it goes on with the step it is at.
  if (after.at === before.at && before.supersededBy === undefined && after.supersededBy !== undefined) return null
  const step = before.steps[before.at]?.do
  if (after.at === before.at && (step === 'bake' || step === 'smoke')) return null
  return after.at === before.at + 1 ? null : `went from step ${before.at} to ${after.at} of ${after.kind}`
}

function runProblem(before: Run, after: Run): string | null {
  const isRerun = before.state === 'finished' && after.state === 'running'
  if (isRerun && before.outcome === 'succeeded') return 'was run again though it succeeded'
  if (before.state === 'finished' && !isRerun && after.outcome !== before.outcome) return 'ended twice'
  for (const [index, job] of after.jobs.entries()) {
    const was = before.jobs[index]
    if (was === undefined || was.name !== job.name) return 'has other jobs than it had'
    const problem = jobProblem(was, job, isRerun)
    if (problem !== null) return `${job.name} ${problem}`
  }
  return null
}

function jobProblem(before: Job, after: Job, isRerun: boolean): string | null {
  if (after.attempt < before.attempt) return `went back from try ${before.attempt} to ${after.attempt}`
  if (before.state !== 'finished' || isRerun) return null
  if (after.state !== 'finished' || after.outcome !== before.outcome) return `ended, and then it was ${after.state}`
  return null
}
