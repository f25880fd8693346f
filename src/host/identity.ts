import { Fault, messageOf } from '../lib/fault.ts'
import type { Log } from '../lib/log.ts'
import { isDiskFull, makeDirectory, readText } from '../system/files.ts'
import { modeOf } from '../system/links.ts'
import { type Lock, takeLock } from '../system/lock.ts'
import { newId } from '../system/random.ts'
import type { Layout } from './layout.ts'
import { RecordFile } from './records.ts'

interface Stored {
  readonly hostId: string
  readonly bootId: string
  readonly pid: number
}

export interface Identity {
  /** This host for ever: the marks of all its processes bear it. */
  readonly hostId: string
  readonly bootId: string
  /** Whether the machine was started anew since this host last ran: nothing of it can be alive. */
  readonly isAfterReboot: boolean
  readonly lock: Lock
}

/** Makes the directory this host's own, and this process the only host in it. Faults `host.held`, `host.open_directory`. */
export async function takeIdentity(layout: Layout, log: Log): Promise<Identity> {
  await makeDirectory(layout.dir, 0o700)
  await refuseOpen(layout.dir)
  const file = new RecordFile<Stored>(layout.identity)
  const before = await file.read(log)
  const lock = takeLock(layout.lock)
  if (lock === null) throw new Fault('host.held', { details: { pid: before?.pid ?? null, dir: layout.dir } })
  const bootId = (await readText('/proc/sys/kernel/random/boot_id', 100))?.trim() ?? 'unknown'
  const hostId = before?.hostId ?? newId('host')
  try {
    await file.write({ hostId, bootId, pid: process.pid })
  } catch (error) {
    // All that matters stands there already: a full disk is no reason to leave instances without a host.
    if (!isDiskFull(error) || before?.bootId !== bootId) throw error
    log.warn('the pid of the host could not be written', { problem: messageOf(error), error })
  }
  return { hostId, bootId, isAfterReboot: before !== null && before.bootId !== bootId, lock }
}

async function refuseOpen(dir: string): Promise<void> {
  const mode = await modeOf(dir)
  if ((mode & 0o077) === 0) return
  throw new Fault('host.open_directory', { details: { dir, mode: (mode & 0o777).toString(8) } })
}
