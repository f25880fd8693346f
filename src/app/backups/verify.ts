import { filesOf, type ServerBackup } from '../../domain/server-backup.ts'
import { Fault } from '../../lib/fault.ts'
import { knownSchema } from '../../store/database.ts'
import { databaseWork } from './database.ts'
import type { Shelf } from './shelf.ts'

/** Reads all of a backup. Faults `server_backup.unknown`, `server_backup.damaged`, `server_backup.newer`. */
export async function verifyBackup(shelf: Shelf, name: string, signal: AbortSignal): Promise<ServerBackup> {
  const backup = await shelf.read(name)
  assertKnown(backup)
  for (const { sha256 } of filesOf(backup)) {
    signal.throwIfAborted()
    await asDamaged(name, () => shelf.files.verify(sha256))
  }
  const path = shelf.files.path(backup.database.sha256)
  const seen = await asDamaged(name, () => databaseWork({ copy: null, look: path }, signal))
  const { facts, head } = seen.journal
  if (facts !== backup.journal.facts || head !== backup.journal.head)
    throw damaged(name, 'its journal does not end as its manifest says')
  return backup
}

/** Fault `server_backup.newer`. */
export function assertKnown({ name, schema, program }: ServerBackup): void {
  if (schema <= knownSchema()) return
  const problem = `Signalbox ${program} made it, whose schema is ${schema}; this program knows ${knownSchema()}`
  throw new Fault('server_backup.newer', { details: { name, problem } })
}

/** Whatever is wrong with a file of it is wrong with the backup. */
export async function asDamaged<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const isOfFile = error instanceof Fault && /^(artifact\.|store\.damaged|process\.failed)/.test(error.code)
    throw isOfFile ? damaged(name, error.message, error) : error
  }
}

function damaged(name: string, problem: string, cause?: unknown): Fault {
  return new Fault('server_backup.damaged', { details: { name, problem }, cause })
}
