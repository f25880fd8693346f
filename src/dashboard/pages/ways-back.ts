import { heading } from '../frame.ts'
import { html } from '../html.ts'
import { type Page, param } from '../page.ts'
import { idLink, projectPath } from '../parts/place.ts'
import { rollingBack, wayChip, wayReasons } from '../parts/release.ts'
import { reserved } from '../parts/reserved.ts'
import { table } from '../parts/table.ts'
import { emptiness, releaseMark, when } from '../parts/words.ts'

/** Where an environment can go back to. */
export const waysBackPage: Page = {
  path: '/projects/:project/environments/:environment/ways-back',
  async show(asking) {
    const { ask, now } = asking
    const [project, environment] = [param(asking, 'project'), param(asking, 'environment')]
    const params = { project, environment }
    const ways = await ask('ways-back', { params })
    const rows = ways.map(({ track, release, title, lastBy, lastAt, obstacles, warnings }) => [
      html`${releaseMark(release)}<br><span class="quiet">${title}</span>`,
      track.split('/')[1] ?? '',
      html`${idLink(lastBy)} ${when(lastAt, now)}`,
      wayChip(obstacles.length === 0 ? 'yes' : 'no'),
      wayReasons({ obstacles, warnings }),
      obstacles.length === 0
        ? rollingBack(asking, params, { app: track.split('/')[1] ?? '', version: release.version })
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
