import { openApi } from '../../api/reference.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

export function serverRoutes({ store, version }: ApiParts): Pick<Handlers, 'version' | 'health' | 'openapi'> {
  return {
    version: () => ({ name: 'signalbox', version, api: 'v1' }),
    health: () => {
      store.facts.head() // Throws when the store cannot be read.
      return { status: 'ok' }
    },
    openapi: () => openApi(version),
  }
}
