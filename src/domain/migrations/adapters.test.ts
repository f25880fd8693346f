import assert from 'node:assert/strict'
import test from 'node:test'
import { migrationSpec } from '../../../test/helpers/spec.ts'
import type { MigrationSpec } from '../spec.ts'
import type { Listed } from './adapter.ts'
import { askingFor, migrationFiles } from './adapters.ts'

/**
 * Each reader with what its framework prints. Django is asked for real in test/journey/frameworks.test.ts, Alembic and
 * Drizzle beside this file; what Rails, Prisma and Knex print is as their own source prints it.
 */

const specOf = (adapter: MigrationSpec['adapter'], command: MigrationSpec['command'], pending: string | null = null) =>
  migrationSpec({ adapter, command, pending })

const asked = (spec: MigrationSpec, out: string, { exitCode = 0, err = '' } = {}) =>
  askingFor(spec)?.adapter.read({ exitCode, out, err })

test('Django is asked by the manage.py that migrates, and names what is not ticked', () => {
  const spec = specOf('django', '.venv/bin/python manage.py migrate --noinput')
  assert.deepEqual(askingFor(spec)?.words, ['.venv/bin/python', 'manage.py', 'showmigrations', '--plan'])
  const out = '[X]  contenttypes.0001_initial\n[ ]  shop.0001_initial\n[ ]  shop.0002_gift\n'
  assert.deepEqual(asked(spec, out), { names: ['shop.0001_initial', 'shop.0002_gift'] })
})

test('Django: a migration in Python is not read as SQL, the others are', () => {
  const spec = specOf('django', 'python3 manage.py migrate')
  const adapter = askingFor(spec)?.adapter
  const words = adapter?.sql?.(spec, { names: ['shop.0002_gift'] })
  assert.match(words?.at(-1) ?? '', /'python3' 'manage.py' 'sqlmigrate' 'shop' '0002_gift'/)
  const out = [
    '-- signalbox migration: shop.0002_gift',
    'BEGIN;\n--\n-- Add field gift to order\n--\nALTER TABLE "o" ADD COLUMN "gift" boolean NULL;\nCOMMIT;',
    '-- signalbox migration: shop.0003_fill',
    'BEGIN;\n--\n-- MIGRATION NOW PERFORMS OPERATION THAT CANNOT BE WRITTEN AS SQL:\n-- Raw Python operation\n--\nCOMMIT;',
    '-- signalbox migration: shop.0004_more',
    'BEGIN;\n--\n-- Raw Python operation\n--\n-- THIS OPERATION CANNOT BE WRITTEN AS SQL\nCOMMIT;',
  ].join('\n')
  assert.deepEqual([...(adapter?.readSql?.(out).keys() ?? [])], ['shop.0002_gift'])
})

test('Rails: what is down is pending', () => {
  const spec = specOf('rails', 'bin/rails db:migrate')
  assert.deepEqual(askingFor(spec)?.words, ['bin/rails', 'db:migrate:status'])
  const out = `
database: shop_production

 Status   Migration ID    Migration Name
--------------------------------------------------
   up     20260101000000  Create orders
  down    20261124101500  Add gift to orders
`
  assert.deepEqual(asked(spec, out), { names: ['20261124101500 Add gift to orders'] })
  const err = 'Schema migrations table does not exist yet.'
  assert.match(JSON.stringify(asked(spec, '', { exitCode: 1, err })), /no table of migrations yet/)
})

test('Alembic: everything that the current revision does not come from is pending, oldest first', () => {
  const spec = specOf('alembic', 'alembic upgrade head')
  assert.deepEqual(askingFor(spec)?.words, ['alembic', 'history', '--indicate-current'])
  const out = 'bb22 -> cc33 (head), third\naa11 -> bb22, second\n<base> -> aa11 (current), first one\n'
  assert.deepEqual(asked(spec, out), { names: ['bb22', 'cc33'], from: 'aa11' })
  assert.deepEqual(asked(spec, out.replace(' (current)', '')), { names: ['aa11', 'bb22', 'cc33'], from: '' })
  assert.deepEqual(asked(spec, out.replace(' (current)', '').replace('(head)', '(head) (current)')), {
    names: [],
    from: 'cc33',
  })
})

test('Alembic: of two branches only what is not applied is pending, and its SQL is not asked for', () => {
  const spec = specOf('alembic', 'alembic upgrade heads')
  const out = [
    'bb, cc -> dd (head) (mergepoint), merge',
    'aa -> cc (current), right',
    'aa -> bb (current), left',
    '<base> -> aa (branchpoint), first',
  ].join('\n')
  const found = asked(spec, out) as Listed
  assert.deepEqual(found.names, ['dd'])
  assert.equal(askingFor(spec)?.adapter.sql?.(spec, found), null)
})

