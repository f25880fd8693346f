import { z } from 'zod'
import { list, name } from '../inputs.ts'
import { route } from '../route.ts'
import * as views from '../views.ts'

/** A first backup copies everything there is. */
const longestMs = 4 * 60 * 60_000

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
  'server.backups': route({
    ...{ method: 'GET', path: '/server/backups', scope: 'admin', kind: 'json' },
    sentence: 'Lists the backups of the server, newest first, with what the newest try came to.',
    answer: views.backups,
  }),
  'server.backup': route({
    ...{ method: 'POST', path: '/server/backups', scope: 'admin', kind: 'json', confirm: true, limitMs: longestMs },
    sentence: 'Takes a backup of the server, while everything goes on, and answers when it is whole.',
    answer: views.backup,
  }),
  'server.backup_verify': route({
    ...{ method: 'POST', path: '/server/backups/:backup/verify', scope: 'admin', kind: 'json', limitMs: longestMs },
    sentence: 'Reads all of a backup again, and notes whether it is what it was.',
    params: z.strictObject({ backup: name }),
    answer: views.backup,
  }),
  openapi: route({
    ...{ method: 'GET', path: '/openapi.json', scope: 'anyone', kind: 'json' },
    sentence: 'This table as an OpenAPI 3.1 document.',
    answer: z.record(z.string(), z.unknown()),
  }),
} as const
