import type { TokenView } from '../../api/views.ts'
import { Fault } from '../../lib/fault.ts'
import type { Token } from '../../store/tokens.ts'
import { createToken, revokeToken } from '../accounts/tokens.ts'
import { everywhere, mustReach, type Principal, reaches } from '../auth.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

type TokenRoutes = Pick<Handlers, 'tokens.list' | 'tokens.create' | 'tokens.revoke'>

export function tokenRoutes({ store, clock }: ApiParts): TokenRoutes {
  return {
    'tokens.list': (_, { by, principal }) =>
      (isAdmin(principal) ? store.tokens.list() : store.tokens.of(by)).map(tokenView),
    'tokens.create': ({ body: { name, account, scope, project = null, forMs = null } }, { by, principal }) => {
      if (account !== undefined && account !== by) mustReach(principal, 'admin', everywhere)
      mustReachNoFurther(principal, { scope, project })
      const wanted = { name, account: account ?? by, scope, project, forMs }
      const { token, value } = createToken(store, wanted, { by, at: clock.now() })
      return { token: tokenView(token), value }
    },
    'tokens.revoke': ({ params }, { by, principal }) => {
      const token = store.tokens.byName(params.token)
      if (token === null || (token.account !== by && !isAdmin(principal)))
        throw new Fault('token.unknown', { details: { name: params.token } })
      revokeToken(store, params.token, { by, at: clock.now() })
      return { revoked: params.token }
    },
  }
}

function isAdmin(principal: Principal): boolean {
  return reaches(principal, 'admin', everywhere)
}

/** A token begets none that is good for more than itself. */
function mustReachNoFurther(principal: Principal, { scope, project }: Pick<Token, 'scope' | 'project'>): void {
  const { limit } = principal
  if (limit !== null && project !== limit) throw new Fault('token.too_far', { details: { project: limit } })
  if (principal.session === null) mustReach({ ...principal, grants: [whole] }, scope, { project, environment: null })
}

const whole = { role: 'admin', project: null, environment: null }

function tokenView(token: Token): TokenView {
  const { name, account, scope, project, createdAt, createdBy, expiresAt, revokedAt, usedAt } = token
  return { name, account, scope, project, createdAt, createdBy, expiresAt, revokedAt, usedAt }
}
