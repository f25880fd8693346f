import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Connection, Statement } from '../../../src/store/database.ts'
import { Killed } from './killed.ts'
import type { Life } from './scheduler.ts'

export type StoreCall = 'begin' | 'read' | 'write' | 'commit'

/** An error as SQLite numbers them. `late`: what was called for has happened all the same. */
export interface StoreError {
  readonly errcode: number
  readonly message: string
  readonly late: boolean
}

/** What becomes of each call on the store. */
export type StoreFate = (call: StoreCall) => StoreError | null

/** Whoever watches the disk. Each may kill the life that writes. */
export interface DiskWatch {
  committing(life: Life): void
  /** Durable now, whether or not the writer ever hears of it. */
  committed(life: Life): void
  rolledBack(): void
}

/**
 * The disk of one seed: a database in memory to which every life of the server connects. A life that was killed reads and
 * writes nothing more, also when it is killed right before or right after a commit; a transaction it had open is undone.
 */
export class Disk implements Disposable {
  readonly raw: DatabaseSync
  readonly #watch: DiskWatch
  readonly #statements = new Map<string, StatementSync>()
  fate: StoreFate = () => null
  #isSaved = false
  #lazy: { readonly every: number; commits: number } | null = null

  constructor(raw: DatabaseSync, watch: DiskWatch) {
    this.raw = raw
    this.#watch = watch
  }

  /**
   * From now on only one commit in so many reaches the platter, although every one says that it has. For a planted defect:
   * a server that relies on such a disk acknowledges what it does not have.
   */
  beLazy(every: number): void {
    if (this.#lazy !== null) return
    this.#lazy = { every, commits: 0 }
    this.raw.exec('BEGIN IMMEDIATE')
  }

  /** The power goes: what has not reached the platter is gone. */
  loseWhatIsNotDurable(): void {
    if (this.#lazy !== null) this.raw.exec('ROLLBACK; BEGIN IMMEDIATE')
  }

  /** The connection of one life. */
  connect(life: Life): Connection {
    const isOpen = () => this.isOpen
    return {
      get isTransaction() {
        return isOpen()
      },
      exec: (sql) => this.#exec(life, sql),
      prepare: (sql) => this.#prepare(life, sql),
      close: () => {},
    }
  }

  /** Whether somebody is writing. */
  get isOpen(): boolean {
    return this.#lazy === null ? this.raw.isTransaction : this.#isSaved
  }

  [Symbol.dispose](): void {
    this.raw.close()
  }

  #exec(life: Life, sql: string): void {
    if (sql === 'ROLLBACK') this.#rollBack()
    else if (sql === 'COMMIT') this.#commit(life)
    else this.#begin(life, sql)
  }

  #begin(life: Life, sql: string): void {
    mustLive(life)
    this.#befall('begin')
    this.raw.exec(this.#lazy === null ? sql : 'SAVEPOINT lazy')
    this.#isSaved = true
  }

  #commit(life: Life): void {
    mustLive(life)
    this.#watch.committing(life)
    mustLive(life)
    const error = this.fate('commit')
    if (error !== null && !error.late) throw asThrown(error)
    this.#store()
    this.#watch.committed(life)
    mustLive(life)
    if (error !== null) throw asThrown(error)
  }

  #store(): void {
    this.#isSaved = false
    const lazy = this.#lazy
    if (lazy === null) {
      this.raw.exec('COMMIT')
      return
    }
    lazy.commits += 1
    this.raw.exec(lazy.commits % lazy.every === 0 ? 'RELEASE lazy; COMMIT; BEGIN IMMEDIATE' : 'RELEASE lazy')
  }

  #rollBack(): void {
    this.#isSaved = false
    this.raw.exec(this.#lazy === null ? 'ROLLBACK' : 'ROLLBACK TO lazy; RELEASE lazy')
    this.#watch.rolledBack()
  }

  #prepare(life: Life, sql: string): Statement {
    const statement = this.#statements.get(sql) ?? this.raw.prepare(sql)
    this.#statements.set(sql, statement)
    const call = sql.startsWith('SELECT') ? 'read' : 'write'
    const before = () => {
      mustLive(life)
      this.#befall(call)
    }
    return {
      get: (...values: SQLInputValue[]) => {
        before()
        return statement.get(...values)
      },
      all: (...values: SQLInputValue[]) => {
        before()
        return statement.all(...values)
      },
      run: (...values: SQLInputValue[]) => {
        before()
        return statement.run(...values)
      },
    }
  }

  #befall(call: StoreCall): void {
    const error = this.fate(call)
    if (error !== null) throw asThrown(error)
  }
}

function mustLive(life: Life): void {
  if (!life.alive) throw new Killed()
}

function asThrown({ errcode, message }: StoreError): Error {
  return Object.assign(new Error(message), { errcode })
}
