import { openApi } from '../../api/reference.ts'
import type { Handlers } from '../handlers.ts'
import type { ApiParts } from '../parts.ts'

type ServerRoutes = Pick<
  Handlers,
  'version' | 'health' | 'openapi' | `server.${'status' | 'checkup' | 'backups' | 'backup' | 'backup_verify'}`
>

export function serverRoutes(parts: ApiParts): ServerRoutes {
  const { store, version, itself, backups } = parts
  // The same each time, and no other answer takes as long to be made.
  let described: ReturnType<typeof openApi> | null = null
  return {
    version: () => ({ name: 'signalbox', version, api: 'v1' }),
    health: async () => {
      store.facts.head() // Throws when the store cannot be read.
      const full = await itself.fullPlaces()
      return { status: full.length === 0 ? 'ok' : 'full', full }
    },
    'server.status': async () => await statusOf(parts),
    'server.checkup': () => itself.checkup(),
    'server.backups': () => backups.seen(),
    'server.backup': (_, { by }) => backups.take(by),
    'server.backup_verify': ({ params: { backup } }) => backups.verify(backup),
    openapi: () => {
      described ??= openApi(version)
      return described
    },
  }
}

async function statusOf({ store, version, itself, openStreams, clock }: ApiParts) {
  const at = clock.now()
  const { startedAt } = itself
  const oldest = store.outbox.oldestDue(at)
  return {
    ...{ version, at, startedAt, uptimeMs: at - startedAt, openStreams: openStreams.count },
    ...(await itself.sizes()),
    outbox: store.outbox.length(),
    oldestDue:
      oldest === null ? null : { kind: oldest.kind, subject: oldest.subject, dueAt: oldest.dueAt, tries: oldest.tries },
    troubles: itself.troubles(),
  }
}
