import type { PasskeyView } from '../../api/views.ts'
import type { Passkey } from '../../store/passkeys.ts'
import { removePasskey, renamePasskey } from '../accounts/passkeys.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

type PasskeyRoutes = Pick<Handlers, Extract<keyof Handlers, `passkeys.${string}`>>

export function passkeyRoutes({ store, clock }: ApiParts): PasskeyRoutes {
  const doing = (by: string) => ({ by, at: clock.now() })
  return {
    'passkeys.list': (_, { by }) => store.passkeys.of(by).map(passkeyView),
    'passkeys.rename': ({ params, body }, { by }) =>
      passkeyView(renamePasskey(store, params.passkey, body.name, doing(by))),
    'passkeys.remove': ({ params }, { by }) => ({ removed: removePasskey(store, params.passkey, doing(by)).name }),
  }
}

function passkeyView({ id, name, createdAt, usedAt }: Passkey): PasskeyView {
  return { id, name, createdAt, usedAt }
}
