import type { JobView, LackView, RunDetailView, RunView } from '../../api/views.ts'
import { lackSentences } from '../../domain/contract.ts'
import { migrationAdvice } from '../../domain/migrations/advice.ts'
import { shortSha } from '../../lib/short-text.ts'
import { brief } from '../../lib/time-text.ts'
import { bold, dim, type Text, table, yellow } from '../text.ts'
import { outcomeText } from './words.ts'

/** `r17  shop main 1a2b3c4d "title" by alice: succeeded in 12s`, and below it the rest of a reason that has several lines. */
export function runHead(run: RunView): readonly Text[] {
  const { id, project, branch, commit, title, by, reason, proposal } = run
  const [because = '', ...more] = reason === null ? [] : `: ${reason}`.split('\n')
  const where = proposal === null ? (branch ?? '') : `${proposal.topic} for ${proposal.branch}`
  const what = `  ${project} ${where} ${shortSha(commit)} "${title}" by ${by}: `
  const first: Text = [bold(id), what, runState(run), tookText(run.createdAt, run.finishedAt), because]
  return [first, ...more.map((line) => `  ${line}`)]
}

export function runLines(run: RunView): readonly Text[] {
  return [...runHead(run), ...table(run.jobs.map(jobCells)).map((row): Text => ['  ', row])]
}

/** What the commit requires and somebody still has to set, an environment a line. */
export function lackLines(lacks: readonly LackView[]): readonly Text[] {
  const wanted = lacks.filter(({ waiver }) => waiver === null)
  const held = wanted.some(({ isProtected }) => isProtected)
  return [
    ...lackSentences(wanted).map((sentence) => yellow(`  ${sentence}`)),
    ...(held ? [dim('  Nothing new goes anywhere before every protected environment has what is required.')] : []),
  ]
}

/** What to think of when the change brings migrations. */
export function adviceLines({ migrations }: Pick<RunDetailView, 'migrations'>): readonly Text[] {
  const advice = migrationAdvice(migrations)
  return advice === null ? [] : [yellow(`  ${advice}`)]
}

export function runState({ id, state, outcome, jobs }: RunView): Text {
  if (outcome !== null) return outcomeText(outcome)
  if (state === 'waiting') return yellow(`waits for approval (signalbox approve ${id})`)
  const done = jobs.filter(({ state }) => state === 'finished').length
  return yellow(`running, ${done} of ${jobs.length} jobs done`)
}

/** `test  failed in 3s: exit code 1`. */
export function jobText({ name, reason, ...job }: JobView): Text {
  return [name, '  ', jobState({ name, reason, ...job }), reason === null ? '' : `: ${reason}`]
}

function jobCells(job: JobView): readonly Text[] {
  const again = job.attempt > 1 ? `attempt ${job.attempt}` : ''
  return [job.name, dim(job.kind), jobState(job), again, job.reason ?? '']
}

function jobState({ state, outcome, startedAt, finishedAt }: JobView): Text {
  if (outcome !== null) return [outcomeText(outcome), startedAt === null ? '' : tookText(startedAt, finishedAt)]
  if (state === 'waiting') return dim('waits for others')
  return startedAt === null ? dim('waits for its turn') : yellow('running')
}

function tookText(from: number, to: number | null): string {
  return to === null ? '' : ` in ${brief(to - from)}`
}
