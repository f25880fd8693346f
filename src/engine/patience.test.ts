import assert from 'node:assert/strict'
import test from 'node:test'
import { ended, inStaging, outcome, pushed, rollingOn, staging } from '../../test/helpers/deployments.ts'
import { startEngine, succeeded } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { systemClock } from '../system/clock.ts'
import { EngineTime } from './time.ts'

/** The engine's time, to be moved on at will. */
function movableTime() {
  let ahead = 0
  const clock = { ...systemClock, monotonic: () => systemClock.monotonic() + ahead }
  const move = (ms: number) => {
    ahead += ms
  }
  return { time: new EngineTime(clock, 0), move }
}

test('a target that breaks off a call that took long is asked again: the time the call took is not held against it', async () => {
  const { time, move } = movableTime()
  await using it = await startEngine(projectSpec(), { time })
  await it.push('slow', { behaviour: { healthyAfterMs: 300 } })
  const { id } = await rollingOn(it, staging, 'place')
  move(10 * 60_000)
  it.world.host('one').restartSupervisor(50)
  await ended(it, id)
  assert.equal(outcome(it, id), 'succeeded')
})

test('a one-off command whose target breaks off after long is taken up again', async () => {
  const { time, move } = movableTime()
  await using it = await startEngine(projectSpec(), { time })
  await pushed(it, 'one')
  it.world.teach('long', { lines: [], endsAfterMs: 300, exitCode: 0 })
  const { id } = it.engine.actions.startOneOff(inStaging, { words: ['long'], limitMs: 3_600_000 }, { by: 'ada' })
  await waitFor('the command to run', () => it.world.host('one').oneOffs.has(id))
  move(10 * 60_000)
  it.world.host('one').restartSupervisor(50)
  const done = await waitFor(
    'its end',
    () => it.store.oneOffs.get(id)?.state === 'finished' && it.store.oneOffs.get(id),
  )
  assert.deepEqual([done.outcome, done.exitCode], ['succeeded', 0])
})

test('a server that stops lets its jobs go: the next one makes another attempt of them, which counts for nothing', async () => {
  await using it = await startEngine(projectSpec())
  const ends = (signal: AbortSignal) =>
    new Promise<typeof succeeded>((resolve) => {
      signal.addEventListener('abort', () => resolve({ ...succeeded, outcome: 'aborted' }))
    })
  await it.push('endless', { job: (_, signal) => ends(signal) })
  await waitFor('the job to run', () => it.jobsRun.includes('r1/test/1'))
  await it.engine.stop()
  const [job] = it.store.runs.get('r1')?.jobs ?? []
  assert.deepEqual([job?.state, job?.attempt, job?.losses], ['ready', 2, 0])
  const [row] = it.store.outbox.ready(it.store.meta.read('epoch') + 1e9)
  assert.deepEqual(row?.command, { do: 'job', run: 'r1', job: 'test', attempt: 2 })
})
