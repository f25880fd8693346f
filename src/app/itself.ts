import type { Itself } from '../http/parts.ts'
import type { RememberingLog } from '../lib/remembering-log.ts'
import { systemClock } from '../system/clock.ts'
import { fileBytes, freeBytes } from '../system/files.ts'
import { checkup, type Examined } from './checkup.ts'
import type { DataDirectory } from './data-directory.ts'
import { fullPlaces } from './space.ts'

export interface Inside extends Examined {
  readonly data: DataDirectory
  readonly log: RememberingLog
  readonly stopping: AbortSignal
}

/** What the server can tell of itself. */
export function itself(inside: Inside): Itself {
  const { data, log, stopping } = inside
  return {
    startedAt: systemClock.now(),
    fullPlaces: () => fullPlaces(data),
    sizes: async () => ({
      databaseBytes: (await fileBytes(data.database)) + (await fileBytes(`${data.database}-wal`)),
      freeBytes: await freeBytes(data.path),
    }),
    checkup: () => checkup(inside, stopping),
    troubles: () => log.troubles(),
  }
}
