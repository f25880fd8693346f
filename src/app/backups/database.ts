import { Fault } from '../../lib/fault.ts'
import type { FaultCode } from '../../lib/faults.ts'
import { type CopySeen, copyDatabase, lookAtCopy } from '../../store/copy.ts'
import { ownProgram } from '../../system/own-files.ts'
import { inThread } from '../../system/thread.ts'

export interface DatabaseWork {
  /** What is copied first; null: nothing is. */
  readonly copy: string | null
  /** What is looked at, and where the copy goes. */
  readonly look: string
}

/** A Fault does not cross threads as what it is. */
type Told =
  | { readonly seen: CopySeen }
  | { readonly code: FaultCode; readonly details: Readonly<Record<string, unknown>> }

/** Copies a database, and looks at every page and fact of what came of it, in a thread of its own while everybody goes on. */
export async function databaseWork(work: DatabaseWork, signal: AbortSignal): Promise<CopySeen> {
  const told = (await inThread(ownProgram('copy-thread'), work, signal)) as Told
  if ('seen' in told) return told.seen
  throw new Fault(told.code, { details: told.details })
}

/** What that thread does. */
export function copyWork({ copy, look }: DatabaseWork): Told {
  try {
    if (copy !== null) copyDatabase(copy, look)
    return { seen: lookAtCopy(look) }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    return { code: error.code, details: error.details }
  }
}
