import assert from 'node:assert/strict'
import test from 'node:test'
import { noCounts, type TrafficCounts } from '../targets/driver.ts'
import { addTraffic, legacyOf, noTraffic, type Totals } from './traffic.ts'

function counts(some: Partial<TrafficCounts>): TrafficCounts {
  return { ...noCounts, ...some }
}

test('totals of several workers are added up, release by release', () => {
  const latency = noCounts.latency.map((_, index) => index)
  const one: Totals = {
    ...noTraffic,
    requests: counts({ served: 2, latency }),
    byRelease: { a: counts({ served: 2 }) },
  }
  const two: Totals = {
    ...noTraffic,
    requests: counts({ served: 3, cut: 1, latency }),
    byRelease: { b: counts({ served: 3 }) },
  }
  const sum = addTraffic(one, two)
  assert.deepEqual([sum.requests.served, sum.requests.cut, sum.requests.latency[3]], [5, 1, 6])
  assert.deepEqual([sum.byRelease.a?.served, sum.byRelease.b?.served], [2, 3])
  assert.deepEqual(addTraffic(noTraffic, one), one)
})

test('the newest twenty lost requests are kept, oldest first', () => {
  const lost = (from: number): Totals => {
    const all = Array.from({ length: 20 }, (_, index) => ({
      ...{ at: from + index * 2, method: 'GET', path: '/', why: 'x', instance: null },
    }))
    return { ...noTraffic, lost: all }
  }
  const sum = addTraffic(lost(1), lost(0))
  assert.equal(sum.lost.length, 20)
  assert.deepEqual(sum.lost.map((one) => one.at).slice(-3), [37, 38, 39])
})

test('what a worker was answering when it died is lost, but not its tunnels, which were counted', () => {
  const gauges = [
    { instance: 'd1-web-1', inFlight: 3, upgraded: 1 },
    { instance: 'd1-web-2', inFlight: 0, upgraded: 0 },
  ]
  const said = { ...noTraffic, requests: counts({ served: 7, refused: 1 }), at: 5, inFlight: gauges }
  const legacy = legacyOf(said, 9)
  assert.deepEqual([legacy.requests.served, legacy.requests.refused], [7, 3])
  assert.equal(legacy.byRelease['']?.refused, 2)
  const told = legacy.lost.map(({ at, why, instance }) => [at, why, instance])
  assert.deepEqual(told, Array(2).fill([9, 'edge worker lost', 'd1-web-1']))
})
