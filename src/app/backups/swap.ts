import { mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Fault } from '../../lib/fault.ts'
import { syncFileSystem } from '../../system/archive.ts'
import { exists, isMountPoint, makeDirectory, readText, removeTree, writeFileAtomic } from '../../system/files.ts'
import type { DataDirectory, DataPaths } from '../data-directory.ts'

/** What is written before anything is moved: from here on, whoever comes next carries it to its end. */
interface Decided {
  readonly backup: string
  /** Folder for what was there; null when nothing was. */
  readonly aside: string | null
}

/** What of a data directory is put in place by a restore, where there is something to put. */
const swapped = ['signalbox.db', 'repositories', 'artifacts', join('logs', 'jobs'), 'secrets.key']
/** What belongs to the old database, and to no other. */
const ofTheOld = ['signalbox.db-wal', 'signalbox.db-shm']
/** Names in a data directory that do not make it somebody's. */
const ours = [
  ...['server.lock', 'server.lock-journal', 'server.pid', 'restoring', 'restoring.json'],
  ...['secrets.key', 'admin-token', 'lost+found'],
]

/** Where all that is restored is made ready, on the file system that it goes to. */
export function stageOf({ path }: Pick<DataPaths, 'path'>): string {
  return join(path, 'restoring')
}

export function isEmptyFor(names: readonly string[]): boolean {
  return names.every((name) => ours.includes(name))
}

/** Puts what was made ready in place, and what was there aside. After this has begun it is carried to its end, by whoever. */
export async function swapIn(held: DataDirectory, decided: Decided, signal: AbortSignal): Promise<void> {
  await assertMovable(held)
  await syncFileSystem(held.path, signal)
  await writeFileAtomic(markerOf(held), `${JSON.stringify(decided)}\n`, { mode: 0o600 })
  await carryOn(held, decided)
}

/**
 * Ends a restore that was broken off: one that had begun to put things in place is carried to its end and told, of any other
 * nothing is left. For who holds the directory.
 */
export async function endBrokenOff(held: DataDirectory): Promise<Decided | null> {
  const text = await readText(markerOf(held), 10_000)
  if (text === null) {
    await removeTree(stageOf(held))
    return null
  }
  const decided = JSON.parse(text) as Decided
  await carryOn(held, decided)
  return decided
}

function markerOf({ path }: DataPaths): string {
  return join(path, 'restoring.json')
}

/** A file system of its own cannot be renamed: who found that out in the middle could never end. Fault `data.invalid`. */
async function assertMovable(held: DataDirectory): Promise<void> {
  const { path } = held
  for (const name of swapped) {
    if (!(await exists(join(stageOf(held), name))) || !(await isMountPoint(join(path, name)))) continue
    const problem = `${name} is a file system of its own: mount it elsewhere, with a link to it in its place`
    throw new Fault('data.invalid', { details: { path, problem } })
  }
}

/** Every step is one rename, and shows by itself whether it was done. */
async function carryOn(held: DataDirectory, { aside }: Decided): Promise<void> {
  const { path } = held
  const stage = stageOf(held)
  for (const name of ofTheOld) await moveAside(path, name, aside)
  for (const name of swapped) {
    if (!(await exists(join(stage, name)))) continue
    await moveAside(path, name, aside)
    await makeDirectory(dirname(join(path, name)), 0o750)
    await rename(join(stage, name), join(path, name))
  }
  const { signal } = new AbortController()
  await syncFileSystem(path, signal)
  await removeTree(stage)
  await removeTree(markerOf(held))
}

async function moveAside(path: string, name: string, aside: string | null): Promise<void> {
  if (aside === null || !(await exists(join(path, name)))) return
  await mkdir(dirname(join(aside, name)), { recursive: true, mode: 0o700 })
  await rename(join(path, name), join(aside, name))
}
