import type { TokenView } from '../../api/views.ts'
import type { Token } from '../../store/tokens.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { createToken, revokeToken } from '../tokens.ts'

type TokenRoutes = Pick<Handlers, 'tokens.me' | 'tokens.list' | 'tokens.create' | 'tokens.revoke'>

export function tokenRoutes({ store, clock }: ApiParts): TokenRoutes {
  return {
    'tokens.me': (_, { by }) => {
      const { name, scope } = store.tokens.byName(by) as Token
      return { name, scope }
    },
    'tokens.list': () => store.tokens.list().map(tokenView),
    'tokens.create': ({ body: { name, scope, forMs = null } }, { by }) => {
      const { token, value } = createToken(store, { name, scope, forMs }, { by, at: clock.now() })
      return { token: tokenView(token), value }
    },
    'tokens.revoke': ({ params }, { by }) => {
      revokeToken(store, params.token, { by, at: clock.now() })
      return { revoked: params.token }
    },
  }
}

function tokenView({ name, scope, createdAt, createdBy, expiresAt, revokedAt }: Token): TokenView {
  return { name, scope, createdAt, createdBy, expiresAt, revokedAt }
}
