import { unlink } from '../accounts/identities.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

type IdentityRoutes = Pick<Handlers, Extract<keyof Handlers, `identities.${string}`>>

export function identityRoutes({ store, clock }: ApiParts): IdentityRoutes {
  return {
    'identities.list': (_, { by }) =>
      store.identities
        .of(by)
        .map(({ id, provider, label, createdAt, usedAt }) => ({ id, provider, label, createdAt, usedAt })),
    'identities.unlink': ({ params }, { by }) => {
      const { provider, label } = unlink(store, params.identity, { by, at: clock.now() })
      return { unlinked: `${provider}: ${label}` }
    },
  }
}
