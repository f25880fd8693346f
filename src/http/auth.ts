import { Fault } from '../lib/fault.ts'
import { sha256 } from '../lib/hash.ts'
import type { Token, Tokens } from '../store/tokens.ts'

export type Scope = Token['scope']

/** Who asks: the token's name is the person's name in the record. */
export interface Principal {
  readonly name: string
  readonly scope: Scope
  /** Stands for the token from now on, so that its value need not be kept. */
  readonly hash: string
}

export interface Gatekeeper {
  /** Faults `token.missing`, `token.invalid`, `token.forbidden`. */
  admit(authorization: string | null, needed: Scope): Principal
  /** For people's git programs: the token may also be the password of HTTP Basic, beside any user name. */
  admitGit(authorization: string | null, needed: Scope): Principal
  /** Whether somebody admitted earlier still would be. */
  isStillAdmitted(principal: Principal, needed: Scope): boolean
}

const rank: Readonly<Record<Scope, number>> = { read: 1, contribute: 2, deploy: 3, admin: 4 }

export function gatekeeper(tokens: Pick<Tokens, 'byHash'>, now: () => number): Gatekeeper {
  const admit = (value: string | null, needed: Scope): Principal => {
    if (value === null) throw new Fault('token.missing')
    const hash = hashOfToken(value)
    const token = tokens.byHash(hash)
    if (token === null || !isValid(token, now())) throw new Fault('token.invalid')
    const { name, scope } = token
    if (rank[scope] < rank[needed]) throw new Fault('token.forbidden', { details: { name, scope, needed } })
    return { name, scope, hash }
  }
  return {
    admit: (authorization, needed) => admit(bearer(authorization), needed),
    admitGit: (authorization, needed) => admit(bearer(authorization) ?? password(authorization), needed),
    isStillAdmitted: ({ hash }, needed) => {
      const token = tokens.byHash(hash)
      return token !== null && isValid(token, now()) && rank[token.scope] >= rank[needed]
    },
  }
}

/**
 * How a token is stored. It is found by this hash, so nothing that depends on its value is ever compared byte by byte:
 * the time a look-up takes tells of a hash that cannot be steered, and 256 random bits need no salt.
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
