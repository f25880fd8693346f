import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { deploymentOf } from '../../test/helpers/records.ts'
import { Database, migrate } from './database.ts'
import { storeOver } from './store.ts'

test('of deployments that had begun it is kept how they ended, and told in the order in which they did', () => {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  store.projects.add({ name: 'shop', origin: null, createdAt: 0, createdBy: 'ada' })
  const state = { kind: 'finished', outcome: 'failed', reason: null, rolledBack: true } as const
  const ended = (id: string, finishedAt: number) => deploymentOf({ id, startedAt: 1, finishedAt, state })
  store.endings.add(ended('d1', 30))
  store.endings.add(ended('d2', 20))
  store.endings.add(ended('d3', 9))
  store.endings.add(deploymentOf({ id: 'd4', finishedAt: 40, state }))
  store.endings.add(deploymentOf({ id: 'd5', startedAt: 1 }))
  const { track, release } = deploymentOf()
  const told = store.endings.since(track, 10)
  assert.deepEqual(
    told.map(({ number, finishedAt }) => [number, finishedAt]),
    [
      [2, 20],
      [1, 30],
    ],
  )
  assert.deepEqual(told[0], {
    ...{ number: 2, reason: 'promote', outcome: 'failed', startedAt: 1, finishedAt: 20 },
    ...{ commit: release.commit, replaced: null, rolledBack: true, staysLive: false },
  })
})
