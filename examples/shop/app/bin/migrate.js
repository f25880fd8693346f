import { migrate, openDatabase, pendingMigrations } from '../src/database.js'
import { log } from '../src/log.js'
import { readSettings } from '../src/settings.js'

/** `--pending` changes nothing and exits with 0 only when nothing is pending. */
const database = openDatabase(readSettings(process.env).database)
if (process.argv.includes('--pending')) {
  const pending = pendingMigrations(database)
  log('pending migrations', { pending })
  process.exitCode = pending.length === 0 ? 0 : 1
} else {
  log('migrated', { applied: migrate(database) })
}
database.close()
