import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { Database, migrate } from './database.ts'
import { storeOver } from './store.ts'
import { mostSamples } from './traffic-samples.ts'

const deployment = { id: 'd1', project: 'shop' }

function samples() {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  store.projects.add({ name: 'shop', origin: null, createdAt: 0, createdBy: 'ada' })
  return store.trafficSamples
}

test('a deployment that takes long has as many samples as any, about as far apart, from its first to its last moment', () => {
  const kept = samples()
  const last = mostSamples * 10
  for (let at = 0; at <= last; at += 1) kept.add(deployment, { at, byRelease: {} })
  const times = kept.of('d1').map(({ at }) => at)
  assert.equal(times.length, mostSamples)
  assert.deepEqual([times[0], times.at(-1)], [0, last])
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0))
  assert.ok(Math.max(...gaps) <= 40, `one gap is ${Math.max(...gaps)} of ${last}`)
})

test('samples are of one deployment, and old ones are forgotten', () => {
  const kept = samples()
  kept.add(deployment, { at: 1, byRelease: {} })
  kept.add(deployment, { at: 5, byRelease: {} })
  kept.add({ ...deployment, id: 'd2' }, { at: 2, byRelease: {} })
  kept.forget(2, 10)
  assert.deepEqual(
    [kept.of('d1'), kept.of('d2')].map((each) => each.map(({ at }) => at)),
    [[5], [2]],
  )
})
