import { openApi } from '../../api/reference.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

export function serverRoutes({
  store,
  version,
  fullPlaces,
}: ApiParts): Pick<Handlers, 'version' | 'health' | 'openapi'> {
  return {
    version: () => ({ name: 'signalbox', version, api: 'v1' }),
    health: async () => {
      store.facts.head() // Throws when the store cannot be read.
      const full = await fullPlaces()
      return { status: full.length === 0 ? 'ok' : 'full', full }
    },
    openapi: () => openApi(version),
  }
}
