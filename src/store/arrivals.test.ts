import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { Database, migrate } from './database.ts'
import { storeOver } from './store.ts'

function arrivalsIn(project: string) {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  store.projects.add({ name: project, origin: null, createdAt: 0, createdBy: 'ada' })
  const track = `${project}/shop/production`
  const add = (commit: string, deployment: string, liveAt: number, reverts: string | null = null) =>
    store.arrivals.add({ project, track, deployment }, { commit, acceptedAt: liveAt - 5, liveAt, reverts })
  return { arrivals: store.arrivals, track, add }
}

test('a commit arrives once: when it comes again, the first time stays', () => {
  const { arrivals, track, add } = arrivalsIn('shop')
  add('a', 'd1', 10)
  add('b', 'd2', 20)
  add('a', 'd3', 30)
  const all = [
    { acceptedAt: 5, liveAt: 10 },
    { acceptedAt: 15, liveAt: 20 },
  ]
  assert.deepEqual(arrivals.since(track, 0), all)
  assert.deepEqual(arrivals.since(track, 11), all.slice(1))
  assert.deepEqual(arrivals.since('shop/shop/staging', 0), [])
})

test('a revert is of the deployment that brought the commit, unless it came with it', () => {
  const { arrivals, track, add } = arrivalsIn('shop')
  add('a', 'd1', 10)
  add('b', 'd2', 20)
  add('not b', 'd2', 20, 'b')
  add('not a', 'd3', 30, 'a')
  add('not a again', 'd4', 40, 'a')
  add('not known', 'd4', 40, 'z')
  assert.deepEqual([...arrivals.revertsSince(track, 0)], [[1, 30]])
  assert.deepEqual([...arrivals.revertsSince(track, 41)], [])
})