test('Alembic: the SQL of each stands behind the line that says it runs', () => {
  const adapter = askingFor(specOf('alembic', 'alembic upgrade head'))?.adapter
  const spec = specOf('alembic', 'alembic upgrade head')
  assert.deepEqual(adapter?.sql?.(spec, { names: ['bb'], from: 'aa' }), ['alembic', 'upgrade', 'aa:head', '--sql'])
  const out =
    '-- Running upgrade aa -> bb\n\nALTER TABLE a ADD COLUMN b INTEGER;\n\n-- Running upgrade bb -> cc\n\nDROP TABLE a;\n'
  const sql = adapter?.readSql?.(out)
  assert.deepEqual(
    [sql?.get('bb')?.trim(), sql?.get('cc')?.trim()],
    ['ALTER TABLE a ADD COLUMN b INTEGER;', 'DROP TABLE a;'],
  )
})

test('Prisma ends with 1 when something is pending, and that is an answer', () => {
  const spec = specOf('prisma', 'npx prisma migrate deploy')
  assert.deepEqual(askingFor(spec)?.words, ['npx', 'prisma', 'migrate', 'status'])
  const out = `Prisma schema loaded from prisma/schema.prisma

3 migrations found in prisma/migrations

Following migrations have not yet been applied:
20261101120000_init
20261124120000_gift

To apply migrations in development run prisma migrate dev.
To apply migrations in production run prisma migrate deploy.
`
  assert.deepEqual(asked(spec, out, { exitCode: 1 }), { names: ['20261101120000_init', '20261124120000_gift'] })
  assert.deepEqual(asked(spec, 'Database schema is up to date!\n'), { names: [] })
  const broken = asked(spec, '', { exitCode: 1, err: "Error: P1001: Can't reach database server" })
  assert.match(JSON.stringify(broken), /exit code 1: Error: P1001/)
})

test('Knex lists both kinds, in colours or without', () => {
  const spec = specOf('knex', 'npx knex migrate:latest --knexfile db/knexfile.js')
  assert.deepEqual(askingFor(spec)?.words, ['npx', 'knex', 'migrate:list', '--knexfile', 'db/knexfile.js'])
  const out =
    'Found 1 Completed Migration file/files.\n001_init.js \nFound 2 Pending Migration file/files.\n002_a.js \n003_b.js \n'
  assert.deepEqual(asked(spec, out), { names: ['002_a.js', '003_b.js'] })
  const coloured = '\u001b[32mFound 1 Pending Migration file/files.\n\u001b[39m\u001b[36m002_a.js \n\u001b[39m'
  assert.deepEqual(asked(spec, coloured), { names: ['002_a.js'] })
  assert.deepEqual(asked(spec, 'No Completed Migration files Found. \nNo Pending Migration files Found.\n'), {
    names: [],
  })
})

test('a command of the app: 0 is nothing, 1 is something, and anything else says nothing (trap 1)', () => {
  const spec = specOf('command', 'bin/migrate', 'bin/migrate --pending')
  assert.deepEqual(asked(spec, 'whatever'), { names: [] })
  assert.deepEqual(asked(spec, '002.sql\n003.sql\n', { exitCode: 1 }), { names: ['002.sql', '003.sql'] })
  assert.deepEqual(asked(spec, '', { exitCode: 1 }), { names: ['a migration that was not named'] })
  assert.match(JSON.stringify(asked(spec, '', { exitCode: 127, err: 'not found' })), /exit code 127: not found/)
})

test('a framework that could not answer has listed nothing: nobody can tell', () => {
  for (const [adapter, command] of [
    ['django', 'python3 manage.py migrate'],
    ['alembic', 'alembic upgrade head'],
    ['rails', 'bin/rails db:migrate'],
    ['knex', 'npx knex migrate:latest'],
    ['drizzle', 'npx drizzle-kit migrate'],
  ] as const) {
    const answer = asked(specOf(adapter, command), '', { exitCode: 1, err: 'connection refused' })
    assert.match(JSON.stringify(answer), /problem.*connection refused/, adapter)
  }
})

test('where the command cannot be taken apart, the command `pending` is asked instead', () => {
  const own = askingFor(specOf('django', 'cd site && ./manage.py migrate', 'bin/pending'))
  assert.deepEqual(own?.words, ['/bin/sh', '-c', 'exec bin/pending'])
  assert.deepEqual(own?.adapter.read({ exitCode: 1, out: 'a.0001\n', err: '' }), { names: ['a.0001'] })
  assert.equal(askingFor(specOf('django', 'bin/migrate')), null)
  assert.equal(askingFor(specOf('command', 'bin/migrate')), null)
})

test('of several commands in a row the first is asked, as it is', () => {
  const spec = specOf(
    'django',
    '.venv/bin/python manage.py migrate --noinput && .venv/bin/python manage.py sync_groups',
  )
  assert.deepEqual(askingFor(spec)?.words, ['.venv/bin/python', 'manage.py', 'showmigrations', '--plan'])
})

test('each framework says which files of a change are migrations', () => {
  assert.deepEqual(migrationFiles(specOf('django', 'x')), ['**/migrations/*.py'])
  assert.deepEqual(migrationFiles(specOf('command', 'x')), [])
})
