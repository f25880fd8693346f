import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { startEngine } from '../../../test/helpers/engine.ts'
import { projectSpec } from '../../../test/helpers/spec.ts'
import { Database, migrate } from '../../store/database.ts'
import { storeOver } from '../../store/store.ts'
import { Newest } from './newest.ts'

test('the newest fact of some projects is known also of before the server started, and follows what comes', () => {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  const append = (project: string | null) =>
    store.facts.append({ kind: 'test.made', project, subject: 'x', by: 'test', data: {} }, 0).seq
  const [shop, other] = [append('shop'), append('other')]
  append(null)
  const newest = new Newest(store)
  assert.deepEqual(
    [newest.of(['shop']), newest.of(['shop', 'other']), newest.of(['nope']), newest.of([])],
    [shop, other, 0, 0],
  )
  assert.equal(newest.of(null), 3)
  const next = append('shop')
  assert.deepEqual([newest.of(['shop']), newest.of(['other']), newest.of(null)], [next, other, next])
})

test('a page of before the server was started learns that it is old, and one of now only of what is new about it', async () => {
  await using it = await startEngine(projectSpec())
  const fact = (project: string) =>
    it.store.facts.append({ kind: 'project.added', project, subject: project, by: 'ada', data: {} }, 1)
  fact('shop')
  const before = it.store.facts.head().seq
  fact('shop')
  const newest = new Newest(it.store)
  assert.ok(newest.of(['shop']) > before)
  const now = it.store.facts.head().seq
  fact('blog')
  assert.equal(newest.of(['shop']), now)
  assert.equal(newest.of(['blog']), now + 1)
  assert.equal(newest.of(null), now + 1)
})
