import assert from 'node:assert/strict'
import test from 'node:test'
import { energyNumbers, energyPerDay, type Spent } from './energy-trend.ts'
import { periodsOf } from './insights.ts'

const now = Date.UTC(2026, 10, 26, 12)
const { period, before } = periodsOf(now, 2)

function spent(subject: string, daysAgo: number, joules: number): Spent {
  const energy = {
    joules,
    low: joules / 2,
    high: joules * 2,
    gridGrams: joules / 64,
    madeGrams: 1,
    basis: 'table',
  } as const
  return { subject, at: now - daysAgo * 86_400_000, energy }
}

const all = [spent('r1', 3, 50), spent('r2', 1, 10.5), spent('d9', 1, 4), spent('r3', 0, 20), spent('r4', 0, 90)]

test('a period has its sum, and the median of its runs with how many they are', () => {
  const { total, perRun } = energyNumbers(all, period)
  assert.deepEqual([total?.joules, total?.low, total?.madeGrams], [124.5, 62.25, 4])
  assert.deepEqual(perRun, { medianJoules: 20, n: 3 })
  assert.equal(energyNumbers(all, before).total?.joules, 50)
})

test('of nothing there is no number', () => {
  assert.deepEqual(energyNumbers([], period), { total: null, perRun: { medianJoules: null, n: 0 } })
})

test('a run that took next to nothing is still one', () => {
  assert.deepEqual(energyNumbers([spent('r1', 0, 0.004)], period).perRun, { medianJoules: 0.004, n: 1 })
})

test('each day has its own, and a deployment is no run', () => {
  assert.deepEqual(energyPerDay(all, period), [
    { day: '2026-11-25', joules: 14.5, grams: 2.2265625, runs: 1 },
    { day: '2026-11-26', joules: 110, grams: 3.71875, runs: 2 },
  ])
  assert.equal(energyPerDay([], period).length, 2)
})
