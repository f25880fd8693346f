import { resolve } from 'node:path'
import type { Restored, RestoreOrder } from '../../cli/world.ts'
import { backupName, type ServerBackup, summaryOf } from '../../domain/server-backup.ts'
import { Fault } from '../../lib/fault.ts'
import { assertGit } from '../../sources/git/repository.ts'
import { type Reached, reachedIn } from '../../store/restored.ts'
import { systemClock } from '../../system/clock.ts'
import { exists, makeDirectory, namesIn, readText, writeFileAtomic } from '../../system/files.ts'
import { recipientIn } from '../../system/secrets.ts'
import { type DataDirectory, type DataPaths, dataPaths, holdDataDirectory, holderOf } from '../data-directory.ts'
import { gitEnvironment } from '../environment.ts'
import { shelfOf } from './shelf.ts'
import { stage } from './stage.ts'
import { endBrokenOff, isEmptyFor, stageOf, swapIn } from './swap.ts'
import { assertKnown } from './verify.ts'

/**
 * Makes a data directory what it was when a backup was taken: all of it or nothing, also when this ends in the middle. Faults
 * `server.held`, `restore.occupied`, `restore.key_needed`, `restore.key_unfit`, and those of a backup that is none.
 */
export async function restoreServer(order: RestoreOrder, signal: AbortSignal): Promise<Restored> {
  const { shelf, name } = shelfOf(order.backup)
  const backup = await shelf.read(name)
  assertKnown(backup)
  await assertGit({ env: gitEnvironment() })
  const data = dataPaths(order.config.dataDirectory)
  const hasKey = await keyFits(order, data, backup)
  await mustBeFree(order, data)
  using held = await holdDataDirectory(data.path)
  const done = { backup: summaryOf(backup, null), data: data.path, hasKey }
  const brokenOff = await endBrokenOff(held)
  if (brokenOff?.backup === name) return { ...done, aside: brokenOff.aside }
  if (brokenOff !== null) await mustBeFree(order, data)
  try {
    const aside = await makeReady({ order, held, backup, signal })
    await swapIn(held, { backup: name, aside }, signal)
    return { ...done, aside }
  } catch (error) {
    await endBrokenOff(held)
    throw error
  }
}

interface Readying {
  readonly order: RestoreOrder
  readonly held: DataDirectory
  readonly backup: ServerBackup
  readonly signal: AbortSignal
}

/** Gives the folder for what is there now; null when there is nothing. */
async function makeReady({ order, held, backup, signal }: Readying): Promise<string | null> {
  const now = systemClock.now()
  const into = stageOf(held)
  await makeDirectory(into, 0o700)
  const { shelf } = shelfOf(order.backup)
  await stage({ shelf, backup, into, now, reached: await reachedBefore(held), signal })
  if (order.key !== null && order.config.keyFile === null) {
    const key = (await readText(order.key, 16_384)) ?? ''
    await writeFileAtomic(dataPaths(into).secretKey, key, { mode: 0o600 })
  }
  return (await isEmpty(held)) ? null : resolve(held.path, `before-restore-${backupName(now)}`)
}

/** Null also where it cannot be read any more, which may be why somebody restores it. */
async function reachedBefore({ database }: DataPaths): Promise<Reached | null> {
  if (!(await exists(database))) return null
  try {
    return reachedIn(database)
  } catch (error) {
    if (error instanceof Fault && error.code === 'store.damaged') return null
    throw error
  }
}

/** A server that is at work in it is never touched. */
async function mustBeFree({ replace }: RestoreOrder, data: DataPaths): Promise<void> {
  const pid = await holderOf(data)
  if (pid !== null) throw new Fault('server.held', { details: { path: data.path, pid } })
  if (!replace && !(await isEmpty(data)) && !(await exists(`${stageOf(data)}.json`)))
    throw new Fault('restore.occupied', { details: { path: data.path } })
}

async function isEmpty({ path }: DataPaths): Promise<boolean> {
  return isEmptyFor(await namesIn(path))
}

async function keyFits({ key, withoutKey, config }: RestoreOrder, data: DataPaths, backup: ServerBackup) {
  const wanted = backup.recipient
  const place = config.keyFile ?? data.secretKey
  const found = await recipientIn(key ?? place)
  if (key !== null && found === null) throw new Fault('file.missing', { details: { path: key } })
  if (wanted === null || found === wanted) return found !== null
  if (withoutKey && key === null) return false
  const details = { name: backup.name, recipient: wanted, path: key ?? place }
  throw new Fault(found === null ? 'restore.key_needed' : 'restore.key_unfit', { details })
}
