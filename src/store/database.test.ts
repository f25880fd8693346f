import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { tempDir } from '../../test/helpers/temp-dir.ts'
import { Fault } from '../lib/fault.ts'
import { Database, migrate, openDatabase, schemaOf } from './database.ts'

const isFault = (code: string) => (error: unknown) => error instanceof Fault && error.code === code

test('schema.sql is what the migrations make', () => {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  assert.equal(readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8'), schemaOf(connection))
})

test('a database from a newer program is refused and left as it is', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'signalbox.db')
  openDatabase(path).close()
  const newer = new DatabaseSync(path)
  newer.exec('PRAGMA user_version = 999')
  newer.close()
  assert.throws(() => openDatabase(path), isFault('store.newer'))
})

test('a damaged database is refused, never begun anew', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'signalbox.db')
  const db = openDatabase(path)
  for (let key = 0; key < 2000; key += 1)
    db.run('INSERT INTO meta (key, value) VALUES (?, 1)', `key-${key}-${'x'.repeat(50)}`)
  db.close()
  const bytes = readFileSync(path)
  bytes.fill(0xab, 5000, bytes.length - 500)
  writeFileSync(path, bytes)
  assert.throws(() => openDatabase(path), isFault('store.damaged'))
  writeFileSync(path, 'not a database at all, but long enough to be looked at as if it were one')
  assert.throws(() => openDatabase(path), isFault('store.damaged'))
})

test('a transaction that throws leaves nothing, and one that would wait is refused', () => {
  const db = inMemory()
  assert.throws(() =>
    db.transaction(() => {
      db.run("INSERT INTO meta (key, value) VALUES ('half', 1)")
      throw new Error('in the middle')
    }),
  )
  const waits = (async () => {}) as unknown as () => number
  assert.throws(() => db.transaction(waits), /must not wait/)
  assert.deepEqual(db.all('SELECT * FROM meta'), [])
})

test('a transaction in which something did not fit on the disk stores nothing, also when somebody goes on regardless', () => {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const { page_count: pages } = connection.prepare('PRAGMA page_count').get() as { page_count: number }
  connection.exec(`PRAGMA max_page_count = ${pages}`)
  const db = new Database(connection)
  const insert = (key: string) => db.run('INSERT INTO meta (key, value) VALUES (?, 1)', key)
  const heedless = () =>
    db.transaction(() => {
      insert('before')
      assert.throws(() => insert('x'.repeat(100_000)), isFault('disk.full'))
      assert.throws(() => insert('after'), isFault('disk.full'))
    })
  assert.throws(heedless, isFault('disk.full'))
  assert.deepEqual(db.all('SELECT * FROM meta'), [])
  assert.equal(
    db.transaction(() => insert('later')),
    1,
  )
})

test('a database somebody else is writing to is busy, which may pass', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'signalbox.db')
  openDatabase(path).close()
  const other = new DatabaseSync(path)
  other.exec('BEGIN IMMEDIATE')
  const impatient = new DatabaseSync(path, { timeout: 10 })
  const db = new Database(impatient)
  assert.throws(
    () => db.transaction(() => 1),
    (error) => error instanceof Fault && error.code === 'store.busy' && error.temporary,
  )
  other.exec('ROLLBACK')
  assert.equal(
    db.transaction(() => 1),
    1,
  )
  db.close()
  other.close()
})

test('what was acknowledged before kill -9 is there after it', async () => {
  await using dir = await tempDir()
  const path = join(dir.path, 'signalbox.db')
  const writer = `
    import { openDatabase } from ${JSON.stringify(join(import.meta.dirname, 'database.ts'))}
    const db = openDatabase(process.argv[1])
    for (let n = 1; ; n += 1) {
      db.transaction(() => db.run("INSERT INTO meta (key, value) VALUES (?, 1)", String(n)))
      process.stdout.write(n + "\\n")
    }`
  for (let round = 0; round < 3; round += 1) {
    const child = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      writer.replace('n = 1', `n = ${round * 1_000_000 + 1}`),
      path,
    ])
    let said = ''
    child.stdout.on('data', (data: Buffer) => {
      said += data
      if (said.length > 500 * (round + 1)) child.kill('SIGKILL')
    })
    await once(child, 'close')
    const acknowledged = said.split('\n').slice(0, -1)
    const db = openDatabase(path)
    const stored = new Set(db.all('SELECT key FROM meta').map(({ key }) => key))
    assert.deepEqual(
      acknowledged.filter((key) => !stored.has(key)),
      [],
    )
    assert.ok(acknowledged.length > 50)
    db.close()
  }
})

function inMemory(): Database {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  return new Database(connection)
}

test('after an error of the disk nothing is read or stored any more, and whoever asked to hear of it does, once', () => {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const failing = { at: '' }
  const db = new Database({
    get isTransaction() {
      return connection.isTransaction
    },
    exec(sql) {
      if (sql === failing.at) throw Object.assign(new Error('disk I/O error'), { errcode: 10 })
      connection.exec(sql)
    },
    prepare: (sql) => connection.prepare(sql),
    close: () => connection.close(),
  })
  const heard: unknown[] = []
  db.onBroken((error) => heard.push(error))
  failing.at = 'COMMIT'
  const write = () => db.transaction(() => db.run("INSERT INTO meta (key, value) VALUES ('a', 1)"))
  assert.throws(write, isFault('store.broken'))
  failing.at = ''
  assert.throws(write, isFault('store.broken'))
  assert.throws(() => db.all('SELECT * FROM meta'), isFault('store.broken'))
  assert.equal(heard.length, 1)
  assert.deepEqual(connection.prepare('SELECT * FROM meta').all(), [])
})

test('whoever may not write any more does not, within a transaction or without one, and hears of it once', () => {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const db = new Database(connection)
  const [heard, may] = [[] as unknown[], { write: true }]
  db.onBroken((error) => heard.push(error))
  db.guard(() => {
    if (!may.write) throw new Fault('server.superseded')
  })
  const insert = () => db.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('a', 1)")
  assert.equal(db.transaction(insert), 1)
  may.write = false
  assert.throws(() => db.transaction(insert), isFault('server.superseded'))
  assert.throws(insert, isFault('server.superseded'))
  assert.deepEqual([heard.length, connection.isTransaction], [1, false])
})
