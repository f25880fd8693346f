import type { MatrixView, PresenceView } from '../../api/views.ts'
import { heading } from '../frame.ts'
import { type Html, html } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { button, field, fieldName, form, opening } from '../parts/form.ts'
import { projectTabs } from '../parts/place.ts'
import { part, table } from '../parts/table.ts'
import { advice, emptiness, when } from '../parts/words.ts'
import { isDeclared, undeclared } from './project.ts'

const words: Readonly<Record<PresenceView, readonly [string, string]>> = {
  set: ['well', 'set'],
  in_file: ['well', 'in the file'],
  default: ['', 'default'],
  optional: ['', 'optional'],
  missing: ['stop', 'missing'],
  waived: ['caution', 'waived'],
  unused: ['caution', 'unused'],
  unused_in_file: ['caution', 'unused, in the file'],
  none: ['', ''],
}

/** Variables against environments: what is set where, what is missing, and what nobody uses. */
export const variablesPage: Page = {
  path: '/projects/:project/variables',
  async show(asking) {
    const { ask } = asking
    const project = param(asking, 'project')
    const shown = await ask('projects.show', { params: { project } })
    if (!isDeclared(shown)) return undeclared(shown, 'variables')
    const matrix = await ask('variables.matrix', { params: { project } })
    const histories = await Promise.all(
      matrix.environments
        .filter((environment) => asking.may('variables.history', { project, environment }))
        .map((environment) => historyPart(asking, project, environment)),
    )
    const missing = matrix.rows.some(({ cells }) => cells.some(({ presence }) => presence === 'missing'))
    return {
      title: `Variables of ${project}`,
      ...{ mark: missing ? 'failing' : null, section: 'overview', about: [project] },
      body: html`${heading([{ text: 'Overview', path: '/' }], project)}${projectTabs(project, 'variables')}
${matrix.rows.length === 0 ? emptiness('No variable is declared or set.', advice('signalbox.yml declares them under `variables`, with type, and whether they are required or secret.')) : matrixTable(asking, project, matrix)}
${histories}`,
    }
  },
}

function matrixTable(asking: Asking, project: string, { environments, rows }: MatrixView): Html {
  return table(
    'Variables by environment',
    ['Variable', 'Declared', ...environments],
    rows.map(({ name, declared, secret, cells }) => [
      html`<code>${name}</code> ${secret ? html`<span class="chip">secret</span>` : ''}`,
      declared === null
        ? html`<span class="quiet">by nobody</span>`
        : html`${declared.type}${declared.required ? ', required' : ''}${declared.since === null ? '' : html` <span class="quiet">since ${declared.since}</span>`}<br><small>${declared.description}</small>`,
      ...cells.map(({ environment, presence }) => cell(asking, { project, environment }, { name, presence })),
    ]),
  )
}

function cell(
  { may, here }: Asking,
  params: { readonly project: string; readonly environment: string },
  { name, presence }: { readonly name: string; readonly presence: PresenceView },
): Html {
  const [kind, text] = words[presence]
  const chip = text === '' ? html`` : html`<span class="chip ${kind}">${text}</span>`
  if (!may('variables.waive', params)) return chip
  if (presence === 'waived')
    return html`${chip} ${form({ route: 'variables.unwaive', params: { ...params, name }, back: here }, button('Take back'))}`
  if (presence !== 'missing') return chip
  return html`${chip} ${opening('Waive', form({ route: 'variables.waive', params: { ...params, name }, back: here }, [field({ label: 'Why', name: 'body.reason', required: true }), field({ label: 'For how long', name: fieldName('body.forMs', 'span'), required: true, placeholder: '7d' }), button('Waive')]))}`
}

async function historyPart({ ask, now }: Asking, project: string, environment: string): Promise<Html> {
  const changes = await ask('variables.history', { params: { project, environment }, query: { limit: 10 } })
  if (changes.length === 0) return html``
  return part(
    `Changes in ${environment}`,
    table(
      `Changes in ${environment}`,
      ['Version', 'Variable', 'Value', 'By', 'When', 'Why'],
      changes.map(({ version, name, value, isSet, secret, by, at, reason }) => [
        version,
        html`<code>${name}</code>`,
        isSet ? (secret ? 'a secret' : html`<code>${value ?? ''}</code>`) : 'unset',
        by,
        when(at, now),
        reason ?? '',
      ]),
    ),
  )
}
