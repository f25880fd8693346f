import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import type { Connection, Statement } from '../../../src/store/database.ts'
import type { Slate, Slates } from './database.ts'
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
 * The whole seed is one transaction of the slate it is written on, and those of the server are savepoints in it.
 */
export class Disk implements Disposable {
  readonly #slates: Slates
  readonly #slate: Slate
  readonly #watch: DiskWatch
  readonly #begins: StatementSync
  readonly #commits: StatementSync
  fate: StoreFate = () => null
  #isOpen = false
  #isGone = false
  #lazy: { readonly every: number; commits: number } | null = null

  constructor(slates: Slates, watch: DiskWatch) {
    this.#slates = slates
    this.#slate = slates.take()
    this.#watch = watch
    this.#begins = this.prepare('SAVEPOINT life')
    this.#commits = this.prepare('RELEASE life')
  }

  /** For whoever looks on: past every life, and past everything that can go wrong. */
  prepare(sql: string): StatementSync {
    return this.#slate.prepare(sql)
  }

  /** The same as a connection. */
  get raw(): DatabaseSync {
    return this.#slate.raw
  }

  /**
   * From now on only one commit in so many reaches the platter, although every one says that it has. For a planted defect:
   * a server that relies on such a disk acknowledges what it does not have.
   */
  beLazy(every: number): void {
    if (this.#lazy !== null) return
    this.#lazy = { every, commits: 0 }
    this.raw.exec('SAVEPOINT platter')
  }

  /** The power goes: what has not reached the platter is gone. */
  loseWhatIsNotDurable(): void {
    if (this.#lazy !== null) this.raw.exec('ROLLBACK TO platter')
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
    return this.#isOpen
  }

  [Symbol.dispose](): void {
    if (this.#isGone) return
    this.#isGone = true
    this.#slates.giveBack(this.#slate)
  }

  #exec(life: Life, sql: string): void {
    if (sql === 'ROLLBACK') this.#rollBack()
    else if (sql === 'COMMIT') this.#commit(life)
    else this.#begin(life)
  }

  #begin(life: Life): void {
    this.#mustBeThere(life)
    this.#befall('begin')
    this.#begins.run()
    this.#isOpen = true
  }

  #commit(life: Life): void {
    this.#mustBeThere(life)
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
    this.#isOpen = false
    this.#commits.run()
    const lazy = this.#lazy
    if (lazy === null) return
    lazy.commits += 1
    if (lazy.commits % lazy.every === 0) this.raw.exec('RELEASE platter; SAVEPOINT platter')
  }

  #rollBack(): void {
    if (this.#isGone) return
    this.#isOpen = false
    this.raw.exec('ROLLBACK TO life; RELEASE life')
    this.#watch.rolledBack()
  }

  #prepare(life: Life, sql: string): Statement {
    const statement = this.prepare(sql)
    const call = sql.startsWith('SELECT') ? 'read' : 'write'
    const before = () => {
      this.#mustBeThere(life)
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

  /** What a life does after the seed has ended must not reach the next one. */
  #mustBeThere(life: Life): void {
    mustLive(life)
    if (this.#isGone) throw new Killed()
  }
}

function mustLive(life: Life): void {
  if (!life.alive) throw new Killed()
}

function asThrown({ errcode, message }: StoreError): Error {
  return Object.assign(new Error(message), { errcode })
}
