import type { Itself } from '../http/parts.ts'
import type { RememberingLog } from '../lib/remembering-log.ts'
import { systemClock } from '../system/clock.ts'
import { fileBytes, freeBytes } from '../system/files.ts'
import type { DataDirectory } from './data-directory.ts'
import { fullPlaces } from './space.ts'

export interface Inside {
  readonly data: DataDirectory
  readonly log: RememberingLog
}

/** What the server can tell of itself. */
export function itself({ data, log }: Inside): Itself {
  return {
    startedAt: systemClock.now(),
    fullPlaces: () => fullPlaces(data),
    sizes: async () => ({
      databaseBytes: (await fileBytes(data.database)) + (await fileBytes(`${data.database}-wal`)),
      freeBytes: await freeBytes(data.path),
    }),
    troubles: () => log.troubles(),
  }
}
