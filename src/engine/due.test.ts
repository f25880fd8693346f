import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { partsOver, startEngine, succeeded } from '../../test/helpers/engine.ts'
import { checkSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Database, migrate } from '../store/database.ts'
import { storeOver } from '../store/store.ts'
import { systemClock } from '../system/clock.ts'
import { doDue } from './due.ts'
import { defaultSettings } from './parts.ts'

test('work that waits for a place is begun when there is one, and not looked for all the time', async () => {
  let sleeps = 0
  const clock = {
    ...systemClock,
    sleep(ms: number, signal?: AbortSignal) {
      sleeps += 1
      return systemClock.sleep(ms, signal)
    },
  }
  const checks = ['a', 'b', 'c'].map((name) => checkSpec({ name }))
  await using it = await startEngine(projectSpec({ checks }), {
    clock,
    settings: { ...defaultSettings, parallelJobs: 1 },
  })
  const { promise, resolve } = Promise.withResolvers<typeof succeeded>()
  await it.push('first', { job: () => promise })
  await waitFor('the first job', () => it.jobsRun.length === 1)
  const before = sleeps
  await systemClock.sleep(150)
  // Each of the engine's loops may just have been woken once.
  assert.ok(sleeps - before <= 3, `${sleeps - before} sleeps while nothing could be done`)
  resolve(succeeded)
  await waitFor('the others', () => it.jobsRun.length === 4)
})

test('many targets are looked at in pieces, each of them one transaction, and each target once', () => {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  let commits = 0
  const exec = (sql: string) => {
    if (sql === 'COMMIT') commits += 1
    connection.exec(sql)
  }
  const counting = { isTransaction: false, exec, prepare: connection.prepare.bind(connection), close: () => {} }
  const store = storeOver(new Database(counting))
  store.projects.add({ name: 'shop', origin: null, createdAt: 0, createdBy: 'ada' })
  const names = Array.from({ length: 25 }, (_, index) => `place-${String(index).padStart(2, '0')}`)
  for (const name of names) store.tracks.ensure('shop', 'shop', name)
  const parts = partsOver(store)
  const asked = [0, 1, 2, 3].map(() => {
    doDue(parts, () => {})
    return store.outbox.length()
  })
  assert.ok(asked[0] !== undefined && asked[0] > 0 && asked[0] < 25, `${asked[0]} in one go`)
  assert.deepEqual(asked.slice(2), [25, 25])
  assert.equal(commits, 3)
  assert.deepEqual(
    names.map((name) => store.outbox.ofLane(`track:shop/shop/${name}`).length),
    names.map(() => 1),
  )
})

test('between two pieces others get their turn, whatever was committed meanwhile', async () => {
  let pauses = 0
  const clock = {
    ...systemClock,
    async sleep(ms: number, signal?: AbortSignal) {
      await systemClock.sleep(ms, signal)
      pauses += 1
    },
  }
  await using it = await startEngine(projectSpec(), { clock })
  const names = Array.from({ length: 45 }, (_, index) => `place-${index}`)
  const before = pauses
  it.store.db.transaction(() => {
    for (const name of names) it.store.tracks.ensure('shop', 'shop', name)
  })
  await it.push('one')
  await waitFor('all to be looked at', () => it.store.tracks.unchecked(0, 1).length === 0)
  assert.ok(pauses - before >= 4, `${pauses - before} pauses`)
})
