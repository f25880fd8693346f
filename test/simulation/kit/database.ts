import { DatabaseSync, type StatementSync } from 'node:sqlite'

/** An empty, migrated database, as bytes. Made once; every seed begins with a copy. */
export function templateOf(migrate: (connection: DatabaseSync) => void): Uint8Array {
  using connection = new DatabaseSync(':memory:')
  migrate(connection)
  return connection.serialize()
}

/**
 * A database of its own in memory. To the programs of one seed it is the disk: a server that crashes leaves it as it was
 * after its last commit, and the next one opens the same object.
 */
export function copyOf(template: Uint8Array): DatabaseSync {
  const connection = new DatabaseSync(':memory:')
  connection.deserialize(template)
  connection.exec('PRAGMA foreign_keys = ON')
  return connection
}

/**
 * A migrated database in memory that seeds use one after the other, with its statements: preparing them anew for each
 * would cost more than a small seed's work. All that a seed stores is undone at its end.
 */
export class Slate {
  readonly raw = new DatabaseSync(':memory:')
  readonly #statements = new Map<string, StatementSync>()

  constructor(migrate: (connection: DatabaseSync) => void) {
    migrate(this.raw)
    this.raw.exec('PRAGMA foreign_keys = ON')
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql)
    if (known !== undefined) return known
    const statement = this.raw.prepare(sql)
    this.#statements.set(sql, statement)
    return statement
  }
}

/** One slate is enough for a process that runs one seed at a time. */
export class Slates {
  readonly #migrate: (connection: DatabaseSync) => void
  readonly #clean: Slate[] = []

  constructor(migrate: (connection: DatabaseSync) => void) {
    this.#migrate = migrate
  }

  take(): Slate {
    const slate = this.#clean.pop() ?? new Slate(this.#migrate)
    slate.raw.exec('BEGIN')
    return slate
  }

  giveBack(slate: Slate): void {
    slate.raw.exec('ROLLBACK')
    this.#clean.push(slate)
  }
}
