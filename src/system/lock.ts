import { DatabaseSync } from 'node:sqlite'
import { Fault } from '../lib/fault.ts'

const takeIt = 'PRAGMA journal_mode = DELETE; PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE'

/** The right to be the only one. It ends with `release`, or with the process however that ends. */
export interface Lock extends Disposable {
  release(): void
}

/**
 * Takes the lock kept in the file at `path`, or gives null when a living process holds it. SQLite's own file lock does
 * the work: the kernel drops it when the holder dies, so there is no stale lock to clean up. Fault `disk.full`.
 */
export function takeLock(path: string): Lock | null {
  const database = new DatabaseSync(path, { timeout: 0 })
  try {
    database.exec(takeIt)
  } catch (error) {
    database.close()
    const code = codeOf(error)
    if (code === SQLITE_BUSY) return null
    throw code === SQLITE_FULL ? new Fault('disk.full', { details: { path }, cause: error }) : error
  }
  const release = () => {
    if (database.isOpen) database.close()
  }
  return { release, [Symbol.dispose]: release }
}

const SQLITE_BUSY = 5
const SQLITE_FULL = 13

function codeOf(error: unknown): number | null {
  return error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : null
}
