import type { Freeze } from '../../domain/freeze.ts'
import { environmentIn } from '../../engine/context.ts'
import { specNow } from '../../engine/find.ts'
import { type FreezeStatus, freezeStatus } from '../../engine/freezes.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

type FreezeRoutes = Pick<Handlers, 'freezes.list' | 'freezes.add' | 'freezes.remove' | 'freezes.override'>

const nothing: FreezeStatus = { now: null, declared: [], override: null }

export function freezeRoutes({ store, actions, clock }: ApiParts): FreezeRoutes {
  return {
    'freezes.list': ({ params }) => {
      environmentIn(specNow(store, params.project), params.environment)
      return freezeStatus(store, { ...params, at: clock.now() }) ?? nothing
    },
    'freezes.add': ({ params, body: { reason, from = null, until = null, forMs = null } }, { by }) =>
      freezeView(actions.freeze(params, { reason, from, until, forMs }, { by })),
    'freezes.remove': ({ params, body }, { by }) =>
      actions.unfreeze(params, body.freeze ?? null, { by }).map(freezeView),
    'freezes.override': ({ params, body }, { by }) => actions.overrideFreeze(params, body, { by }),
  }
}

function freezeView({ id, environment, by, reason, from, until }: Freeze): Freeze {
  return { id, environment, by, reason, from, until }
}
