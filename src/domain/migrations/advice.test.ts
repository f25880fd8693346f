import assert from 'node:assert/strict'
import test from 'node:test'
import { appSpec, migrationSpec } from '../../../test/helpers/spec.ts'
import type { MigrationSpec } from '../spec.ts'
import { migrationAdvice, migrationsIn } from './advice.ts'

const app = (directory: string, adapter: MigrationSpec['adapter']) =>
  appSpec({ name: 'shop', directory, migrations: migrationSpec({ adapter }) })

test('files with migrations are known by the framework of the app they lie in', () => {
  const apps = [
    app('shop', 'django'),
    app('.', 'rails'),
    appSpec({ name: 'site', directory: 'site', migrations: null }),
  ]
  const changed = ['shop/a/migrations/0002_x.py', 'db/migrate/1_y.rb', 'site/a/migrations/0001.py', 'shop/a/models.py']
  assert.deepEqual(migrationsIn(apps, changed), ['db/migrate/1_y.rb', 'shop/a/migrations/0002_x.py'])
  assert.deepEqual(migrationsIn([app('.', 'command')], changed), [])
})

test('the advice names a few of them, and there is none without', () => {
  assert.equal(migrationAdvice([]), null)
  assert.match(
    migrationAdvice(['a', 'b', 'c', 'd', 'e']) ?? '',
    /\(a, b, c and 2 more\): the release before it has to work/,
  )
})
