import type { ReleaseDetailView, ReleaseWayView } from '../../api/views.ts'
import { sizeText } from '../../lib/size-text.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { button, field, form, opening } from '../parts/form.ts'
import { notes } from '../parts/notes.ts'
import { idLink, placeLink, projectCrumbs, projectPath } from '../parts/place.ts'
import { publishing, rollingBack, wayChip, wayReasons } from '../parts/release.ts'
import { facts, part, table } from '../parts/table.ts'
import { chips, releaseMark, when } from '../parts/words.ts'

/** One release: where it is, where it came from, what was told of it, and whether one can go back to it, and why not. */
export const releasePage: Page = {
  path: '/projects/:project/releases/:release',
  async show(asking) {
    const { ask, now } = asking
    const [project, name] = [param(asking, 'project'), param(asking, 'release')]
    const release = await ask('releases.show', {
      params: { project, release: name },
      query: { app: asking.query.app },
    })
    const { version, title, app, createdAt } = release
    const crumbs = projectCrumbs(project, { text: 'Releases', path: `${projectPath(project)}/releases` })
    return {
      title: `${version} · ${project}`,
      ...{ mark: null, section: 'overview', about: [project] },
      body: html`${heading(crumbs, releaseMark(release), publishing(asking, release))}
<p class="subtitle">${title} <span>of ${app}</span> ${when(createdAt, now)}</p>
${provenance(asking, release)}
${waysBack(asking, release)}
${told(asking, release)}`,
    }
  },
}

function provenance(asking: Asking, release: ReleaseDetailView): Html {
  const { commit, digest, bytes, run, discardedAt, aliases } = release
  const kept = html`${sizeText(bytes)}${discardedAt === null ? nothing : html` <span class="chip caution">thrown away</span> ${when(discardedAt, asking.now)}`}`
  const rows = [
    ['Commit', html`<code>${commit}</code>`],
    ['Made by', idLink(run)],
    ['Archive (SHA-256)', html`<code>${digest}</code>`],
    ['Size', kept],
    ['Other names', aliases.length === 0 ? 'none' : chips(aliases)],
  ] as const
  return part('Provenance', html`<div class="sheet">${facts(rows)}</div>`, naming(asking, release))
}

function naming({ may, here }: Asking, { project, app, version }: ReleaseDetailView): Html {
  if (!may('releases.alias', { project })) return nothing
  const act = { route: 'releases.alias', params: { project, app }, fixed: { 'body.version': version } } as const
  const name = field({ label: 'Name', name: 'params.alias', required: true })
  return opening('Another name', form({ ...act, back: here }, [name, button('Give it', 'main')]))
}

function waysBack(asking: Asking, release: ReleaseDetailView): Html {
  const rows = release.ways.map((way) => wayRow(asking, release, way))
  return part('Can I go back to it?', table('Ways back', ['Environment', 'Answer', 'Live last', 'Reasons', ''], rows))
}

function wayRow(asking: Asking, release: ReleaseDetailView, way: ReleaseWayView) {
  const { project } = release
  const { environment, answer, lastBy, lastAt } = way
  return [
    placeLink(asking, project, environment),
    wayChip(answer),
    lastBy === null || lastAt === null ? '' : html`${idLink(lastBy)} ${when(lastAt, asking.now)}`,
    wayReasons(way),
    answer === 'yes' ? rollingBack(asking, { project, environment }, release) : '',
  ]
}

/** What people were told of it, in the words of its publication. */
function told({ now }: Asking, { published }: ReleaseDetailView): Html {
  if (published === null) return nothing
  const { tag, by, at } = published
  return part(
    'Notes',
    html`<div class="sheet"><p><strong>${tag}</strong> <span class="quiet">published by ${by} ${when(at, now)}</span></p>${notes(published.notes)}</div>`,
  )
}
