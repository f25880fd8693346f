import type { OverviewProjectView, OverviewTrackView } from '../../api/views.ts'
import { worstOf } from '../../domain/overview.ts'
import { plural } from '../../lib/short-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import type { Asking, Page } from '../page.ts'
import { button, field, form, opening } from '../parts/form.ts'
import { lamp, markOf } from '../parts/mark.ts'
import { environmentPath, mayEnter, pageOf, projectPath } from '../parts/place.ts'
import { trackNotes } from '../parts/track-notes.ts'
import { emptiness, linkTo, releaseMark, when } from '../parts/words.ts'
import { noRole } from './me.ts'

/** All projects: each app's way through its environments, and what is live at each station. */
export const overviewPage: Page = {
  path: '/',
  async show(asking) {
    if (!asking.may('overview')) return noRole(asking)
    const projects = await asking.ask('overview', {})
    const mark = worstOf(projects.map((project) => project.mark))
    return {
      title: titleOf(projects),
      ...{ mark, section: 'overview', about: null },
      body: html`${heading([], 'Overview', asking.may('projects.add') ? adding(asking) : nothing)}
${projects.length === 0 ? none(asking) : html`<div class="grid">${projects.map((project) => projectCard(asking, project))}</div>`}`,
    }
  },
}

function titleOf(projects: readonly OverviewProjectView[]): string {
  const failing = projects.filter(({ mark }) => mark === 'failing').length
  return failing === 0 ? 'Overview' : `${failing} failing`
}

export function projectCard(asking: Asking, project: OverviewProjectView): Html {
  const { name, mark, tracks } = project
  return html`<section class="project" id="project-${name}"><header>${lamp(mark)}<h2><a href="${projectPath(name)}">${name}</a></h2>${newestRun(project, asking.now)}</header>
${tracks.length === 0 ? html`<p class="unpushed">Nothing pushed yet.</p>` : ways(asking, project)}</section>`
}

function newestRun({ newestRun: run }: OverviewProjectView, now: number): Html {
  if (run === null) return nothing
  return html`<a class="run" href="${pageOf(run.id)}">${lamp(markOf(run))}<span class="what">${run.title}</span><span class="by">${run.branch ?? ''} ${when(run.at, now)}</span></a>`
}

/** One line for each app. */
function ways(asking: Asking, { name, apps, tracks }: OverviewProjectView): Html {
  const lines = apps.map((app) => tracks.filter((track) => track.app === app)).filter((line) => line.length > 0)
  const isAlone = lines.length === 1
  return html`${lines.map((line) => html`<div class="way">${line.map((track) => station(asking, track, { project: name, isAlone }))}</div>`)}`
}

interface Standing {
  readonly project: string
  readonly isAlone: boolean
}

function station(asking: Asking, track: OverviewTrackView, { project, isAlone }: Standing): Html {
  const { now } = asking
  const { app, environment, url, mark, live, undeployed } = track
  const behind =
    undeployed === null || undeployed.count === 0 ? '' : `${undeployed.count}${undeployed.isMore ? '+' : ''} behind`
  return html`<div class="station">
<span class="name">${lamp(mark)}<span>${stationLink(asking, project, environment)}${isAlone ? nothing : html` <span class="app">${app}</span>`}</span><span class="left">${behind}</span></span>
${live === null ? html`<span class="quiet">nothing is live</span>` : html`<span>${releaseMark(live.release)}</span><span class="commit" title="${live.title}">${live.title}</span><span class="by">${when(live.at, now)} by ${live.by}</span>`}
<span class="by">${runsAndServes(track)}</span>
${url === null ? nothing : html`<span class="address">${linkTo(url, url.replace(/^https?:\/\//, ''))}</span>`}
${trackNotes(track)}
</div>`
}

/** All of the station leads there. */
function stationLink(asking: Asking, project: string, environment: string): Html {
  if (!mayEnter(asking, project, environment)) return html`${environment}`
  return html`<a class="whole" href="${environmentPath(project, environment)}">${environment}</a>`
}

/** What the target told last, and what visitors get by the same word. */
function runsAndServes({ running, serving }: OverviewTrackView): string {
  if (running === null) return ''
  const count = (list: OverviewTrackView['serving']) => list.reduce((sum, { instances }) => sum + instances, 0)
  return `${plural(count(running.versions), 'instance')}, ${count(serving)} with visitors`
}

function adding({ here }: Asking): Html {
  return opening(
    'Add a project',
    form({ route: 'projects.add', back: here }, [
      field({ label: 'Name', name: 'body.name', required: true, hint: 'a to z, digits and -' }),
      field({
        label: 'Bring its history from',
        name: 'body.origin',
        placeholder: 'https://example.org/shop.git',
        hint: 'may be left empty',
      }),
      button('Add', 'main'),
    ]),
  )
}

function none({ baseUrl }: Asking): Html {
  return emptiness(
    'There are no projects yet.',
    html`Add one here or from a terminal, and push a repository that has a <code>signalbox.yml</code>:
<pre class="code"><code>signalbox login ${baseUrl}
signalbox projects add shop
git push ${baseUrl}/git/shop.git main</code></pre>`,
  )
}
