import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Fault, messageOf } from '../lib/fault.ts'
import { ownFile } from '../system/own-files.ts'

export type Row = Record<string, SQLInputValue>
type Values = readonly SQLInputValue[]

/** The little that is needed of a connection; `DatabaseSync` has it. */
export interface Connection {
  readonly isTransaction: boolean
  exec(sql: string): void
  prepare(sql: string): Statement
  close(): void
}

export interface Statement {
  get(...values: SQLInputValue[]): object | undefined
  all(...values: SQLInputValue[]): object[]
  run(...values: SQLInputValue[]): { readonly changes: number | bigint; readonly lastInsertRowid: number | bigint }
}

/**
 * One SQLite connection. Statements are literals, prepared once. Everything is synchronous, so a transaction is never
 * interleaved with anything; `transaction` refuses a function that returns a promise.
 */
export class Database {
  readonly #connection: Connection
  readonly #path: string
  readonly #statements = new Map<string, Statement>()
  #depth = 0
  #writes = 0
  /** What the open transaction failed with, whoever has caught it since. SQLite may have ended it by itself. */
  #failed: unknown = null
  #broken: unknown = null
  #check: () => void = () => {}
  #tellBroken: (error: unknown) => void = () => {}

  /** `path` is for people who read of a problem. */
  constructor(connection: Connection, path = 'the database') {
    this.#connection = connection
    this.#path = path
  }

  /**
   * `tell` hears it once when what is read or stored here can no longer be trusted: an error of the disk, a damaged page.
   * From then on every call fails, so that nobody goes on with what may not be so.
   */
  onBroken(tell: (error: unknown) => void): void {
    this.#tellBroken = tell
  }

  /** `check` is asked first in everything that writes. When it throws, nothing is written here any more, as if broken. */
  guard(check: () => void): void {
    this.#check = check
  }

  /** Rises with every `run`, `insert` and `transaction`: as long as it is the same, so is what they store. */
  get writes(): number {
    return this.#writes
  }

  get(sql: string, ...values: Values): Row | null {
    return this.#ask(() => (this.#prepare(sql).get(...values) as Row | undefined) ?? null)
  }

  all(sql: string, ...values: Values): readonly Row[] {
    return this.#ask(() => this.#prepare(sql).all(...values) as Row[])
  }

  /** Number of rows changed. */
  run(sql: string, ...values: Values): number {
    this.#mayWrite()
    return this.#ask(() => Number(this.#prepare(sql).run(...values).changes))
  }

  /** Rowid of the inserted row. */
  insert(sql: string, ...values: Values): number {
    this.#mayWrite()
    return this.#ask(() => Number(this.#prepare(sql).run(...values).lastInsertRowid))
  }

