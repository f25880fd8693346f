import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { knownSchema, openDatabase } from './database.ts'
import { markRestored, reachedIn, settle, unsettled } from './restored.ts'
import { storeOver } from './store.ts'

/** A database as an older program left it: so many of the migrations have run. */
function olderDatabase(path: string, schema: number): void {
  const folder = join(import.meta.dirname, 'migrations')
  const connection = new DatabaseSync(path)
  const steps = readdirSync(folder)
    .filter((file) => file.endsWith('.sql'))
    .sort()
  for (const file of steps.slice(0, schema)) connection.exec(readFileSync(join(folder, file), 'utf8'))
  connection.exec(`PRAGMA user_version = ${schema}; INSERT INTO projects VALUES ('shop', NULL, 1, 'ada')`)
  connection.close()
}

const order = { backup: 'b', takenAt: 5, now: 1_000, reached: null }

test('a backup of an older program gets the schema of this one, and keeps what it holds', async () => {
  await using dir = await tempDir()
  for (const schema of [1, 10, knownSchema() - 1]) {
    const path = join(dir.path, `${schema}.db`)
    olderDatabase(path, schema)
    markRestored(path, order)
    const db = openDatabase(path)
    const store = storeOver(db)
    assert.deepEqual(
      store.projects.list().map(({ name }) => name),
      ['shop'],
    )
    assert.deepEqual([store.facts.verify(), store.facts.newest(1)[0]?.kind], [null, 'server.restored'])
    db.close()
  }
})

test('no number that was given out is given out again, whether or not the database before can be asked', async () => {
  await using dir = await tempDir()
  const path = (name: string) => join(dir.path, name)
  const event = {
    project: 'shop',
    ref: 'refs/heads/main',
    before: null,
    after: 'a',
    source: 'push',
    by: 'ada',
    at: 1,
  } as const
  for (const name of ['backup', 'alone', 'later']) olderDatabase(path(name), knownSchema())
  const later = storeOver(openDatabase(path('later')))
  later.db.run("INSERT INTO sqlite_sequence (name, seq) VALUES ('events', 5000)")
  later.meta.rise('epoch', 900)
  later.db.close()

  markRestored(path('alone'), order)
  markRestored(path('backup'), { ...order, reached: reachedIn(path('later')) })
  const next = (name: string) => {
    const store = storeOver(openDatabase(path(name)))
    const found = [store.events.add({ ...event, run: null, because: '' }), store.meta.read('epoch')]
    store.db.close()
    return found
  }
  assert.deepEqual(next('alone'), ['e1001', 0])
  assert.deepEqual(next('backup'), ['e5001', 900])
})

test('whoever was signed in or invited has to be so anew; a door is newer than any that a target knows', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'a.db')
  olderDatabase(path, knownSchema())
  const before = openDatabase(path)
  before.run("INSERT INTO accounts (name, kind, created_at, created_by) VALUES ('ada', 'person', 1, 'x')")
  before.run(
    "INSERT INTO sessions (hash, account, created_at, seen_at, browser, address) VALUES ('h', 'ada', 1, 1, '', '')",
  )
  before.run(
    "INSERT INTO invitations (hash, account, created_at, created_by, expires_at) VALUES ('h', 'ada', 1, 'x', 9)",
  )
  before.run("INSERT INTO doors (project, environment, version) VALUES ('shop', 'staging', 7)")
  before.close()
  markRestored(path, order)
  const db = openDatabase(path)
  const count = (table: string) => db.get(`SELECT COUNT(*) AS n FROM ${table}`)?.n
  assert.deepEqual([count('accounts'), count('sessions'), count('invitations')], [1, 0, 0])
  assert.equal(storeOver(db).doors.get('shop', 'staging').version, 1_000)
  db.close()
})

test('a restore is settled once, and a second one again', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'a.db')
  olderDatabase(path, knownSchema())
  for (const seq of [1, 2]) {
    markRestored(path, order)
    const { db, meta } = storeOver(openDatabase(path))
    assert.equal(unsettled(meta), seq)
    settle(meta, seq)
    assert.equal(unsettled(meta), null)
    db.close()
  }
})
