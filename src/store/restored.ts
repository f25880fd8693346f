import { self } from '../domain/facts.ts'
import { type Database, integer, openDatabase, openForReading, text } from './database.ts'
import { Facts } from './facts.ts'
import { Meta } from './meta.ts'

/** How far the numbers of a database have come: nothing that it has named may get the same name again. */
export interface Reached {
  readonly numbers: ReadonlyMap<string, number>
  readonly meta: ReadonlyMap<string, number>
}

/** More than are given out between two backups: who has seen a number must not meet it again as another thing. */
const skipped = 1_000

/** Of a database that another takes the place of. Fault `store.damaged`. */
export function reachedIn(path: string): Reached {
  const db = openForReading(path)
  try {
    return reached(db)
  } finally {
    db.close()
  }
}

function reached(db: Database): Reached {
  const pairs = (sql: string) => new Map(db.all(sql).map((row) => [text(row, 'name'), integer(row, 'value')]))
  return {
    numbers: pairs('SELECT name, seq AS value FROM sqlite_sequence'),
    meta: pairs('SELECT key AS name, value FROM meta'),
  }
}

export interface Restoring {
  readonly backup: string
  readonly takenAt: number
  readonly now: number
  /** By the database whose place it takes, if there is one. */
  readonly reached: Reached | null
}

/**
 * Makes a database from a backup one that a server may go on with: numbers go on above all that were given out since, the
 * journal says what happened, and who was signed in or invited then has to be so anew. The engine sees to the rest at its start.
 */
export function markRestored(path: string, { backup, takenAt, now, reached: other }: Restoring): void {
  const db = openDatabase(path)
  try {
    db.transaction(() => {
      raiseNumbers(db, other)
      for (const [key, value] of other?.meta ?? []) if (value > new Meta(db).read(key)) new Meta(db).rise(key, value)
      raiseDoors(db, now)
      endWaysIn(db)
      const facts = new Facts(db)
      const at = Math.max(now, facts.newest(1)[0]?.at ?? 0)
      const data = { takenAt, facts: facts.head().seq }
      const fact = facts.append({ kind: 'server.restored', project: null, subject: backup, by: self, data }, at)
      new Meta(db).rise(restoredKey, fact.seq)
    })
    db.checkpoint()
  } finally {
    db.close()
  }
}

const restoredKey = 'restored'
const settledKey = 'settled'

/** The number of the fact of a restore that no server has started with yet; null when there is none. */
export function unsettled(meta: Meta): number | null {
  const restored = meta.read(restoredKey)
  return restored > meta.read(settledKey) ? restored : null
}

export function settle(meta: Meta, restored: number): void {
  meta.rise(settledKey, restored)
}

function raiseNumbers(db: Database, other: Reached | null): void {
  const tables = db.all("SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE '%AUTOINCREMENT%'")
  const here = reached(db).numbers
  for (const name of tables.map((row) => text(row, 'name'))) {
    const next = Math.max((here.get(name) ?? 0) + skipped, other?.numbers.get(name) ?? 0)
    db.run('DELETE FROM sqlite_sequence WHERE name = ?', name)
    db.run('INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)', name, next)
  }
}

/** A target takes a door only when it is newer than the one it knows. */
function raiseDoors(db: Database, now: number): void {
  db.run('UPDATE doors SET version = MAX(version + 1, ?)', now)
}

/** Those that were taken back or used since would be good again. */
function endWaysIn(db: Database): void {
  db.run('DELETE FROM sessions')
  db.run('DELETE FROM invitations')
  db.run('DELETE FROM challenges')
}
