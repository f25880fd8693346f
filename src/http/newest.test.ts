import assert from 'node:assert/strict'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import test from 'node:test'
import { ManualClock } from '../../test/helpers/clock.ts'
import { Database, migrate } from '../store/database.ts'
import { type Store, storeOver } from '../store/store.ts'
import { Newest } from './newest.ts'

const { signal } = new AbortController()

test('what was recorded before somebody watched is told at once, also of before the server started', async () => {
  const { store, append } = journal()
  const [shop, other, server] = [append('shop'), append('other'), append(null)]
  const newest = new Newest(store, new ManualClock())
  const told = (projects: readonly string[] | null) => newest.beyond(0, { projects, signal })
  assert.deepEqual(await Promise.all([['shop'], ['shop', 'other'], ['other', 'nope'], null].map(told)), [
    shop,
    other,
    other,
    server,
  ])
})

test('only those are told of whose projects something was recorded', async () => {
  const { store, append } = journal()
  const clock = new ManualClock()
  const newest = new Newest(store, clock)
  const heard: (readonly [string, number])[] = []
  const gone = new AbortController()
  const watch = (name: string, projects: readonly string[] | null) =>
    newest.beyond(0, { projects, signal: gone.signal }).then((seq) => heard.push([name, seq]))
  const all = [watch('shop', ['shop']), watch('both', ['other', 'shop']), watch('all', null), watch('nobody', [])]
  await clock.advance(1_000)
  assert.deepEqual(heard, [])
  const other = append('other')
  await clock.advance(200)
  assert.deepEqual(heard, [
    ['both', other],
    ['all', other],
  ])
  const shop = append('shop')
  await clock.advance(200)
  assert.deepEqual(heard.slice(2), [['shop', shop]])
  gone.abort()
  await Promise.all(all)
  assert.deepEqual(heard.slice(3), [['nobody', 0]])
})

test('who watches on is told of what came meanwhile, and of nothing twice', async () => {
  const { store, append } = journal()
  const clock = new ManualClock()
  const newest = new Newest(store, clock)
  const first = newest.beyond(0, { projects: ['shop'], signal })
  append('shop')
  const seen = await clock.advance(200).then(() => first)
  const [latest] = [append('shop'), append('other')]
  const next = newest.beyond(seen, { projects: ['shop'], signal })
  await clock.advance(200)
  assert.equal(await next, latest)
  const third = newest.beyond(await next, { projects: ['shop'], signal: AbortSignal.abort() })
  assert.equal(await third, latest)
})

test('five hundred who watch ask the store no more than one does, and nobody asks it when they have gone', async () => {
  const asked = async (count: number) => {
    const { store, append, questions } = journal()
    append('shop')
    const clock = new ManualClock()
    const newest = new Newest(store, clock)
    const gone = new AbortController()
    const watching = { projects: ['shop'], signal: gone.signal }
    const all = Array.from({ length: count }, () => newest.beyond(1, watching))
    await clock.advance(10)
    const before = questions()
    await clock.advance(1_000)
    const looked = questions() - before
    gone.abort()
    await Promise.all(all)
    await clock.advance(1_000)
    assert.equal(clock.sleeping, 0)
    return looked
  }
  const one = await asked(1)
  assert.ok(one > 1 && one < 15, `${one} questions in a second`)
  assert.equal(await asked(500), one)
})

test('when the journal cannot be read any more, all who watch learn it, and whoever comes then', async () => {
  const { store } = journal()
  const clock = new ManualClock()
  const newest = new Newest(store, clock)
  const watching = { projects: null, signal }
  const all = [newest.beyond(0, watching), newest.beyond(0, watching)].map((each) => assert.rejects(each))
  await clock.advance(10)
  store.db.close()
  await clock.advance(200)
  await Promise.all(all)
  await assert.rejects(newest.beyond(0, watching))
})

/** A journal that counts what it is asked. */
function journal(): { store: Store; append: (project: string | null) => number; questions: () => number } {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  let questions = 0
  const counted =
    <T>(ask: (...values: SQLInputValue[]) => T) =>
    (...values: SQLInputValue[]) => {
      questions += 1
      return ask(...values)
    }
  const prepare = (sql: string) => {
    const statement = connection.prepare(sql)
    return {
      get: counted((...values) => statement.get(...values)),
      all: counted((...values) => statement.all(...values)),
      run: counted((...values) => statement.run(...values)),
    }
  }
  const listening = {
    isTransaction: false,
    exec: (sql: string) => connection.exec(sql),
    prepare,
    close: () => connection.close(),
  }
  const store = storeOver(new Database(listening))
  const append = (project: string | null) =>
    store.facts.append({ kind: 'test.made', project, subject: 'x', by: 'test', data: {} }, 0).seq
  return { store, append, questions: () => questions }
}
