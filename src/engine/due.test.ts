import assert from 'node:assert/strict'
import test from 'node:test'
import { startEngine, succeeded } from '../../test/helpers/engine.ts'
import { checkSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { systemClock } from '../system/clock.ts'
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
