import type { JobView, LackView, RunDetailView } from '../../api/views.ts'
import { plural } from '../../lib/short-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { lapsPart } from '../parts/energy.ts'
import { area, button, form, opening } from '../parts/form.ts'
import { lamp, markOf, markOfOutcome, stateSignal, stateWord } from '../parts/mark.ts'
import { jobPath, placeLink, projectCrumbs, releasePath, seenLink } from '../parts/place.ts'
import { part, table } from '../parts/table.ts'
import { banner, commitMark, releaseMark, took, when } from '../parts/words.ts'

/** What a push set off: its jobs, and how far its commit has come. */
export const runPage: Page = {
  path: '/runs/:run',
  async show(asking) {
    const { ask, now } = asking
    const run = await ask('runs.show', { params: { run: param(asking, 'run') } })
    const { id, project, title } = run
    return {
      title: `${id} ${stateWord(run)} · ${project}`,
      ...{ mark: markOf(run), section: 'overview', about: [project] },
      body: html`${heading(projectCrumbs(project, { text: id }), title, acts(asking, run))}
<p class="subtitle">${stateSignal(run)} ${commitMark(run.commit)} <span>${run.branch ?? 'no branch'}</span> <span>by ${run.by}</span> ${when(run.createdAt, now)} ${took(run.createdAt, run.finishedAt, now)}</p>
${run.reason === null ? nothing : banner(run.outcome === 'failed' || run.outcome === 'errored' ? 'stop' : 'note', run.reason)}
${advice(run)}
${part('Jobs', jobGraph(run, now))}
${run.lacks.length === 0 ? nothing : lacking(asking, project, run.lacks)}
${await whereItIs(asking, run)}
${lapsPart(run.laps, run.energy)}`,
    }
  },
}

function acts({ may, here }: Asking, run: RunDetailView): Html {
  const spot = { project: run.project }
  const params = { run: run.id }
  const isOver = run.state === 'finished'
  return html`
${!isOver && may('runs.cancel', spot) ? form({ route: 'runs.cancel', params, back: here }, button('Cancel', 'danger')) : nothing}
${isOver && run.outcome !== 'succeeded' && may('runs.rerun', spot) ? form({ route: 'runs.rerun', params, back: here }, button('Run again what did not succeed', 'main')) : nothing}
${run.state === 'waiting' && may('runs.approve', spot) ? proposalActs(run, here) : nothing}`
}

/** Somebody from outside proposes it: their commands would run here. */
export function proposalActs({ id, commit }: Pick<RunDetailView, 'id' | 'commit'>, back: string): Html {
  const params = { run: id }
  return html`${opening('Run it', form({ route: 'runs.approve', params, fixed: { 'body.commit': commit }, back }, [html`<p>Its commands come from outside, and run on this machine.</p>`, button('Run this commit', 'main')]))}
${opening('Reject', form({ route: 'runs.reject', params, back }, [area({ label: 'Why', name: 'body.comment' }), button('Reject', 'danger')]), 'danger')}`
}

/** Jobs in columns: each stands right of all that it needs. */
function jobGraph({ id, jobs }: RunDetailView, now: number): Html {
  const levels = levelsOf(jobs)
  const columns = [...new Set(levels.values())].sort((a, b) => a - b)
  return html`<div class="graph" tabindex="0" role="group" aria-label="Jobs in the order in which they need each other">${columns.map(
    (column) =>
      html`<div class="level">${jobs.filter(({ name }) => levels.get(name) === column).map((job) => jobCard(id, job, now))}</div>`,
  )}</div>`
}

function levelsOf(jobs: readonly JobView[]): ReadonlyMap<string, number> {
  const levels = new Map<string, number>()
  // A job stands after what it needs in the list as well.
  for (const { name, needs } of jobs) levels.set(name, Math.max(0, ...needs.map((need) => (levels.get(need) ?? 0) + 1)))
  return levels
}

function jobCard(run: string, job: JobView, now: number): Html {
  const { name, startedAt, finishedAt, reason, attempt } = job
  return html`<a class="job" href="${jobPath(run, name)}">${lamp(markOfJob(job), jobWord(job))}<span>${name}${attempt > 1 ? html` <span class="quiet">attempt ${attempt}</span>` : nothing}</span>${took(startedAt, finishedAt, now)}
${reason === null ? nothing : html`<span class="reason">${reason}</span>`}</a>`
}

export function markOfJob({ state, outcome, startedAt }: JobView) {
  if (state === 'finished') return markOfOutcome(outcome)
  return state === 'ready' && startedAt !== null ? 'moving' : 'queued'
}

export function jobWord({ state, outcome, startedAt }: JobView): string {
  if (state === 'finished') return outcome ?? 'finished'
  return state === 'ready' ? (startedAt === null ? 'ready' : 'running') : 'waits for what it needs'
}

function advice({ migrations }: RunDetailView): Html {
  if (migrations.length === 0) return nothing
  return banner(
    'caution',
    html`This change touches ${plural(migrations.length, 'migration file')}: ${migrations.map((name) => html`<code>${name}</code> `)}`,
  )
}

function lacking(asking: Asking, project: string, lacks: readonly LackView[]): Html {
  const rows = lacks.map(({ environment, app, name, since, waiver }) => [
    html`<code>${name}</code>`,
    placeLink(asking, project, environment),
    app,
    since ?? '',
    waiver === null ? 'missing' : `waived by ${waiver.by}`,
  ])
  return part(
    'Variables that environments lack',
    table('Missing variables', ['Variable', 'Environment', 'App', 'Since', 'State'], rows),
  )
}

async function whereItIs(asking: Asking, run: RunDetailView): Promise<Html> {
  const { ask } = asking
  const { project, commit } = run
  const [made] = await ask('releases.list', { params: { project }, query: { commit, limit: 1 } })
  if (made === undefined) return nothing
  const { steps, releases } = await ask('flow', { params: { project, named: commit } })
  const rows = steps.map(({ app, environment, state, because, deployment }) => [
    placeLink(asking, project, environment),
    app,
    html`<span class="signal ${flowMark(state)}">${lamp(flowMark(state), '')} ${state}</span>`,
    because,
    deployment === null ? '' : seenLink(asking, deployment),
  ])
  const links = releases.map(
    ({ app, version }) =>
      html`<span>${app} <a href="${releasePath({ project, app, version })}">${releaseMark({ version, commit })}</a></span> `,
  )
  return part(
    'How far it has come',
    table('Environments', ['Environment', 'App', 'State', 'Because', 'Deployment'], rows),
    html`${links}`,
  )
}

function flowMark(state: string) {
  if (state === 'live' || state === 'succeeded') return 'well'
  if (state === 'rolling') return 'moving'
  if (state === 'waiting') return 'waiting'
  if (state === 'failed' || state === 'errored') return 'failing'
  return state === 'queued' ? 'queued' : 'empty'
}
