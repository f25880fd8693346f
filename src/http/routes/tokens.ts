import type { TokenView } from '../../api/views.ts'
import type { Token } from '../../store/tokens.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { createToken, revokeToken, setTokenRoles } from '../tokens.ts'

type TokenRoutes = Pick<Handlers, 'tokens.me' | 'tokens.list' | 'tokens.create' | 'tokens.roles' | 'tokens.revoke'>

export function tokenRoutes({ store, clock }: ApiParts): TokenRoutes {
  return {
    'tokens.me': (_, { by }) => {
      const { name, scope, roles } = store.tokens.byName(by) as Token
      return { name, scope, roles }
    },
    'tokens.list': () => store.tokens.list().map(tokenView),
    'tokens.create': ({ body: { name, scope, roles, forMs = null } }, { by }) => {
      const { token, value } = createToken(store, { name, scope, roles, forMs }, { by, at: clock.now() })
      return { token: tokenView(token), value }
    },
    'tokens.roles': ({ params, body: { roles } }, { by }) =>
      tokenView(setTokenRoles(store, params.token, { roles, by, at: clock.now() })),
    'tokens.revoke': ({ params }, { by }) => {
      revokeToken(store, params.token, { by, at: clock.now() })
      return { revoked: params.token }
    },
  }
}

function tokenView({ name, scope, roles, createdAt, createdBy, expiresAt, revokedAt }: Token): TokenView {
  return { name, scope, roles, createdAt, createdBy, expiresAt, revokedAt }
}
