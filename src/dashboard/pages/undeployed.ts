import type { UndeployedView } from '../../api/views.ts'
import { plural } from '../../lib/short-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { button, form } from '../parts/form.ts'
import { lamp, markOfOutcome } from '../parts/mark.ts'
import { environmentCrumb, idLink, projectCrumbs } from '../parts/place.ts'
import { reserved } from '../parts/reserved.ts'
import { part } from '../parts/table.ts'
import { commitMark, emptiness, releaseMark, when } from '../parts/words.ts'

/** What the branch has and the environment does not, with a button at each commit that can go. */
export const undeployedPage: Page = {
  path: '/projects/:project/undeployed/:environment',
  async show(asking) {
    const [project, environment] = [param(asking, 'project'), param(asking, 'environment')]
    const lists = await asking.ask('undeployed', { params: { project, environment } })
    const count = lists.reduce((sum, { changes }) => sum + changes.length, 0)
    return {
      title: `${count} not yet in ${environment}`,
      ...{ mark: count === 0 ? 'well' : 'queued', section: 'overview', about: [project] },
      body: html`${heading(projectCrumbs(project, environmentCrumb(project, environment)), `Not yet in ${environment}`)}
${reserved(asking, { project, environment }, ['deploy'])}
${lists.map((list) => listPart(asking, project, list))}`,
    }
  },
}

function listPart(
  asking: Asking,
  project: string,
  { app, live, ref, head, needs, changes, environment, isCut }: UndeployedView,
): Html {
  const said = live === null ? html`nothing is live` : html`${releaseMark(live)} is live by ${idLink(live.deployment)}`
  return part(
    `${app}: ${plural(changes.length, 'change')}${isCut ? ' or more' : ''}`,
    changes.length === 0
      ? emptiness(`${environment} has everything that ${ref} has.`)
      : html`<ul class="changes sheet">${changes.map((change) => changeRow(asking, { project, environment, app }, change))}</ul>`,
    html`<span class="quiet">${said}; ${ref} is at ${commitMark(head)}${needs.length === 0 ? nothing : html`; must have been in ${needs.join(', ')}`}</span>`,
  )
}

interface Target {
  readonly project: string
  readonly environment: string
  readonly app: string
}

function changeRow(asking: Asking, target: Target, change: UndeployedView['changes'][number]): Html {
  const { commit, title, author, at, pullRequest, seenIn, runs } = change
  const mark = runs.length === 0 ? 'empty' : markOfOutcome(runs[0]?.outcome ?? null)
  const number = pullRequest === null ? nothing : html` <span class="quiet">#${pullRequest}</span>`
  const seen = seenIn.map((name) => html`<span class="chip well">seen in ${name}</span> `)
  return html`<li>${lamp(mark)}<span>${title}${number} ${commitMark(commit)}<br><small>${author} ${when(at, asking.now)} ${runs.map(({ id }) => html`${idLink(id)} `)} ${seen}</small></span>
<span>${sending(asking, target, change)}</span></li>`
}

/** Its button, or why there is none. */
function sending(
  { may, here }: Asking,
  { project, environment, app }: Target,
  { release, isReady }: UndeployedView['changes'][number],
): Html {
  const params = { project, environment }
  if (release === null) return html`<small>no release yet</small>`
  if (!may('deploy', params)) return html`<code>${release}</code>`
  const fixed = { 'body.app': app, 'body.version': release }
  return form({ route: 'deploy', params, fixed, back: here }, button(isReady ? 'Deploy' : 'Ask for it'))
}
