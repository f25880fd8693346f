import type { ReleaseDraftView, ReleaseView } from '../../api/views.ts'
import { plural } from '../../lib/short-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { area, button, field, form, opening } from '../parts/form.ts'
import { idLink, placeLink, projectPath, projectTabs } from '../parts/place.ts'
import { reserved } from '../parts/reserved.ts'
import { part, table } from '../parts/table.ts'
import { commitMark, emptiness, prose, releaseMark, when } from '../parts/words.ts'
import { isDeclared, undeclared } from './project.ts'

/** What was built, what was published, and what the next publication would tell of. */
export const releasesPage: Page = {
  path: '/projects/:project/releases',
  async show(asking) {
    const { ask, now } = asking
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
${publications.length === 0 ? nothing : part('Published', html`<div class="grid">${publications.map(({ app, tag, release, notes, by, at }) => html`<details class="sheet" id="${tag}"><summary><strong>${tag}</strong> ${app} ${releaseMark(release)} <span class="quiet">by ${by} ${when(at, now)}</span></summary>${prose(notes)}</details>`)}</div>`)}`,
    }
  },
}

function releasesTable(asking: Asking, releases: readonly ReleaseView[]): Html {
  const { now, may, here } = asking
  return table(
    'Releases',
    ['Release', 'App', 'Commit', 'Made', 'Live in', 'Archive', 'Provenance', ''],
    releases.map((release) => {
      const {
        id,
        project,
        app,
        version,
        commit,
        title,
        createdAt,
        liveIn,
        digest,
        bytes,
        discardedAt,
        run,
        aliases,
        tag,
      } = release
      return [
        html`<a href="${projectPath(project)}/releases/${id}">${releaseMark({ version, commit: version })}</a> ${[...(tag === null ? [] : [tag]), ...aliases].map((name) => html`<span class="chip">${name}</span> `)}`,
        app,
        html`<div class="title-cell">${title} ${commitMark(commit)}</div>`,
        when(createdAt, now),
        liveIn.map((environment) => html`${placeLink(asking, project, environment)} `),
        html`<code title="${digest}">${digest.slice(0, 12)}</code> <span class="quiet">${discardedAt === null ? size(bytes) : 'discarded'}</span>`,
        idLink(run),
        may('releases.publish', { project }) && tag === null && discardedAt === null
          ? opening(
              'Publish',
              form(
                { route: 'releases.publish', params: { project, app }, fixed: { 'body.version': version }, back: here },
                [
                  area({ label: 'Notes', name: 'body.notes', placeholder: 'left empty: made from the commits' }),
                  button('Publish', 'main'),
                ],
              ),
            )
          : '',
      ]
    }),
  )
}

function size(bytes: number): string {
  return bytes < 1024 * 1024 ? `${Math.ceil(bytes / 1024)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`
}

function draftPart(
  { may, here }: Asking,
  { project, app, since, changes, notes, version, because, isCut }: ReleaseDraftView,
): Html {
  const act = { route: 'releases.publish', params: { project, app }, back: here } as const
  return part(
    `Next of ${app}`,
    html`<details class="sheet"><summary>${plural(changes.length, 'change')}${isCut ? ' or more' : ''} since ${since?.tag ?? 'the beginning'}</summary>${prose(notes)}</details>`,
    version === null
      ? html`<span class="quiet">${because ?? ''}</span>`
      : may('releases.publish', { project })
        ? opening(
            `Publish ${version}`,
            form({ ...act, fixed: { 'body.version': version } }, [
              area({ label: 'Notes', name: 'body.notes', value: notes }),
              button('Publish', 'main'),
            ]),
          )
        : nothing,
  )
}

/** One release: where it is, where it came from, and whether one can go back to it, and why not. */
export const releasePage: Page = {
  path: '/projects/:project/releases/:release',
  async show(asking) {
    const { ask, now, may, here } = asking
    const [project, id] = [param(asking, 'project'), param(asking, 'release')]
    const releases = await ask('releases.list', { params: { project }, query: { limit: 500 } })
    const release = releases.find((each) => each.id === id || each.version === id)
    const { environments } = await ask('projects.show', { params: { project } })
    if (release === undefined) return missing(project, id)
    const { app, version, commit, digest, bytes, run, title, createdAt, discardedAt, aliases } = release
    const seen = environments.filter((environment) => may('ways-back', { project, environment }))
    const certificates = await Promise.all(seen.map((environment) => certificate(asking, { release, environment })))
    return {
      title: `${version} · ${project}`,
      ...{ mark: null, section: 'overview', about: [project] },
      body: html`${heading(
        [
          { text: 'Overview', path: '/' },
          { text: project, path: projectPath(project) },
          { text: 'Releases', path: `${projectPath(project)}/releases` },
        ],
        releaseMark({ version, commit }),
      )}
<p class="subtitle">${title} <span>of ${app}</span> ${when(createdAt, now)}</p>
${part('Provenance', table('Provenance', ['Commit', 'Made by', 'Archive (SHA-256)', 'Size', 'Other names'], [[html`<code>${commit}</code>`, idLink(run), html`<code>${digest}</code>`, discardedAt === null ? size(bytes) : html`<span class="chip caution">thrown away</span>`, aliases.join(', ')]]), may('releases.alias', { project }) ? opening('Another name', form({ route: 'releases.alias', params: { project, app }, fixed: { 'body.version': version }, back: here }, [field({ label: 'Name', name: 'params.alias', required: true }), button('Give it', 'main')])) : nothing)}
${part('Can I go back to it?', table('Ways back', ['Environment', 'Answer', 'Reasons', ''], certificates))}`,
    }
  },
}

interface Certifying {
  readonly release: ReleaseView
  readonly environment: string
}

/** The answer for one environment, with what stands against it. */
async function certificate(asking: Asking, { release, environment }: Certifying) {
  const { ask, may, here } = asking
  const { project, app, id, version, liveIn, discardedAt } = release
  const params = { project, environment }
  const place = placeLink(asking, project, environment)
  if (liveIn.includes(environment)) return [place, html`<span class="chip well">it is live</span>`, '', '']
  const ways = await ask('ways-back', { params, query: { app } }).catch(() => []) // The app does not belong there.
  const way = ways.find((each) => each.release.id === id)
  if (way === undefined) {
    const why =
      discardedAt === null
        ? 'It was never live here: deploy it instead.'
        : 'It was never live here, and its archive is discarded.'
    return [place, html`<span class="chip">no</span>`, why, '']
  }
  const can = way.obstacles.length === 0
  const act =
    can && may('rollback', params)
      ? opening(
          'Roll back',
          form({ route: 'rollback', params, fixed: { 'body.app': app, 'body.version': version }, back: here }, [
            area({ label: 'Why', name: 'body.comment' }),
            button('Roll back to it', 'danger'),
          ]),
          'danger',
        )
      : ''
  return [
    place,
    can ? html`<span class="chip well">yes</span>` : html`<span class="chip stop">no</span>`,
    [...way.obstacles, ...way.warnings].map((text) => html`<div>${text}</div>`),
    act,
  ]
}

function missing(project: string, id: string) {
  return {
    title: 'Not found',
    ...({ mark: null, section: 'overview', about: [] } as const),
    body: html`${heading([{ text: project, path: projectPath(project) }], 'Not found')}${emptiness(`There is no release ${id} in ${project}.`, html`<a href="${projectPath(project)}/releases">All of them</a>`)}`,
  }
}

/** Where an environment can go back to. */
export const waysBackPage: Page = {
  path: '/projects/:project/environments/:environment/ways-back',
  async show(asking) {
    const { ask, now, may, here } = asking
    const [project, environment] = [param(asking, 'project'), param(asking, 'environment')]
    const params = { project, environment }
    const ways = await ask('ways-back', { params })
    const rows = ways.map(({ track, release, title, lastBy, lastAt, obstacles, warnings }) => [
      html`${releaseMark(release)}<br><span class="quiet">${title}</span>`,
      track.split('/')[1] ?? '',
      html`${idLink(lastBy)} ${when(lastAt, now)}`,
      obstacles.length === 0 ? html`<span class="chip well">yes</span>` : html`<span class="chip stop">no</span>`,
      [...obstacles, ...warnings].map((text) => html`<div>${text}</div>`),
      obstacles.length === 0 && may('rollback', params)
        ? opening(
            'Roll back',
            form(
              {
                route: 'rollback',
                params,
                fixed: { 'body.app': track.split('/')[1] ?? '', 'body.version': release.version },
                back: here,
              },
              [area({ label: 'Why', name: 'body.comment' }), button('Roll back to it', 'danger')],
            ),
            'danger',
          )
        : '',
    ])
    return {
      title: `Ways back · ${environment}`,
      ...{ mark: null, section: 'overview', about: [project] },
      body: html`${heading(
        [
          { text: 'Overview', path: '/' },
          { text: project, path: projectPath(project) },
          { text: environment, path: `${projectPath(project)}/environments/${environment}` },
        ],
        'Ways back',
      )}
${reserved(asking, params, ['rollback'])}
${rows.length === 0 ? emptiness('Nothing else was live here yet.') : table('Ways back', ['Release', 'App', 'Live last', 'Can I go back?', 'Reasons', ''], rows)}`,
    }
  },
}
