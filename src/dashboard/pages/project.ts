import type { ProjectView } from '../../api/views.ts'
import { heading } from '../frame.ts'
import { html } from '../html.ts'
import { type Page, param, type Shown } from '../page.ts'
import { deploymentsTable, runsTable } from '../parts/lists.ts'
import { environmentPath, type ProjectPage, projectPath, projectTabs } from '../parts/place.ts'
import { part } from '../parts/table.ts'
import { emptiness } from '../parts/words.ts'
import { projectCard } from './overview.ts'

/** One project: its ways, and what happened last. */
export const projectPage: Page = {
  path: '/projects/:project',
  async show(asking) {
    const { ask, now } = asking
    const project = param(asking, 'project')
    const [[overview], runs, deployments, { gitUrl }] = await Promise.all([
      ask('overview', { query: { project } }),
      ask('runs.list', { query: { project, limit: 8 } }),
      ask('deployments.list', { query: { project, limit: 8 } }),
      ask('projects.show', { params: { project } }),
    ])
    const behind = (overview?.environments ?? [])
      .filter(({ name }) => asking.may('undeployed', { project, environment: name }))
      .map(
        ({ name }) => html`<a class="button" href="${projectPath(project)}/undeployed/${name}">Not yet in ${name}</a>`,
      )
    return {
      title: project,
      ...{ mark: overview?.mark ?? 'empty', section: 'overview', about: [project] },
      body: html`${heading([{ text: 'Overview', path: '/' }], project, html`${behind}`)}
${projectTabs(project, '')}
${overview === undefined ? '' : html`<div class="part">${projectCard(asking, overview)}</div>`}
${part('Newest runs', runs.length === 0 ? pushFirst(gitUrl) : runsTable(runs, now))}
${part('Newest deployments', deploymentsTable(asking, deployments))}`,
    }
  },
}

function pushFirst(gitUrl: string) {
  return html`<div class="empty"><p>Nothing was pushed yet.</p><pre class="code"><code>git push ${gitUrl} main</code></pre></div>`
}

/** Whether a signalbox.yml that can be read was ever pushed. */
export function isDeclared({ apps }: ProjectView): boolean {
  return apps.length > 0
}

/** In place of a page of what signalbox.yml declares. */
export function undeclared({ name, gitUrl }: ProjectView, tab: ProjectPage): Shown {
  return {
    title: name,
    ...{ mark: 'empty', section: 'overview', about: [name] },
    body: html`${heading([{ text: 'Overview', path: '/' }], name)}${projectTabs(name, tab)}
${emptiness('No valid signalbox.yml was pushed yet.', html`<code>signalbox init</code> writes one; then push it:<pre class="code"><code>git push ${gitUrl} main</code></pre>`)}`,
  }
}

export const runsPage: Page = {
  path: '/projects/:project/runs',
  async show({ ask, now, ...asking }) {
    const project = param(asking, 'project')
    await ask('projects.show', { params: { project } }) // There is one.
    const runs = await ask('runs.list', { query: { project, limit: 100 } })
    return {
      title: `Runs of ${project}`,
      ...{ mark: null, section: 'overview', about: [project] },
      body: html`${heading([{ text: 'Overview', path: '/' }], project)}${projectTabs(project, 'runs')}${runsTable(runs, now)}`,
    }
  },
}

export const deploymentsPage: Page = {
  path: '/projects/:project/deployments',
  async show(asking) {
    const { ask, query } = asking
    const project = param(asking, 'project')
    const { environment } = query
    const [{ environments }, deployments] = await Promise.all([
      ask('projects.show', { params: { project } }),
      ask('deployments.list', { query: { project, environment, limit: 100 } }),
    ])
    const at = `${projectPath(project)}/deployments`
    return {
      title: `Deployments of ${project}`,
      ...{ mark: null, section: 'overview', about: [project] },
      body: html`${heading([{ text: 'Overview', path: '/' }], project)}${projectTabs(project, 'deployments')}
<nav class="filters" aria-label="Environment"><a class="chip" href="${at}">all</a>${environments.map((name) => html`<a class="chip" href="${at}?environment=${name}" ${name === environment ? html`aria-current="true"` : ''}>${name}</a>`)}${environment === undefined ? '' : html`<a href="${environmentPath(project, environment)}">To ${environment}</a>`}</nav>
${deploymentsTable(asking, deployments)}`,
    }
  },
}
