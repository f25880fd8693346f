import { readFileSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Fault } from '../lib/fault.ts'
import { diskFault } from '../system/errors.ts'
import { type Lock, takeLock } from '../system/lock.ts'
import { assertSpace } from './space.ts'

/** Everything the server keeps, and who holds it. */
export interface DataDirectory extends Disposable {
  readonly path: string
  readonly database: string
  readonly adminToken: string
  readonly secretKey: string
  readonly repositories: string
  readonly artifacts: string
  readonly jobLogs: string
  readonly workspaces: string
  readonly host: string
  /** Where a running server says how it can be reached. */
  readonly running: string
}

/** Takes the directory for this process. Faults `server.held` when a living server has it, `disk.full`. */
export async function holdDataDirectory(path: string): Promise<DataDirectory> {
  await mkdir(path, { recursive: true, mode: 0o700 })
  const { mode } = await stat(path)
  // Secrets' key, tokens and instances' environments lie below: nobody else has business here.
  if ((mode & 0o077) !== 0) await chmod(path, 0o700)
  const pidFile = join(path, 'server.pid')
  const lock = takeLock(join(path, 'server.lock'))
  if (lock === null) throw new Fault('server.held', { details: { path, pid: pidIn(pidFile) } })
  try {
    await assertSpace(path)
    writeFileSync(pidFile, `${process.pid}\n`, { mode: 0o600 })
  } catch (error) {
    lock.release()
    throw diskFault(error, pidFile)
  }
  return directory(path, lock)
}

function directory(path: string, lock: Lock): DataDirectory {
  return {
    path,
    database: join(path, 'signalbox.db'),
    adminToken: join(path, 'admin-token'),
    secretKey: join(path, 'secrets.key'),
    repositories: join(path, 'repositories'),
    artifacts: join(path, 'artifacts'),
    jobLogs: join(path, 'logs', 'jobs'),
    workspaces: join(path, 'work'),
    host: join(path, 'host'),
    running: join(path, 'server.json'),
    [Symbol.dispose]: () => lock.release(),
  }
}

/** Only for the message: the lock itself says who is alive. */
function pidIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    return `unknown: ${error instanceof Error ? error.message : error}`
  }
}
