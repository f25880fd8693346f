import { hashPassword } from '../../system/passwords.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'
import { doorView, maintenanceView } from '../views/door.ts'

type DoorRoutes = Pick<Handlers, 'access.get' | 'access.set' | 'access.remove' | 'maintenance.on' | 'maintenance.off'>

const usualMessage = 'We are working on this site. Please come back in a little while.'

export function doorRoutes({ actions, queries }: ApiParts): DoorRoutes {
  return {
    'access.get': ({ params }) => doorView(queries.door(params)),
    'access.set': async ({ params: { user, ...place }, body: { password } }, { by }) => {
      queries.door(place) // Whether it is there is asked before a core is kept busy.
      actions.admit(place, { name: user, hash: await hashPassword(password) }, { by })
      return doorView(queries.door(place))
    },
    'access.remove': ({ params: { user, ...place } }, { by }) => ({
      removed: actions.dismiss(place, { name: user }, { by }),
    }),
    'maintenance.on': ({ params, body: { message = usualMessage } }, { by }) =>
      maintenanceView(actions.beginMaintenance(params, { message }, { by })),
    'maintenance.off': ({ params }, { by }) => ({ ended: actions.endMaintenance(params, { by }) }),
  }
}
