import {
  type Grant,
  highestWithin,
  isAtLeast,
  lower,
  mayView,
  projectsSeen,
  type Rank,
  rankOf,
  rolesAt,
  type Where,
} from '../domain/role.ts'
import { Fault } from '../lib/fault.ts'
import { sha256 } from '../lib/hash.ts'
import type { Store } from '../store/store.ts'
import type { Token } from '../store/tokens.ts'
import { noteSeen } from './seen.ts'

export type Scope = Token['scope']

/** What each scope is good for, and needs: as much as this role. */
export const rankOfScope: Readonly<Record<Scope, Rank>> = {
  read: 'viewer',
  contribute: 'contributor',
  deploy: 'deployer',
  maintain: 'maintainer',
  admin: 'admin',
}

/** Who asks. The account's name is theirs in the record. */
export interface Principal {
  readonly name: string
  /** How far what they showed reaches at most. */
  readonly scope: Scope
  /** What they have been given, as far as what they showed reaches. */
  readonly grants: readonly Grant[]
  /** The one project that what they showed is for; null: all they may see. */
  readonly limit: string | null
  /** Stands for what they showed from now on, so that its value need not be kept. */
  readonly hash: string
  /** Where they have signed in; null for whoever showed a token. */
  readonly session: {
    readonly id: number /** Of late they have shown that it is still them. */
    readonly isConfirmed: boolean
  } | null
}

/** Whoever asks where nobody is asked who they are. */
export const nobody: Principal = { name: '', scope: 'read', grants: [], limit: null, hash: '', session: null }

/** Says who asks. What they may do there is asked of whom it names: `mustReach`. */
export interface Gatekeeper {
  /** By a token. Faults `token.missing`, `token.invalid`. */
  admit(authorization: string | null): Principal
  /** For people's git programs: the token may also be the password of HTTP Basic, beside any user name. */
  admitGit(authorization: string | null): Principal
  /** Whether somebody admitted earlier still would be, and may do this still. */
  isStillAdmitted(principal: Principal, needed: Scope, where: Where): boolean
}

export const everywhere: Where = { project: null, environment: null }

type Known = Pick<Store, 'accounts' | 'tokens'>

/** `signedIn` tells whose session a hash stands for; null when it is good for nothing. */
export function gatekeeper(store: Known, now: () => number, signedIn: (hash: string) => Principal | null): Gatekeeper {
  const admit = (value: string | null): Principal => {
    if (value === null) throw new Fault('token.missing')
    const principal = byToken(store, hashOfToken(value), now())
    if (principal === null) throw new Fault('token.invalid')
    return principal
  }
  return {
    admit: (authorization) => admit(bearer(authorization)),
    admitGit: (authorization) => admit(bearer(authorization) ?? password(authorization)),
    isStillAdmitted: ({ hash, session }, needed, where) => {
      const principal = session === null ? byToken(store, hash, now()) : signedIn(hash)
      return principal !== null && reaches(principal, needed, where)
    },
  }
}

/** Fault `token.forbidden` for whoever could do this nowhere: they need not even learn whether there is such a place. */
export function mustReachSomewhere(principal: Principal, needed: Scope): void {
  const { name, scope, grants } = principal
  const rank = lower(rankOfScope[scope], highestWithin(grants, everywhere))
  if (!isAtLeast(rank, rankOfScope[needed])) throw forbidden(name, rank, needed, everywhere)
}

/** Fault `token.forbidden`. */
export function mustReach(principal: Principal, needed: Scope, where: Where): void {
  if (reaches(principal, needed, where)) return
  throw forbidden(principal.name, rankThere(principal, needed, where), needed, where)
}

function forbidden(name: string, rank: Rank | null, needed: Scope, where: Where): Fault {
  const details = { name, rank: rank ?? 'nobody', needed: rankOfScope[needed], where: placeName(where) }
  return new Fault('token.forbidden', { details })
}

/**
 * Whether they may do what takes this scope there. Reading takes a role anywhere within the place. Whatever changes something
 * takes one that covers all of it, but for questions that name their places themselves: those the engine looks at one by one.
 */
export function reaches(principal: Principal, needed: Scope, where: Where): boolean {
  return isAtLeast(rankThere(principal, needed, where), rankOfScope[needed])
}

/** A project, or with null what concerns the server as a whole. */
export function sees({ grants }: Principal, project: string | null): boolean {
  return mayView(grants, project)
}

/** The projects that a question is about, if it names one, as far as they may see them; null: all. */
export function projectsAsked(principal: Principal, project: string | undefined): readonly string[] | null {
  if (project === undefined) return projectsSeen(principal.grants)
  return sees(principal, project) ? [project] : []
}

function rankThere({ scope, grants }: Principal, needed: Scope, where: Where): Rank | null {
  const isLoose = needed === 'read' || (where.project === null && needed !== 'admin')
  return lower(rankOfScope[scope], isLoose ? highestWithin(grants, where) : rankOf(rolesAt(grants, where)))
}

function placeName({ project, environment }: Where): string {
  if (project === null) return 'on this server'
  return environment === null ? `in ${project}` : `in ${environment} of ${project}`
}

function byToken({ accounts, tokens }: Known, hash: string, now: number): Principal | null {
  const token = tokens.byHash(hash)
  if (token === null || !isValid(token, now)) return null
  const account = accounts.get(token.account)
  if (account === null || account.disabledAt !== null) return null
  noteSeen(token.usedAt, now, () => tokens.used(token.name, now))
  const grants = within(accounts.grants(account.name), token.project)
  return { name: account.name, scope: token.scope, grants, limit: token.project, hash, session: null }
}

/** What is left of the grants in one project. */
function within(grants: readonly Grant[], project: string | null): readonly Grant[] {
  if (project === null) return grants
  return grants
    .filter((grant) => grant.project === null || grant.project === project)
    .map((grant) => ({ ...grant, project }))
}

/**
 * How tokens and sessions are stored. They are found by this hash, so nothing that depends on a value is ever compared byte
 * by byte: the time a look-up takes tells of a hash that cannot be steered, and 256 random bits need no salt.
 */
export function hashOfToken(value: string): string {
  return sha256(value)
}

function isValid({ revokedAt, expiresAt }: Token, now: number): boolean {
  return revokedAt === null && (expiresAt === null || now < expiresAt)
}

function bearer(authorization: string | null): string | null {
  return /^Bearer +([\w.~+/-]{1,512}=*)$/i.exec(authorization ?? '')?.[1] ?? null
}

function password(authorization: string | null): string | null {
  const encoded = /^Basic +([A-Za-z0-9+/]{1,1024}=*)$/i.exec(authorization ?? '')?.[1]
  if (encoded === undefined) return null
  const pair = Buffer.from(encoded, 'base64').toString('utf8')
  const colon = pair.indexOf(':')
  return colon < 0 || colon === pair.length - 1 ? null : pair.slice(colon + 1)
}
