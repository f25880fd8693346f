import type { AccountView, LinkView, SessionView } from '../../api/views.ts'
import { type Grant, rolesAt } from '../../domain/role.ts'
import { findProject } from '../../engine/find.ts'
import { Fault } from '../../lib/fault.ts'
import type { Session } from '../../store/sessions.ts'
import {
  type AccountWithGrants,
  addAccount,
  disable,
  enable,
  findAccount,
  grant,
  withdraw,
} from '../accounts/accounts.ts'
import { invite, type Link } from '../accounts/invitations.ts'
import { changePassword } from '../accounts/passwords.ts'
import { endSession, endSessions, isGood } from '../accounts/sessions.ts'
import { everywhere } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

type AccountRoutes = Pick<
  Handlers,
  Extract<keyof Handlers, `accounts.${string}` | `sessions.${string}` | 'password.change'>
>

export function accountRoutes({ store, clock, baseUrl }: ApiParts): AccountRoutes {
  const doing = (by: string) => ({ by, at: clock.now() })
  const linkTo = ({ path, expiresAt }: Link): LinkView => ({ url: `${baseUrl}${path}`, expiresAt })
  return {
    'accounts.me': (_, { principal: { name, scope, grants } }) => ({
      ...{ name, scope, kind: findAccount(store, name).kind },
      grants: grants.map(({ role, project, environment }) => ({ role, project, environment })),
      roles: rolesAt(grants, everywhere),
    }),
    'accounts.list': () => store.accounts.list().map(({ name }) => accountView(findAccount(store, name))),
    'accounts.show': ({ params }) => accountView(findAccount(store, params.account)),
    'accounts.add': ({ body: { name, kind, email = null, grants } }, { by }) => {
      const account = addAccount(store, { name, kind, email, grants: grants.map(grantOf) }, doing(by))
      return { account: accountView(account), link: kind === 'person' ? linkTo(invite(store, name, doing(by))) : null }
    },
    'accounts.grant': ({ params, body }, { by }) => accountView(grant(store, params.account, grantOf(body), doing(by))),
    'accounts.withdraw': ({ params, body }, { by }) =>
      accountView(withdraw(store, params.account, grantOf(body), doing(by))),
    'accounts.here': ({ params: { project } }) => {
      findProject(store, project)
      const all = store.accounts.list().map(({ name }) => accountView(findAccount(store, name)))
      return all.map((each) => within(each, project)).filter(({ grants }) => grants.length > 0)
    },
    'accounts.grant.here': ({ params: { project, account }, body }, { by }) =>
      within(accountView(grant(store, account, grantOf({ ...body, project }), doing(by))), project),
    'accounts.withdraw.here': ({ params: { project, account }, body }, { by }) =>
      within(accountView(withdraw(store, account, grantOf({ ...body, project }), doing(by))), project),
    'accounts.invite': ({ params }, { by }) => linkTo(invite(store, params.account, doing(by))),
    'accounts.disable': ({ params }, { by }) => accountView(disable(store, params.account, doing(by))),
    'accounts.enable': ({ params }, { by }) => accountView(enable(store, params.account, doing(by))),
    'accounts.sign_out': ({ params }, { by }) => {
      findAccount(store, params.account)
      return { ended: endSessions(store, params.account, doing(by)) }
    },
    'password.change': async ({ body: { old, wanted } }, { by, principal }) => {
      const change = { account: by, session: principal.session?.id ?? null, old, wanted }
      await changePassword(store, change, () => clock.now())
      return { changed: true }
    },
    'sessions.list': (_, { by, principal }) =>
      store.sessions
        .open(by)
        .filter((each) => isGood(each, clock.now()))
        .map((each) => sessionView(each, principal.session?.id ?? null)),
    'sessions.end': ({ params: { session: id } }, { by }) => {
      const session = store.sessions.open(by).find((each) => each.id === id)
      if (session === undefined) throw new Fault('session.unknown', { details: { session: id } })
      endSession(store, session, doing(by))
      return { ended: id }
    },
  }
}

function grantOf({
  role,
  project,
  environment,
}: {
  role: string
  project?: string | undefined
  environment?: string | undefined
}): Grant {
  return { role, project: project ?? null, environment: environment ?? null }
}

/** What of it concerns a project. */
function within(account: AccountView, project: string): AccountView {
  return { ...account, grants: account.grants.filter((each) => each.project === project) }
}

function accountView({ name, kind, email, createdAt, createdBy, disabledAt, grants }: AccountWithGrants): AccountView {
  return { name, kind, email, createdAt, createdBy, disabledAt, grants }
}

function sessionView({ id, createdAt, seenAt, browser, address }: Session, own: number | null): SessionView {
  return { id, createdAt, seenAt, browser, address, isThis: id === own }
}
