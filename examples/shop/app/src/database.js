import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { root } from './settings.js'

/** Opens the database file; several processes may have it open at once. */
export function openDatabase(path) {
  mkdirSync(dirname(path), { recursive: true })
  const database = new DatabaseSync(path)
  database.exec('PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
  return database
}

/** Runs what is pending, each migration whole or not at all; tells their names. */
export function migrate(database) {
  database.exec('CREATE TABLE IF NOT EXISTS migrations (name TEXT PRIMARY KEY, applied_at TEXT NOT NULL) STRICT')
  const done = []
  for (const name of pendingMigrations(database)) {
    database.exec('BEGIN IMMEDIATE')
    try {
      database.exec(readFileSync(join(root, 'migrations', name), 'utf8'))
      database.prepare('INSERT INTO migrations VALUES (?, ?)').run(name, new Date().toISOString())
      database.exec('COMMIT')
    } catch (error) {
      database.exec('ROLLBACK')
      throw error
    }
    done.push(name)
  }
  return done
}

export function pendingMigrations(database) {
  const known = database.prepare("SELECT name FROM sqlite_schema WHERE name = 'migrations'").get()
  const applied = known ? database.prepare('SELECT name FROM migrations').all() : []
  const names = new Set(applied.map(({ name }) => name))
  return readdirSync(join(root, 'migrations'))
    .filter((name) => name.endsWith('.sql') && !names.has(name))
    .sort()
}
