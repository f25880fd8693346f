import { readFileSync, writeFileSync } from 'node:fs'
import { chmod, mkdir, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { Fault, messageOf } from '../lib/fault.ts'
import { codeOf, diskFault } from '../system/errors.ts'
import { exists } from '../system/files.ts'
import { type Lock, takeLock } from '../system/lock.ts'
import { assertSpace } from './space.ts'

/** Everything the server keeps, held by this process. */
export interface DataDirectory extends DataPaths, Disposable {}

/** Where everything is that a server keeps. */
export interface DataPaths {
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

/**
 * Takes the directory for this process. Faults `server.held` when a living server has it, `data.invalid` when it cannot
 * be one, `disk.full`.
 */
export async function holdDataDirectory(given: string): Promise<DataDirectory> {
  // The host goes on in it, wherever this server was started from.
  const path = resolve(given)
  await makeFolder(path).catch((error: unknown) => {
    throw unusable(path, error)
  })
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

async function makeFolder(path: string): Promise<void> {
  await mkdirWithParents(path)
  const found = await stat(path)
  if (!found.isDirectory()) throw new Error('it is not a folder')
  // Secrets' key, tokens and instances' environments lie below: nobody else has business here.
  if ((found.mode & 0o077) !== 0) await chmod(path, 0o700)
}

/** Node's own `recursive` never ends, nor lets the process end, where the system makes no folders: below /proc. */
async function mkdirWithParents(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return
    if (codeOf(error) !== 'ENOENT' || (await exists(dirname(path)))) throw error
    await mkdirWithParents(dirname(path))
    await mkdirWithParents(path)
  }
}

function unusable(path: string, error: unknown): unknown {
  const fault = diskFault(error, path)
  if (fault !== error) return fault
  return new Fault('data.invalid', { details: { path, problem: messageOf(error) }, cause: error })
}

function directory(path: string, lock: Lock): DataDirectory {
  return { ...dataPaths(path), [Symbol.dispose]: () => lock.release() }
}

export function dataPaths(given: string): DataPaths {
  const path = resolve(given)
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
  }
}

/** The process of the living server that holds the directory; null when none does. */
export async function holderOf({ path }: DataPaths): Promise<string | null> {
  const file = join(path, 'server.lock')
  if (!(await exists(file))) return null
  using lock = takeLock(file)
  return lock === null ? pidIn(join(path, 'server.pid')) : null
}

/** Only for the message: the lock itself says who is alive. */
function pidIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    return `unknown: ${error instanceof Error ? error.message : error}`
  }
}
