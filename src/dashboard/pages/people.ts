import type { AccountView } from '../../api/views.ts'
import { ranks } from '../../domain/role.ts'
import { heading } from '../frame.ts'
import { type Html, html } from '../html.ts'
import { type Asking, type Page, param } from '../page.ts'
import { button, choice, confirmFirst, field, form, opening } from '../parts/form.ts'
import { part, table } from '../parts/table.ts'
import { banner, emptiness, when } from '../parts/words.ts'

/** Who may act: people and services, with their roles. */
export const peoplePage: Page = {
  path: '/people',
  async show(asking) {
    const { ask, may, now } = asking
    if (!may('accounts.list')) return notForYou()
    const accounts = await ask('accounts.list', {})
    const rows = accounts.map((account) => [
      html`<a href="/people/${account.name}"><strong>${account.name}</strong></a>`,
      account.kind,
      account.email ?? '',
      account.grants.map(grantChip),
      account.disabledAt === null ? '' : html`<span class="chip stop">disabled</span>`,
      html`${when(account.createdAt, now)} by ${account.createdBy}`,
    ])
    return {
      title: 'People',
      ...{ mark: null, section: 'people', about: null },
      body: html`${heading([], 'People', adding(asking))}${table('Accounts', ['Name', 'Kind', 'E-mail', 'Roles', '', 'Since'], rows)}
${part('Roles', rolesTable())}`,
    }
  },
}

function notForYou() {
  return {
    title: 'People',
    ...({ mark: null, section: 'people', about: [] } as const),
    body: html`${heading([], 'People')}${emptiness('Only an admin of the server sees all accounts.', html`<a href="/me">Your own page</a>`)}${part('Roles', rolesTable())}`,
  }
}

function grantChip({ role, project, environment }: AccountView['grants'][number]): Html {
  const place = project === null ? 'everywhere' : environment === null ? project : `${project}/${environment}`
  return html`<span class="chip">${role} <span class="quiet">${place}</span></span> `
}

const roleOptions = ranks.map((rank) => [rank, rank] as const)

function adding(asking: Asking): Html {
  return opening(
    'Add an account',
    form({ route: 'accounts.add', back: asking.here }, [
      confirmFirst(asking),
      field({ label: 'Name', name: 'body.name', required: true }),
      choice('Kind', 'body.kind', [
        ['person', 'a person: gets a link'],
        ['service', 'a service: gets tokens'],
      ]),
      field({ label: 'E-mail', name: 'body.email', type: 'email' }),
      choice('Role', 'body.grants.0.role', roleOptions),
      field({ label: 'In the project', name: 'body.grants.0.project', placeholder: 'everywhere' }),
      button('Add', 'main'),
    ]),
  )
}

const rights: Readonly<Record<(typeof ranks)[number], string>> = {
  viewer: 'sees projects, runs, logs, deployments, names of variables and the record',
  contributor: 'proposes changes: they are checked, and neither built nor deployed',
  deployer: 'pushes, deploys, promotes, rolls back, approves, cancels, scales, locks, freezes and publishes',
  maintainer: 'changes variables and secrets, passwords of visitors, migrates, runs commands and consoles',
  admin: 'of a project: gives roles in it; of the server: everything',
}

function rolesTable(): Html {
  return table(
    'Roles',
    ['Role', 'Does besides'],
    ranks.map((rank) => [html`<strong>${rank}</strong>`, rights[rank]]),
  )
}

export const accountPage: Page = {
  path: '/people/:account',
  async show(asking) {
    const { ask, here, now } = asking
    const params = { account: param(asking, 'account') }
    const account = await ask('accounts.show', { params })
    const { name, kind, grants, disabledAt } = account
    const rows = grants.map(({ role, project, environment, grantedBy, grantedAt }) => [
      role,
      project ?? 'everywhere',
      environment ?? '',
      html`${grantedBy} ${when(grantedAt, now)}`,
      form(
        {
          route: 'accounts.withdraw',
          params,
          fixed: {
            'body.role': role,
            ...(project === null ? {} : { 'body.project': project }),
            ...(environment === null ? {} : { 'body.environment': environment }),
          },
          back: here,
        },
        button('Take back', 'danger'),
      ),
    ])
    return {
      title: name,
      ...{ mark: null, section: 'people', about: null },
      body: html`${heading([{ text: 'People', path: '/people' }], name, accountActs(asking, account))}
${disabledAt === null ? '' : banner('stop', html`Disabled ${when(disabledAt, now)}: it can do nothing.`)}
<p class="subtitle"><span>a ${kind}</span><span>${account.email ?? ''}</span><span>since ${when(account.createdAt, now)} by ${account.createdBy}</span></p>
${part('Roles', rows.length === 0 ? emptiness('It has no role, and so sees nothing.') : table('Roles', ['Role', 'Project', 'Environment', 'Given by', ''], rows), granting(asking, params))}`,
    }
  },
}

function granting(asking: Asking, params: { readonly account: string }): Html {
  return opening(
    'Give a role',
    form({ route: 'accounts.grant', params, back: asking.here }, [
      confirmFirst(asking),
      field({
        label: 'Role',
        name: 'body.role',
        required: true,
        hint: `${ranks.join(', ')}, or a name of your team’s own`,
      }),
      field({ label: 'Project', name: 'body.project', placeholder: 'everywhere' }),
      field({ label: 'Environment', name: 'body.environment', placeholder: 'all of them' }),
      button('Give', 'main'),
    ]),
  )
}

function accountActs({ here }: Asking, { name, kind, disabledAt }: AccountView): Html {
  const params = { account: name }
  return html`${kind === 'person' ? html`${form({ route: 'accounts.invite', params, back: here }, button('New link'))}${form({ route: 'accounts.sign_out', params, back: here }, button('Sign out everywhere'))}` : ''}
${disabledAt === null ? form({ route: 'accounts.disable', params, back: here }, button('Disable', 'danger')) : form({ route: 'accounts.enable', params, back: here }, button('Enable', 'main'))}`
}
