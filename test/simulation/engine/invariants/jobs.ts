import { attemptOf, type Job, type Run } from '../../../../src/domain/run.ts'
import type { MakeInvariant, View } from '../view.ts'
import { isSmokeOf, type JobProcess } from '../world/runner.ts'

/** I-19, I-20, I-22: one try of a job at a time, after what it needs, within the limit; and only what the runner told counts. */
export const jobs: MakeInvariant = (view) => ({
  starting: (process) => mayStart(view, process),
  committed({ runs }) {
    for (const { before, after } of runs) for (const job of after.jobs) mayEnd(view, after, was(before, job), job)
  },
})

function was(before: Run | null, { name }: Job): Job | null {
  return before?.jobs.find((each) => each.name === name) ?? null
}

function mayStart(view: View, { attempt, run, job, life }: JobProcess): void {
  const { records, runner, settings, broken } = view
  const running = runner.active.filter(({ state }) => state === 'running')
  const twin = running.find((each) => each.run === run && each.job === job)
  if (twin !== undefined) broken('I-19', `${attempt} starts while ${twin.attempt} runs`)
  // What a rollout under way runs does not wait behind jobs.
  if (isSmokeOf(attempt)) return
  const beside = running.filter((each) => each.life === life && !isSmokeOf(each.attempt)).length
  if (beside >= settings.parallelJobs) broken('I-22', `${attempt} starts beside ${beside} others`)
  const lost = runner.processes.filter((each) => each.run === run && each.job === job && each.isLost).length
  if (lost > 2 && !isRerun(view, run)) broken('I-19', `${attempt} starts though the server died under ${lost} tries`)
  const known = records.runs.get(run)
  const needs = known?.jobs.find(({ name }) => name === job)?.needs ?? []
  const early = known?.jobs.find((each) => needs.includes(each.name) && !isGood(each))
  if (early !== undefined) broken('I-20', `${attempt} starts before ${early.name} succeeded`)
}

/** Then a person has given it new tries. */
function isRerun({ records }: View, run: string): boolean {
  return records.facts.some(({ kind, subject }) => kind === 'run.rerun' && subject === run)
}

function isGood({ state, outcome, continueOnError }: Job): boolean {
  return state === 'finished' && (outcome === 'succeeded' || outcome === 'skipped' || continueOnError)
}

/** What a job ended with is what the runner told of this very try; a lost try is made good once. */
function mayEnd({ runner, broken }: View, run: Run, before: Job | null, job: Job): void {
  if (job.losses > 2) broken('I-19', `${run.id} ${job.name} was lost ${job.losses} times, and tried again`)
  if (job.losses === 2 && job.state !== 'finished')
    broken('I-19', `${run.id} ${job.name} is tried again after a second loss`)
  if (job.outcome !== 'succeeded' || before?.outcome === 'succeeded') return
  const attempt = attemptOf(run.id, job)
  const told = runner.processes.some((each) => each.attempt === attempt && each.result?.outcome === 'succeeded')
  if (!told) broken('I-19', `${attempt} is said to have succeeded, and no such try has`)
}
