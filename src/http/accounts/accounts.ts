import type { Grant, Rank } from '../../domain/role.ts'
import { environmentIn } from '../../engine/context.ts'
import { Fault } from '../../lib/fault.ts'
import type { Account, Granted } from '../../store/accounts.ts'
import type { Store } from '../../store/store.ts'

/** Who does it, and when. */
export interface Doing {
  readonly by: string
  readonly at: number
}

export interface AccountWithGrants extends Account {
  readonly grants: readonly Granted[]
}

export type NewAccount = Pick<Account, 'name' | 'kind' | 'email'> & { readonly grants: readonly Grant[] }

/** Fault `account.unknown`. */
export function findAccount(store: Store, name: string): AccountWithGrants {
  const account = store.accounts.get(name)
  if (account === null) throw new Fault('account.unknown', { details: { name } })
  return { ...account, grants: store.accounts.grants(name) }
}

/** A name is given once: it stands in the record for good. Fault `account.exists`. */
export function addAccount(store: Store, { grants, ...wanted }: NewAccount, doing: Doing): AccountWithGrants {
  return store.db.transaction(() => {
    const { name, kind, email } = wanted
    if (store.accounts.get(name) !== null) throw new Fault('account.exists', { details: { name } })
    store.accounts.add({ ...wanted, createdAt: doing.at, createdBy: doing.by })
    record(store, 'account.added', { name, data: { kind, email } }, doing)
    for (const each of grants) grant(store, name, each, doing)
    return findAccount(store, name)
  })
}

/** It counts from this moment, for approvals given before too. "Already so" is success. */
export function grant(store: Store, name: string, given: Grant, doing: Doing): AccountWithGrants {
  return store.db.transaction(() => {
    const { grants } = findAccount(store, name)
    mustExist(store, given)
    if (grants.some((each) => isSame(each, given))) return findAccount(store, name)
    store.accounts.grant(name, { ...given, grantedAt: doing.at, grantedBy: doing.by })
    record(store, 'account.granted', { name, project: given.project, data: { ...given } }, doing)
    return findAccount(store, name)
  })
}

/** Faults `account.no_such_grant`, `account.last_admin`. */
export function withdraw(store: Store, name: string, given: Grant, doing: Doing): AccountWithGrants {
  return store.db.transaction(() => {
    findAccount(store, name)
    const { role, project, environment } = given
    if (!store.accounts.withdraw(name, given))
      throw new Fault('account.no_such_grant', { details: { name, role, where: placeOf({ project, environment }) } })
    mustLeaveAnAdmin(store, name)
    record(store, 'account.withdrawn', { name, project, data: { ...given } }, doing)
    return findAccount(store, name)
  })
}

/** From now on they can do nothing: their tokens are good for nothing, and their sessions end. Fault `account.last_admin`. */
export function disable(store: Store, name: string, doing: Doing): AccountWithGrants {
  return store.db.transaction(() => {
    if (findAccount(store, name).disabledAt !== null) return findAccount(store, name)
    store.accounts.setDisabled(name, doing.at)
    mustLeaveAnAdmin(store, name)
    store.sessions.endAll(name, doing.at)
    record(store, 'account.disabled', { name, data: {} }, doing)
    return findAccount(store, name)
  })
}

export function enable(store: Store, name: string, doing: Doing): AccountWithGrants {
  return store.db.transaction(() => {
    if (findAccount(store, name).disabledAt === null) return findAccount(store, name)
    store.accounts.setDisabled(name, null)
    record(store, 'account.enabled', { name, data: {} }, doing)
    return findAccount(store, name)
  })
}

export interface Said {
  readonly name: string
  readonly project?: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** One line of the journal about an account. */
export function record(store: Store, kind: string, { name, project = null, data }: Said, { by, at }: Doing): void {
  store.facts.append({ kind, project, subject: name, by, data }, at)
}

/** Roles of the team's own may be given anywhere; a place has to be there. Faults `project.unknown`, `environment.unknown`. */
function mustExist(store: Store, { project, environment }: Grant): void {
  if (project !== null && store.projects.get(project) === null)
    throw new Fault('project.unknown', { details: { project } })
  if (project === null && environment !== null)
    throw new Fault('request.invalid', { details: { problem: `${environment} is an environment of which project?` } })
  // Before its first push a project has no environments yet that could be told from a mistake.
  const spec = project === null ? null : store.runs.newestSpec(project)
  if (spec !== null && environment !== null) environmentIn(spec, environment)
}

/** Nobody could give anybody anything. Within the transaction that would bring it about. */
function mustLeaveAnAdmin({ accounts }: Store, name: string): void {
  const isAdmin = ({ name: each, disabledAt }: Account) =>
    disabledAt === null &&
    accounts.grants(each).some(({ role, project }) => role === ('admin' satisfies Rank) && project === null)
  if (!accounts.list().some(isAdmin)) throw new Fault('account.last_admin', { details: { name } })
}

function isSame(one: Grant, other: Grant): boolean {
  return one.role === other.role && one.project === other.project && one.environment === other.environment
}

function placeOf({ project, environment }: Pick<Grant, 'project' | 'environment'>): string {
  if (project === null) return 'everywhere'
  return environment === null ? `in ${project}` : `in ${environment} of ${project}`
}
