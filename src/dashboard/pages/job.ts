import type { JobView } from '../../api/views.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { lapsFolded } from '../parts/energy.ts'
import { logHits, logPanel } from '../parts/log.ts'
import { signal } from '../parts/mark.ts'
import { jobPath, pageOf, projectCrumbs } from '../parts/place.ts'
import { banner, took, when } from '../parts/words.ts'
import { jobWord, markOfJob } from './run.ts'

/** About one screen more than anybody reads at once. */
const pageBytes = 256 * 1024

/** A job's log: its end first, and from there back; or the lines of it that hold something. */
export const jobPage: Page = {
  path: '/runs/:run/jobs/:job',
  async show(asking) {
    const [id, name] = [param(asking, 'run'), param(asking, 'job')]
    const run = await asking.ask('runs.show', { params: { run: id } })
    const job = run.jobs.find((each) => each.name === name)
    const isOver = job?.state === 'finished'
    const find = asking.query.find ?? ''
    return {
      title: `${name} ${job === undefined ? '' : jobWord(job)} · ${id}`,
      ...{ mark: job === undefined ? null : markOfJob(job), section: 'overview', about: isOver ? [] : [run.project] },
      body: html`${heading(projectCrumbs(run.project, { text: id, path: pageOf(id) }, { text: 'log' }), name)}
<p class="subtitle">${job === undefined ? nothing : jobState(job, asking.now)} <span class="quiet">${run.title}</span></p>
${job?.reason ? banner(job.outcome === 'succeeded' || job.outcome === 'skipped' ? 'note' : 'stop', job.reason) : nothing}
${lapsFolded(run.laps.filter((lap) => lap.job === name))}
${find === '' ? await wholeLog(asking, { id, name, isOver }) : await found(asking, { id, name, find })}`,
    }
  },
}

function jobState(job: JobView, now: number): Html {
  const { startedAt, finishedAt } = job
  return html`${signal(markOfJob(job), jobWord(job))} ${startedAt === null ? nothing : when(startedAt, now)} ${took(startedAt, finishedAt, now)}`
}

interface Log {
  readonly id: string
  readonly name: string
}

async function wholeLog(
  { ask, query }: Asking,
  { id, name, isOver }: Log & { readonly isOver: boolean },
): Promise<Html> {
  const at = byteOf(query.at) ?? -pageBytes
  const part = await ask('jobs.log', { params: { run: id, job: name }, query: { offset: at } })
  const path = jobPath(id, name)
  const isLast = at < 0 || part.lines.length === 0
  return logPanel({
    ...{ part, find: '' },
    follow: isOver || !isLast ? null : `${path}/follow?offset=${part.next}`,
    earlier: part.offset === 0 ? null : `${path}?at=${Math.max(0, part.offset - pageBytes)}`,
    later: isLast ? null : `${path}?at=${part.next}`,
  })
}

async function found({ ask, query }: Asking, { id, name, find }: Log & { readonly find: string }): Promise<Html> {
  const params = { run: id, job: name }
  const hits = await ask('jobs.log.find', { params, query: { text: find, offset: byteOf(query.from) ?? 0 } })
  return logHits(hits, { path: jobPath(id, name), find })
}

function byteOf(text: string | undefined): number | null {
  return /^\d{1,15}$/.test(text ?? '') ? Number(text) : null
}
