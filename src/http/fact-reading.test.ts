import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { Database, migrate } from '../store/database.ts'
import { type Store, storeOver } from '../store/store.ts'
import { nextTurn } from '../system/turn.ts'
import { factsAfter, newestFacts } from './fact-reading.ts'

/** More than are looked through in two goes. */
const count = 45_000
const journal = filled()

test('what a filter lets pass is found all over the journal, in order, and as many as wanted', async () => {
  const { facts } = journal
  const filters = [{}, { by: 'ada' }, { by: 'nobody' }, { kind: 'test.rare' }, { kind: 'test.rare', before: 40_001 }]
  for (const filter of filters) {
    for (const limit of [1, 3, 100]) {
      const told = JSON.stringify({ filter, limit })
      assert.deepEqual(await newestFacts(journal, limit, filter), facts.newest(limit, filter), told)
      for (const after of [0, 19_999, 20_000, 20_001, count - 1, count, count + 5]) {
        const query = { ...filter, after, limit }
        assert.deepEqual(await factsAfter(journal, query), facts.list(query), `${told} after ${after}`)
      }
    }
  }
})

test('nothing is left out and nothing told twice where one piece ends and the next begins', async () => {
  const seqs = async (facts: Promise<readonly { readonly seq: number }[]>) => (await facts).map(({ seq }) => seq)
  const all = Array.from({ length: count }, (_, index) => index + 1)
  assert.deepEqual(await seqs(factsAfter(journal, { after: 0, limit: count })), all)
  assert.deepEqual(await seqs(newestFacts(journal, count, {})), all)
})

test('while much is looked through, others get their turn', async () => {
  for (const look of [
    () => newestFacts(journal, 9, { by: 'nobody' }),
    () => factsAfter(journal, { after: 0, limit: 9, by: 'nobody' }),
  ]) {
    let isOver = false
    const looking = look().finally(() => {
      isOver = true
    })
    let turns = 0
    for (; !isOver; turns += 1) await nextTurn()
    assert.deepEqual(await looking, [])
    assert.ok(turns >= 2, `${turns} turns`)
  }
})

test('an empty journal has nothing', async () => {
  const empty = storeOver(database())
  assert.deepEqual([await newestFacts(empty, 9, {}), await factsAfter(empty, { after: 0, limit: 9 })], [[], []])
})

function filled(): Store {
  const store = storeOver(database())
  store.db.transaction(() => {
    for (let number = 1; number <= count; number += 1) {
      const kind = number % 9_999 === 0 ? 'test.rare' : 'test.made'
      const by = number % 10_000 === 0 ? 'ada' : 'test'
      store.facts.append({ kind, project: null, subject: 'x', by, data: {} }, number)
    }
  })
  return store
}

function database(): Database {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  return new Database(connection)
}
