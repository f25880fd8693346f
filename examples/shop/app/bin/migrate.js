import { migrate, openDatabase, pendingMigrations } from '../src/database.js'
import { log } from '../src/log.js'
import { readSettings } from '../src/settings.js'

/** `--pending` changes nothing, prints the name of each that is pending, and exits with 0 only when none is. */
const database = openDatabase(readSettings(process.env).database)
if (process.argv.includes('--pending')) {
  const pending = pendingMigrations(database)
  for (const name of pending) process.stdout.write(`${name}\n`)
  process.exitCode = pending.length === 0 ? 0 : 1
} else {
  log('migrated', { applied: migrate(database) })
}
database.close()
