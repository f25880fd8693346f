import { type CheckupLine, databaseLine, journalLine, type Tried } from '../domain/checkup.ts'
import { messageOf } from '../lib/fault.ts'
import { type Database, openForReading } from '../store/database.ts'
import { Facts } from '../store/facts.ts'
import { ownProgram } from '../system/own-files.ts'
import { inThread } from '../system/thread.ts'

/** What a look at every page of the database and every fact shows: nothing else goes on in this thread meanwhile. */
export function storedLines(path: string): readonly CheckupLine[] {
  try {
    const db = openForReading(path)
    try {
      return [databaseLine(attempt(() => db.quickCheck())), journalLine(attempt(() => journalIn(db)))]
    } finally {
      db.close()
    }
  } catch (error) {
    return [databaseLine({ problem: messageOf(error) })]
  }
}

/** The same in a thread of its own, for a server that others ask something meanwhile. */
export async function storedLinesAside(path: string, signal: AbortSignal): Promise<readonly CheckupLine[]> {
  try {
    return (await inThread(ownProgram('store-thread'), { path }, signal)) as readonly CheckupLine[]
  } catch (error) {
    return [databaseLine({ problem: messageOf(error) })]
  }
}

function journalIn(db: Database) {
  const facts = new Facts(db)
  return { facts: facts.head().seq, brokenAt: facts.verify()?.seq ?? null }
}

function attempt<T>(work: () => T): Tried<T> {
  try {
    return { value: work() }
  } catch (error) {
    return { problem: messageOf(error) }
  }
}
