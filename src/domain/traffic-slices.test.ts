import assert from 'node:assert/strict'
import test from 'node:test'
import { noCounts, type Traffic, type TrafficCounts } from './traffic.ts'
import { sampleOf, slicesOf } from './traffic-slices.ts'

function traffic(byRelease: Traffic['byRelease']): Traffic {
  return { at: 0, requests: noCounts, probes: noCounts, byRelease, lost: [] }
}

/** So many answers, each in the bucket of this index. */
function served(count: number, bucket = 0, more: Partial<TrafficCounts> = {}): TrafficCounts {
  return { ...noCounts, served: count, latency: noCounts.latency.map((_, at) => (at === bucket ? count : 0)), ...more }
}

test('a sample has what came since the beginning, and nothing of releases that had no part in it', () => {
  const opened = traffic({ gone: served(70), old: served(5) })
  const now = traffic({ gone: served(70), old: served(8), fresh: served(2) })
  assert.deepEqual(sampleOf(opened, now, 9), { at: 9, byRelease: { old: served(3), fresh: served(2) } })
})

test('a slice tells what came between two samples, by release', () => {
  const first = { at: 10, byRelease: { old: served(3) } }
  const second = {
    at: 20,
    byRelease: { old: served(3), fresh: served(4, 5, { retried: 1 }), '': served(0, 0, { refused: 2 }) },
  }
  const nothing = { retried: 0, cut: 0, refused: 0, serverErrors: 0 }
  assert.deepEqual(slicesOf([{ at: 0, byRelease: {} }, first, second]), [
    { from: 0, to: 10, byRelease: [{ ...nothing, digest: 'old', served: 3, p50Ms: 1, p99Ms: 1 }] },
    {
      ...{ from: 10, to: 20 },
      byRelease: [
        { ...nothing, digest: 'fresh', served: 4, retried: 1, p50Ms: 10, p99Ms: 10 },
        { ...nothing, digest: '', served: 0, refused: 2, p50Ms: null, p99Ms: null },
      ],
    },
  ])
})

test('with a sample left out two slices become one, and nothing is lost', () => {
  const [first, second, third] = [2, 5, 9].map((count) => ({ at: count, byRelease: { old: served(count) } }))
  assert.ok(first && second && third)
  assert.equal(slicesOf([first, third])[0]?.byRelease[0]?.served, 7)
  assert.equal(slicesOf([first, second, third]).length, 2)
  assert.deepEqual(slicesOf([first]), [])
})
