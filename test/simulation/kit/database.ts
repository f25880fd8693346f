import { DatabaseSync } from 'node:sqlite'

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
