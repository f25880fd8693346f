import { stripVTControlCharacters } from 'node:util'
import type { JobView, RunView } from '../../api/views.ts'
import { shortSha } from '../../lib/short-text.ts'
import { brief } from '../../lib/time-text.ts'
import { bold, cyan, dim, green, red, type Text, yellow } from '../text.ts'
import type { Moment } from './moment.ts'
import { jobText, runHead } from './run.ts'

/** A run, and what the jobs that go on printed last, by their names. */
export interface RunSeen extends RunView {
  readonly lastLines: ReadonlyMap<string, { readonly step: number | null; readonly text: string }>
}

/** A run, below it its jobs, and below each that goes on the step it is at. */
export function runRows(run: RunSeen, moment: Moment): readonly Text[] {
  const { id, project, branch, commit, title, createdAt, finishedAt, outcome } = run
  const took = dim(`  ${brief((finishedAt ?? moment.now) - createdAt)}`)
  const head = [
    markOf(outcome, moment),
    ' ',
    bold(id),
    `  ${project} ${branch ?? ''} ${shortSha(commit)} "${title}"`,
    took,
  ]
  return [head, ...run.jobs.flatMap((job) => jobRows(run, job, moment))]
}

function jobRows({ lastLines }: RunSeen, job: JobView, moment: Moment): readonly Text[] {
  const { name, state, outcome, startedAt, finishedAt } = job
  if (startedAt === null || state === 'waiting') return [['  ', waitingMark(outcome), dim(` ${name}`)]]
  const took = dim(`  ${brief((finishedAt ?? moment.now) - startedAt)}`)
  const last = lastLines.get(name)
  const at =
    last === undefined ? [] : [['      ', dim(`${last.step === null ? ' ' : last.step + 1} ${oneRow(last.text)}`)]]
  return [['  ', markOf(outcome, moment), ` ${name}`, took], ...at]
}

/** What stands there when it has been printed: without colours, and what was written over the rest. */
function oneRow(text: string): string {
  return stripVTControlCharacters(text).trimEnd().replace(/^.*\r/s, '').replaceAll('\t', ' ')
}

function markOf(outcome: JobView['outcome'], { mark }: Moment): Text {
  if (outcome === null) return cyan(mark)
  return outcome === 'succeeded' ? green('✓') : outcome === 'failed' || outcome === 'errored' ? red('✗') : yellow('-')
}

function waitingMark(outcome: JobView['outcome']): Text {
  return outcome === null ? dim('·') : yellow('-')
}

/** A line for each job that has ended since, and for the run. */
export function runProgressLines(before: RunView | null, now: RunView): readonly Text[] {
  const ended = new Set((before?.jobs ?? []).filter(isOver).map(({ name }) => name))
  const fresh = now.jobs.filter((job) => isOver(job) && !ended.has(job.name))
  return [
    ...(before === null ? runHead(now) : []),
    ...fresh.map((job): Text => ['  ', jobText(job)]),
    ...(before !== null && before.state !== 'finished' && now.state === 'finished' ? runHead(now) : []),
  ]
}

function isOver({ state }: JobView): boolean {
  return state === 'finished'
}
