import type { PublicationView, ReleaseDraftView, ReleaseView } from '../../api/views.ts'
import { plural } from '../../lib/short-text.ts'
import { sizeText } from '../../lib/size-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { area, button, form, opening } from '../parts/form.ts'
import { notes } from '../parts/notes.ts'
import { idLink, placeLink, projectTabs, releasePath } from '../parts/place.ts'
import { publishing } from '../parts/release.ts'
import { part, table } from '../parts/table.ts'
import { chips, commitMark, emptiness, releaseMark, when } from '../parts/words.ts'
import { isDeclared, undeclared } from './project.ts'

/** What was built, what was published, and what the next publication would tell of. */
export const releasesPage: Page = {
  path: '/projects/:project/releases',
  async show(asking) {
    const { ask } = asking
    const project = param(asking, 'project')
    const params = { project }
    const shown = await ask('projects.show', { params })
    if (!isDeclared(shown)) return undeclared(shown, 'releases')
    const [releases, drafts, publications] = await Promise.all([
      ask('releases.list', { params, query: { limit: 100 } }),
      ask('releases.drafts', { params }),
      ask('releases.published', { params, query: { limit: 20 } }),
    ])
    return {
      title: `Releases of ${project}`,
      ...{ mark: null, section: 'overview', about: [project] },
      body: html`${heading([{ text: 'Overview', path: '/' }], project)}${projectTabs(project, 'releases')}
${drafts.map((draft) => draftPart(asking, draft))}
${part('Releases', releases.length === 0 ? emptiness('Nothing was built yet.', 'A run whose checks succeed makes a release of each app.') : releasesTable(asking, releases))}
${publications.length === 0 ? nothing : part('Published', html`<div class="grid">${publications.map((each) => publicationSheet(asking, each))}</div>`)}`,
    }
  },
}

function releasesTable(asking: Asking, releases: readonly ReleaseView[]): Html {
  const { now } = asking
  return table(
    'Releases',
    ['Release', 'App', 'Commit', 'Made', 'Live in', 'Archive', 'Provenance', ''],
    releases.map((release) => {
      const { project, app, version, commit, title, createdAt, liveIn, digest, bytes, discardedAt, run, aliases } =
        release
      return [
        html`<a href="${releasePath(release)}">${releaseMark({ version, commit: version })}</a> ${chips(aliases)}`,
        app,
        html`<div class="title-cell">${title} ${commitMark(commit)}</div>`,
        when(createdAt, now),
        liveIn.map((environment) => html`${placeLink(asking, project, environment)} `),
        html`<code title="${digest}">${digest.slice(0, 12)}</code> <span class="quiet">${discardedAt === null ? sizeText(bytes) : 'thrown away'}</span>`,
        idLink(run),
        publishing(asking, release),
      ]
    }),
  )
}

function publicationSheet({ now }: Asking, { project, app, tag, release, notes: told, by, at }: PublicationView): Html {
  const { version } = release
  return html`<details class="sheet" id="${tag}"><summary><strong>${tag}</strong> ${app} ${releaseMark(release)} <span class="quiet">by ${by} ${when(at, now)}</span></summary>${notes(told)}<p><a href="${releasePath({ project, app, version })}">The release</a></p></details>`
}

function draftPart(
  { may, here }: Asking,
  { project, app, since, changes, notes: told, version, because, isCut }: ReleaseDraftView,
): Html {
  const act = { route: 'releases.publish', params: { project, app }, back: here } as const
  return part(
    `Next of ${app}`,
    html`<details class="sheet"><summary>${plural(changes.length, 'change')}${isCut ? ' or more' : ''} since ${since?.tag ?? 'the beginning'}</summary>${notes(told)}</details>`,
    version === null
      ? html`<span class="quiet">${because ?? ''}</span>`
      : may('releases.publish', { project })
        ? opening(
            `Publish ${version}`,
            form({ ...act, fixed: { 'body.version': version } }, [
              area({ label: 'Notes', name: 'body.notes', value: told }),
              button('Publish', 'main'),
            ]),
          )
        : nothing,
  )
}
