import { Fault } from '../lib/fault.ts'
import { type Database, integer, openForReading } from './database.ts'
import { Facts } from './facts.ts'
import { Projects } from './projects.ts'
import { Releases } from './releases.ts'

/** What a database in which nobody is at work says of itself. */
export interface CopySeen {
  readonly schema: number
  readonly journal: { readonly facts: number; readonly head: string }
  readonly projects: readonly string[]
  /** Of the archives that its releases need. */
  readonly digests: readonly string[]
}

/**
 * Copies the database as it is at one moment, whoever is at work in it, without what was deleted from it. Synchronous, and
 * long for a large one: for a thread of its own. Fault `disk.full`.
 */
export function copyDatabase(from: string, to: string): void {
  const db = openForReading(from)
  try {
    db.run('VACUUM INTO ?', to)
  } finally {
    db.close()
  }
}

/** Reads all of it, the chain of its journal too. Fault `store.damaged`. */
export function lookAtCopy(path: string): CopySeen {
  const db = openForReading(path)
  try {
    const facts = new Facts(db)
    const problem = problemOf(db, facts)
    if (problem !== null) throw new Fault('store.damaged', { details: { path, problem } })
    const { seq, hash } = facts.head()
    return {
      schema: schemaIn(db),
      journal: { facts: seq, head: hash },
      projects: new Projects(db).list().map(({ name }) => name),
      digests: new Releases(db).digestsInUse(),
    }
  } finally {
    db.close()
  }
}

function problemOf(db: Database, facts: Facts): string | null {
  const pages = db.quickCheck()
  if (pages !== 'ok') return pages
  const broken = facts.verify()
  return broken === null ? null : `fact ${broken.seq} of its journal ${broken.problem}`
}

function schemaIn(db: Database): number {
  return integer(db.get('PRAGMA user_version') ?? {}, 'user_version')
}
