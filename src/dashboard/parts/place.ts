import { environmentPath, jobPath, pageOf, projectPath, releasePath } from '../../api/addresses.ts'
import { type Crumb, type Tab, tabs } from '../frame.ts'
import { type Html, html } from '../html.ts'
import type { Asking } from '../page.ts'

export { environmentPath, jobPath, pageOf, projectPath, releasePath }

export function projectCrumbs(project: string, ...more: readonly Crumb[]): readonly Crumb[] {
  return [{ text: 'Overview', path: '/' }, { text: project, path: projectPath(project) }, ...more]
}

export function environmentCrumb(project: string, environment: string): Crumb {
  return { text: environment, path: environmentPath(project, environment) }
}

const projectPages = [
  ['', 'Overview'],
  ['runs', 'Runs'],
  ['deployments', 'Deployments'],
  ['releases', 'Releases'],
  ['variables', 'Variables'],
  ['notices', 'Notices'],
  ['settings', 'Settings'],
] as const

export type ProjectPage = (typeof projectPages)[number][0]

export function projectTabs(project: string, current: ProjectPage): Html {
  const all: readonly Tab[] = projectPages.map(([name, text]) => ({
    text,
    path: name === '' ? projectPath(project) : `${projectPath(project)}/${name}`,
    isCurrent: name === current,
  }))
  return tabs('Project', all)
}

/** What has an id, with its page. */
export function idLink(id: string): Html {
  return html`<a href="${pageOf(id)}"><code>${id}</code></a>`
}

/** The same where it may lie in an environment that whoever looks may not see. */
export function seenLink({ maySee }: Pick<Asking, 'maySee'>, id: string): Html {
  return maySee(id) ? idLink(id) : html`<code>${id}</code>`
}

/** An environment, with its page if whoever looks may see it. */
export function placeLink(asking: Pick<Asking, 'may'>, project: string, environment: string): Html {
  if (!mayEnter(asking, project, environment)) return html`${environment}`
  return html`<a href="${environmentPath(project, environment)}">${environment}</a>`
}

export function mayEnter({ may }: Pick<Asking, 'may'>, project: string, environment: string): boolean {
  return may('variables.list', { project, environment })
}
