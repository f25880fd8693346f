import { heading } from '../frame.ts'
import { html, nothing } from '../html.ts'
import { type Page, param } from '../page.ts'
import { logPanel } from '../parts/log.ts'
import { signal } from '../parts/mark.ts'
import { jobPath, pageOf, projectCrumbs } from '../parts/place.ts'
import { banner, took, when } from '../parts/words.ts'
import { jobWord, markOfJob } from './run.ts'

/** About one screen more than anybody reads at once. */
const pageBytes = 256 * 1024

/** A job's log: its end first, and from there back. */
export const jobPage: Page = {
  path: '/runs/:run/jobs/:job',
  async show({ ask, now, query, ...asking }) {
    const [id, name] = [param(asking, 'run'), param(asking, 'job')]
    const at = /^\d{1,15}$/.test(query.at ?? '') ? Number(query.at) : -pageBytes
    const [run, part] = await Promise.all([
      ask('runs.show', { params: { run: id } }),
      ask('jobs.log', { params: { run: id, job: name }, query: { offset: at } }),
    ])
    const job = run.jobs.find((each) => each.name === name)
    const path = jobPath(id, name)
    const isOver = job?.state === 'finished'
    const isLast = at < 0 || part.lines.length === 0
    return {
      title: `${name} ${job === undefined ? '' : jobWord(job)} · ${id}`,
      ...{ mark: job === undefined ? null : markOfJob(job), section: 'overview', about: isOver ? [] : [run.project] },
      body: html`${heading(projectCrumbs(run.project, { text: id, path: pageOf(id) }, { text: 'log' }), name)}
<p class="subtitle">${job === undefined ? nothing : html`${signal(markOfJob(job), jobWord(job))} ${job.startedAt === null ? nothing : when(job.startedAt, now)} ${took(job.startedAt, job.finishedAt, now)}`} <span class="quiet">${run.title}</span></p>
${job?.reason ? banner(job.outcome === 'succeeded' || job.outcome === 'skipped' ? 'note' : 'stop', job.reason) : nothing}
${logPanel({
  part,
  follow: isOver || !isLast ? null : `${path}/follow?offset=${part.next}`,
  earlier: part.offset === 0 ? null : `${path}?at=${Math.max(0, part.offset - pageBytes)}`,
  later: isLast ? null : `${path}?at=${part.next}`,
})}`,
    }
  },
}
