import assert from 'node:assert/strict'
import test from 'node:test'
import { decideOneOff, endingOf, type OneOffEvent, type OneOffRun, planOfOneOff } from './one-off.ts'

const release = { id: 'v1', version: '1', commit: 'c'.repeat(40), digest: 'd'.repeat(64) }
const instance = { name: 'd1-web-1', deployment: 'd1', process: 'web', release, variables: 3 }

const waiting: OneOffRun = {
  ...{ id: 'o1', project: 'shop', track: 'shop/shop/production', release, variables: 3, command: ['bin/wipe'] },
  ...{ name: 'wipe', destructive: true, dryRun: false, where: { kind: 'once' }, instances: [], tick: null },
  ...{ by: 'ada', comment: null, createdAt: 1, startedAt: null, finishedAt: null, state: 'waiting', expiresAt: 100 },
  ...{ outcome: null, reason: null, exitCode: null, results: [], limitMs: 1000 },
}
const context = { release, variables: 4, instances: [instance] }
const started = decideOneOff(waiting, { type: 'approved', plan: 'x', context }, 5).oneOff
const ending = endingOf([{ instance: '', outcome: 'succeeded', exitCode: 0, reason: null }])
const finished = decideOneOff(started, { type: 'ended', ending }, 9).oneOff

const events: readonly OneOffEvent[] = [
  { type: 'approved', plan: 'x', context },
  { type: 'rejected', by: 'bob', reason: 'no' },
  { type: 'cancelled', by: 'bob' },
  { type: 'deadline' },
  { type: 'ended', ending },
]

test('each pair of state and event leads where it should, and what does not apply changes nothing', () => {
  const word = ({ state, outcome }: OneOffRun) => (outcome === null ? state : `${state}: ${outcome}`)
  const table = [waiting, started, finished].map((from) =>
    events.map((event) => {
      const { oneOff } = decideOneOff(from, event, 10)
      return oneOff === from ? '-' : word(oneOff)
    }),
  )
  assert.deepEqual(table, [
    ['started', 'finished: aborted', 'finished: aborted', 'finished: aborted', '-'],
    ['-', '-', 'finished: aborted', '-', 'finished: succeeded'],
    ['-', '-', '-', '-', '-'],
  ])
})

test('what it runs in is what was live when people said yes, not when it was asked for', () => {
  assert.deepEqual([started.variables, started.instances], [4, [instance]])
})

test('cancelling one that runs asks the target to end it; one that waits was never there', () => {
  const commands = (from: OneOffRun) => decideOneOff(from, { type: 'cancelled', by: 'bob' }, 10).commands
  assert.deepEqual(commands(started), [{ do: 'end_one_off', oneOff: 'o1' }])
  assert.deepEqual(commands(waiting), [])
})

test('of several instances the first that says no speaks, and every result is kept', () => {
  const result = endingOf([
    { instance: 'a', outcome: 'succeeded', exitCode: 0, reason: null },
    { instance: 'b', outcome: 'failed', exitCode: 3, reason: 'ended with exit code 3' },
    { instance: 'c', outcome: 'failed', exitCode: 4, reason: 'ended with exit code 4' },
  ])
  assert.deepEqual([result.outcome, result.exitCode, result.reason], ['failed', 3, 'b: ended with exit code 3'])
  assert.deepEqual(
    result.results.map(({ exitCode }) => exitCode),
    [0, 3, 4],
  )
})

test('a plan moves with the release, the variables and the instances, and with nothing else', () => {
  const plan = planOfOneOff(waiting, waiting)
  assert.notDeepEqual(planOfOneOff(waiting, context), plan)
  assert.deepEqual(planOfOneOff({ ...waiting, by: 'eve', expiresAt: 7 } as OneOffRun, waiting), plan)
})
