import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import fc from 'fast-check'
import type { Command } from '../domain/command.ts'
import { Database, migrate } from './database.ts'
import { type Store, storeOver } from './store.ts'

const draft = { kind: 'test.said', project: null, subject: 'x', by: 'ada', data: { word: 'hello' } }

test('facts are numbered without a gap and their chain verifies', () => {
  const { store } = open()
  for (let n = 0; n < 50; n += 1) store.facts.append({ ...draft, data: { n } }, n)
  assert.deepEqual(
    store.facts.list({ after: 0, limit: 100 }).map(({ seq }) => seq),
    Array.from({ length: 50 }, (_, n) => n + 1),
  )
  assert.equal(store.facts.verify(), null)
})

test('facts can be neither changed, deleted, replaced nor put in between', () => {
  const { store, connection } = open()
  for (let n = 0; n < 3; n += 1) store.facts.append(draft, n)
  for (const sql of [
    "UPDATE facts SET actor = 'eve' WHERE seq = 2",
    'DELETE FROM facts WHERE seq = 2',
    "INSERT OR REPLACE INTO facts SELECT seq, at, kind, project, subject, 'eve', data, previous, hash || 'x' FROM facts WHERE seq = 2",
    "INSERT INTO facts SELECT 9, at, kind, project, subject, 'eve', data, previous, hash || 'x' FROM facts WHERE seq = 2",
  ]) {
    assert.throws(() => connection.exec(sql), /fact/, sql)
  }
  assert.equal(store.facts.verify(), null)
})

test('whoever gets past the triggers is found by the chain', () => {
  const { store, connection } = open()
  for (let n = 0; n < 12; n += 1) store.facts.append({ ...draft, data: { n } }, n)
  connection.exec('DROP TRIGGER facts_in_order; DROP TRIGGER facts_stay; DROP TRIGGER facts_remain')
  const column = fc.constantFrom('at', 'kind', 'subject', 'actor', 'data', 'previous', 'hash')
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 12 }), column, (seq, name) => {
      connection.exec('SAVEPOINT mutation')
      const changed = name === 'at' ? 'at + 1' : name === 'data' ? `'{"n":-1}'` : `${name} || 'x'`
      connection.exec(`UPDATE facts SET ${name} = ${changed} WHERE seq = ${seq}`)
      const found = store.facts.verify()
      connection.exec('ROLLBACK TO mutation; RELEASE mutation')
      return found !== null
    }),
  )
  connection.exec('DELETE FROM facts WHERE seq = 5')
  assert.equal(store.facts.verify()?.seq, 5)
})

test('the same commit built twice is one release; two commits may not share a version', () => {
  const { store } = open()
  const release = {
    project: 'shop',
    app: 'web',
    commit: 'a'.repeat(40),
    version: 'v1',
    digest: 'd1',
    bytes: 1,
    run: 'r1',
    title: 't',
    createdAt: 1,
  }
  const first = store.releases.add(release)
  assert.equal(store.releases.add({ ...release, digest: 'd2', run: 'r2' }).id, first.id)
  const other = store.releases.add({ ...release, commit: 'b'.repeat(40) })
  assert.equal(other.version, 'v1.2')
  assert.equal(store.releases.find('shop', 'web', 'bbbbbbb')?.id, other.id)
  assert.equal(store.releases.find('shop', 'web', 'bbb'), null)
})

test('variables are as they were at each version', () => {
  const { store } = open()
  const scope = { project: 'shop', environment: 'staging' }
  const set = (name: string, value: string | null) =>
    store.variables.change(scope, [{ name, value, secret: false }], { by: 'ada', at: 1 })
  set('A', '1')
  set('B', '2')
  set('A', '3')
  set('B', null)
  const at = (version: number) =>
    Object.fromEntries(store.variables.at('shop', 'staging', version).map(({ name, value }) => [name, value]))
  assert.deepEqual(
    [at(0), at(1), at(2), at(3), at(4)],
    [{}, { A: '1' }, { A: '1', B: '2' }, { A: '3', B: '2' }, { A: '3' }],
  )
})

test('a lane gives out its head only, and nothing while the head is claimed', () => {
  const { store } = open()
  const add = (lane: string) =>
    store.outbox.add({ lane, kind: 'converge', project: 'shop', subject: lane, command, dueAt: 0 })
  const [first, second, other] = [add('one'), add('one'), add('two')]
  assert.deepEqual(
    store.outbox.ready(0).map(({ id }) => id),
    [first, other],
  )
  assert.equal(store.outbox.claim(first, 1, 100), true)
  assert.equal(store.outbox.claim(first, 2, 101), false)
  assert.deepEqual(
    store.outbox.ready(0).map(({ id }) => id),
    [other],
  )
  store.outbox.remove(first)
  assert.deepEqual(
    store.outbox.ready(0).map(({ id }) => id),
    [second, other],
  )
})

test('what a dead server had claimed is found by the next epoch', () => {
  const { store } = open()
  const id = store.outbox.add({
    lane: 'one',
    kind: 'converge',
    project: 'shop',
    subject: 's',
    command,
    dueAt: 0,
  })
  store.outbox.claim(id, 1, 100)
  assert.deepEqual(store.outbox.abandoned(1), [])
  assert.deepEqual(
    store.outbox.abandoned(2).map((row) => row.id),
    [id],
  )
  store.outbox.reclaim(id)
  assert.equal(store.outbox.ready(0)[0]?.crashes, 1)
})

test('numbers in meta only rise', () => {
  const { store } = open()
  assert.deepEqual([store.meta.rise('n', 0), store.meta.rise('n', 50), store.meta.rise('n', 10)], [1, 50, 51])
})

const command: Command = { do: 'converge', track: 'shop/web/staging' }

function open(): { store: Store; connection: DatabaseSync } {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  store.projects.add({ name: 'shop', origin: null, createdAt: 0, createdBy: 'ada' })
  return { store, connection }
}
