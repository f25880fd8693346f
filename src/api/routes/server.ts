import { z } from 'zod'
import { list } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

export const serverRoutes = {
  version: route({
    ...{ method: 'GET', path: '/version', scope: 'anyone', kind: 'json' },
    sentence: 'Tells which program this is.',
    answer: views.version,
  }),
  health: route({
    ...{ method: 'GET', path: '/health', scope: 'anyone', kind: 'json' },
    sentence: 'Answers when the server can read its store, and tells what of it lies on a disk that is full.',
    answer: z.object({ status: z.enum(['ok', 'full']), full: list(z.string()) }),
  }),
  'server.status': route({
    ...{ method: 'GET', path: '/server/status', scope: 'admin', kind: 'json' },
    sentence:
      'Tells how the server is: since when it runs, how large its database is, what it has still to do, and its newest troubles.',
    answer: views.serverStatus,
  }),
  'server.checkup': route({
    ...{ method: 'GET', path: '/server/checkup', scope: 'admin', kind: 'json', limitMs: 5 * 60_000 },
    sentence:
      'Has the server look at itself: its machine, its database and journal, its address, edge and targets. While it reads its database it answers nobody else.',
    answer: list(views.checkupLine),
  }),
  openapi: route({
    ...{ method: 'GET', path: '/openapi.json', scope: 'anyone', kind: 'json' },
    sentence: 'This table as an OpenAPI 3.1 document.',
    answer: z.record(z.string(), z.unknown()),
  }),
} as const
