import type { AccountView, EventView, ProjectView, SafeguardsView } from '../../api/views.ts'
import { heading } from '../frame.ts'
import { type Html, html, nothing } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { button, confirmFirst, field, form, opening } from '../parts/form.ts'
import { idLink, placeLink, projectTabs } from '../parts/place.ts'
import { facts, part, table } from '../parts/table.ts'
import { commitMark, emptiness, when } from '../parts/words.ts'

/** A project's own: where to push, what came in, who may do what, and its end. */
export const settingsPage: Page = {
  path: '/projects/:project/settings',
  async show(asking) {
    const { ask, may } = asking
    const project = param(asking, 'project')
    const params = { project }
    const [shown, events, safeguards] = await Promise.all([
      ask('projects.show', { params }),
      ask('events.list', { params, query: { limit: 30 } }),
      ask('safeguards.list', { params }),
    ])
    const accounts = may('accounts.here', { project }) ? await ask('accounts.here', { params }) : []
    return {
      title: `Settings of ${project}`,
      ...{ mark: null, section: 'overview', about: [project] },
      body: html`${heading([{ text: 'Overview', path: '/' }], project)}${projectTabs(project, 'settings')}
${part('Project', projectFacts(asking, shown))}
${part('What guards the environments', guards(asking, project, safeguards))}
${accounts.length === 0 ? nothing : part('People here', people(accounts), granting(asking, project))}
${part('What came in', eventsTable(asking, events))}
${may('projects.remove', { project }) ? part('Its end', removing(project)) : nothing}`,
    }
  },
}

function projectFacts(asking: Asking, shown: ProjectView): Html {
  const { name, gitUrl, origin, apps, environments, createdAt, createdBy } = shown
  const rows = [
    ['Push to', html`<code>${gitUrl}</code>`],
    ['First fetched from', origin ?? 'nowhere'],
    ['Apps', apps.join(', ') || 'none yet'],
    ['Environments', environments.map((environment) => html`${placeLink(asking, name, environment)} `)],
    ['Added', html`${when(createdAt, asking.now)} by ${createdBy}`],
  ] as const
  return html`<div class="sheet">${facts(rows)}</div>`
}

function guards(asking: Asking, project: string, safeguards: readonly SafeguardsView[]): Html {
  const head = ['Environment', 'Approvals', 'Of', 'One’s own', 'Rolling back', 'After']
  const rows = safeguards.map(({ environment, approvals, approvers, selfApproval, rollback, needs }) => [
    placeLink(asking, project, environment),
    approvals,
    approvers.join(', ') || 'anybody who may deploy',
    selfApproval ? 'yes' : 'no',
    rollback.replaceAll('_', ' '),
    needs.join(', '),
  ])
  return rows.length === 0 ? emptiness('Nothing is in force yet.') : table('Protection', head, rows)
}

function people(accounts: readonly AccountView[]): Html {
  const place = ({ project, environment }: AccountView['grants'][number]) =>
    project === null ? ' everywhere' : environment === null ? '' : ` in ${environment}`
  const rows = accounts.map(({ name, grants }) => [
    name,
    grants.map((grant) => html`<span class="chip">${grant.role}${place(grant)}</span> `),
  ])
  return table('People', ['Name', 'Roles'], rows)
}

function granting(asking: Asking, project: string): Html {
  return opening(
    'Give a role here',
    form({ route: 'accounts.grant.here', params: { project }, back: asking.here }, [
      confirmFirst(asking),
      field({ label: 'Account', name: 'params.account', required: true }),
      field({ label: 'Role', name: 'body.role', required: true }),
      field({ label: 'Environment', name: 'body.environment', placeholder: 'all of them' }),
      button('Give', 'main'),
    ]),
  )
}

function eventsTable({ now }: Asking, events: readonly EventView[]): Html {
  if (events.length === 0) return emptiness('Nothing came in yet.')
  const rows = events.map(({ id, ref, after, by, at, source, run, because }) => [
    html`<code>${id}</code>`,
    ref.replace(/^refs\/(heads|tags)\//, ''),
    after === null ? 'deleted' : commitMark(after),
    `${by} (${source})`,
    when(at, now),
    run === null ? because : html`${idLink(run)} ${because}`,
  ])
  return table('Events', ['Event', 'Ref', 'Commit', 'By', 'When', 'Led to'], rows)
}

function removing(project: string): Html {
  const said = html`<p>Forgets it, with its repository. Nothing of it may run any more. What was recorded stays.</p>`
  const act = { route: 'projects.remove', params: { project }, back: '/' } as const
  return html`<div class="filters">${opening('Remove the project', form(act, [said, button(`Remove ${project}`, 'danger')]), 'danger')}</div>`
}
