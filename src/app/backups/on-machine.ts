import { programVersion } from '../../cli/version.ts'
import type { ServerConfig } from '../../config/server.ts'
import { Fault } from '../../lib/fault.ts'
import { exists } from '../../system/files.ts'
import { dataPaths } from '../data-directory.ts'
import { type Desk, deskOf } from './desk.ts'

/** Backups of a server that may not run, by somebody on its machine. Fault `data.invalid` where there is none. */
export async function backupsOnMachine(config: ServerConfig): Promise<Desk> {
  const desk = deskOf(config, await programVersion())
  const { path, database } = dataPaths(config.dataDirectory)
  const take: Desk['take'] = async (signal) => {
    if (!(await exists(database))) throw new Fault('data.invalid', { details: { path, problem: 'no server is in it' } })
    return await desk.take(signal)
  }
  return { ...desk, take }
}