  /**
   * All of `work` or nothing of it, durable when this returns. Called within a transaction it is part of that one. After a
   * statement that failed for the store's sake all others fail, also when somebody in `work` goes on regardless.
   */
  transaction<T>(work: () => T extends Promise<unknown> ? never : T): T {
    if (this.#depth > 0) return work()
    this.#ask(() => this.#connection.exec('BEGIN IMMEDIATE'))
    try {
      this.#mayWrite()
      this.#depth = 1
      const result = work()
      if ((result as unknown) instanceof Promise) throw new TypeError('a transaction must not wait')
      this.#ask(() => this.#connection.exec('COMMIT'))
      return result
    } catch (error) {
      this.#rollBack()
      throw error
    } finally {
      this.#depth = 0
      this.#failed = null
    }
  }

  /** Folds the write-ahead log into the database file. */
  checkpoint(): void {
    this.#ask(() => this.#connection.exec('PRAGMA wal_checkpoint(TRUNCATE)'))
  }

  /** `ok`, or what is wrong with the file. Every page is read, and nothing else is answered meanwhile. */
  quickCheck(): string {
    return text(this.get('PRAGMA quick_check(1)') ?? {}, 'quick_check')
  }

  close(): void {
    this.#connection.close()
  }

  /** SQLite has done it by itself after some errors. When it cannot be done, nothing that follows could be relied on. */
  #rollBack(): void {
    if (!this.#connection.isTransaction) return
    try {
      this.#connection.exec('ROLLBACK')
    } catch (cause) {
      this.#break(new Fault('store.broken', { details: { problem: messageOf(cause) }, cause }))
    }
  }

  /** Within a transaction it was asked already. */
  #mayWrite(): void {
    this.#writes += 1
    if (this.#depth > 0 || this.#broken !== null) return
    try {
      this.#check()
    } catch (error) {
      if (!isPassing(error)) this.#break(error)
      throw error
    }
  }

  #ask<T>(work: () => T): T {
    const failed = this.#broken ?? this.#failed
    if (failed !== null) throw failed
    try {
      return asFault(this.#path, work)
    } catch (error) {
      if (isBreach(error)) this.#break(error)
      if (this.#depth > 0 && isOfStore(error)) this.#failed = error
      throw error
    }
  }

  #break(error: unknown): void {
    if (this.#broken !== null) return
    this.#broken = error
    this.#tellBroken(error)
  }

  #prepare(sql: string): Statement {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.#connection.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

/** Opens the store, brings its schema up to this program's, and checks it. Fault `store.newer` for a schema from the future. */
export function openDatabase(path: string): Database {
  const connection = asFault(path, () => new DatabaseSync(path, { timeout: 5000 }))
  try {
    asFault(path, () => {
      // A reader or a backup may hold the file for a moment; FULL because an acknowledgement must survive a power cut.
      connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    })
    check(connection, path)
    asFault(path, () => migrate(connection))
    return new Database(connection, path)
  } catch (error) {
    connection.close()
    throw error
  }
}

/** For looking at it, whoever else is at work in it: nothing is changed, its schema neither. */
export function openForReading(path: string): Database {
  return new Database(
    asFault(path, () => new DatabaseSync(path, { readOnly: true, timeout: 5000 })),
    path,
  )
}

const folder = ownFile('store/migrations')

/** Migrations in order; the schema's version is how many of them ran. */
function migrations(): readonly string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'))
  return files.sort().map((file) => readFileSync(join(folder, file), 'utf8'))
}

/** Version of the schema that this program brings a database up to. */
export function knownSchema(): number {
  return migrations().length
}

export function migrate(connection: DatabaseSync): void {
  const steps = migrations()
  const { user_version: version } = connection.prepare('PRAGMA user_version').get() as { user_version: number }
  if (version > steps.length) {
    throw new Fault('store.newer', { details: { found: version, known: steps.length } })
  }
  for (const [index, sql] of steps.entries()) {
    if (index >= version) connection.exec(`BEGIN IMMEDIATE;\n${sql}\nPRAGMA user_version = ${index + 1};\nCOMMIT`)
  }
}

/** The schema as it is, to be read in one piece: schema.sql holds it, and a test compares. */
export function schemaOf(connection: DatabaseSync): string {
  const rows = connection
    .prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")
    .all()
  return `-- The result of all migrations, for reading. A test keeps it so.\n\n${rows.map(({ sql }) => `${sql};`).join('\n\n')}\n`
}

function check(connection: DatabaseSync, path: string): void {
  const { quick_check: answer } = asFault(path, () => connection.prepare('PRAGMA quick_check(1)').get()) as {
    quick_check: string
  }
  if (answer !== 'ok') throw new Fault('store.damaged', { details: { path, problem: answer } })
}

const busy = 5
const ioError = 10
const corrupt = 11
const full = 13
/** SQLITE_IOERR_SHMSIZE: the index of the write-ahead log could not be made larger. */
const noSpaceForIndex = 10 | (19 << 8)
const notADatabase = 26

/** SQLite's numbered errors, as Faults; everything else is a bug and stays what it is. */
function asFault<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    const extended = error instanceof Error && 'errcode' in error ? Number(error.errcode) : null
    const code = extended === null ? null : extended & 0xff
    const details = { problem: messageOf(error) }
    if (code === full || extended === noSpaceForIndex)
      throw new Fault('disk.full', { details: { path, ...details }, cause: error })
    if (code === busy) throw new Fault('store.busy', { details, cause: error })
    if (code === ioError) throw new Fault('store.broken', { details, cause: error })
    if (code === corrupt || code === notADatabase) {
      throw new Fault('store.damaged', { details: { path, ...details }, cause: error })
    }
    throw error
  }
}

function isPassing(error: unknown): boolean {
  return error instanceof Fault && error.temporary
}

/** Says something of the store, and nothing of what was to be stored. */
export function isOfStore(error: unknown): boolean {
  return error instanceof Fault && (error.code === 'disk.full' || error.code.startsWith('store.'))
}

function isBreach(error: unknown): boolean {
  return error instanceof Fault && (error.code === 'store.broken' || error.code === 'store.damaged')
}

export function text(row: Row, column: string): string {
  return String(row[column])
}

export function textOrNull(row: Row, column: string): string | null {
  const value = row[column]
  return value === null || value === undefined ? null : String(value)
}

export function integer(row: Row, column: string): number {
  return Number(row[column])
}

export function integerOrNull(row: Row, column: string): number | null {
  const value = row[column]
  return value === null || value === undefined ? null : Number(value)
}

/** Domain values are written and read whole; what comes out is what went in. */
export function json<T>(row: Row, column: string): T {
  return JSON.parse(text(row, column)) as T
}
