import assert from 'node:assert/strict'
import test from 'node:test'
import { type Bake, type BakeLook, beginBake, type Compared, judgeBake, type SeenInstance } from './bake.ts'
import { breakerOf } from './breaker.ts'
import { latencyBoundsMs, noCounts, type Traffic, type TrafficCounts } from './traffic.ts'

const breaker = { failures: 3, ratio: 0.05, requests: 20, latency: 3 }
const step = { forMs: 60_000, breaker }
const [v1, v2] = [
  { version: 'v1', digest: 'one' },
  { version: 'v2', digest: 'two' },
]

function counts(served: number, serverErrors = 0, tookMs = 10): TrafficCounts {
  const bucket = latencyBoundsMs.findIndex((bound) => tookMs <= bound)
  const latency = noCounts.latency.map((_, index) => (index === bucket ? served + serverErrors : 0))
  return { ...noCounts, served, serverErrors, latency }
}

function traffic(byRelease: Traffic['byRelease'], probes = noCounts): Traffic {
  return { at: 0, requests: noCounts, probes, byRelease, lost: [] }
}

const opened = traffic({ one: counts(1000, 2) })
const compared: Compared = { fresh: v2, old: v1, opened }

const well = (name = 'd2-web-1', restarts = 0): SeenInstance => ({ name, restarts, isHealthy: true })
type Seen = Omit<BakeLook, 'takenAt'>
const seen = (fresh: TrafficCounts, old = counts(1000, 2)): Seen => ({
  traffic: traffic({ one: old, two: fresh }),
  instances: [well()],
})
const judge = (look: Seen, { before = beginBake(0), at = 1000, against = compared } = {}) =>
  judgeBake(before, { ...look, takenAt: at }, { step, compared: against })

test('answers with 5xx on the new release, far more often than on the old one, trip the breaker with the evidence', () => {
  const { tripped } = judge(seen(counts(383, 29)))
  assert.equal(tripped, 'circuit breaker: 7% of 412 requests failed on v2 (v1: 0.2% of 1002)')
})

test('what the old release could not do either is not held against the new one', () => {
  assert.equal(judge(seen(counts(90, 10), counts(900, 90))).tripped, null)
})

test('one failed request of three says nothing; the record says how many there were', () => {
  const { tripped, bake } = judge(seen(counts(2, 1)))
  assert.equal(tripped, null)
  assert.equal(bake.sentence, '33.3% of 3 requests failed (v1: 0.2% of 1002); no instance failed')
})

test('requests that got no answer of the new release count as failed', () => {
  const { tripped } = judge(seen({ ...counts(30), refused: 5, cut: 5 }))
  assert.match(tripped ?? '', /25% of 40 requests failed on v2/)
})

test('only what came since the rollout began counts: a release that failed here before gets a new trial', () => {
  const before = traffic({ one: counts(1000), two: counts(10, 90) })
  const look = { traffic: traffic({ one: counts(1000), two: counts(60, 90) }), instances: [well()] }
  assert.equal(judge(look, { against: { ...compared, opened: before } }).tripped, null)
})

test('new instances of what was live are compared with what it did before', () => {
  const same = { fresh: v1, old: v1, opened: traffic({ one: counts(980, 20) }) }
  const bad = judge({ traffic: traffic({ one: counts(1010, 50) }), instances: [well()] }, { against: same })
  assert.equal(bad.tripped, 'circuit breaker: 50% of 60 requests failed on v1 (before: 2% of 1000)')
})

test('the slowest hundredth far slower than before trips it; a little slower, or a few slow ones, do not', () => {
  const slow = (count: number, tookMs: number) => {
    const fast = counts(500)
    const late = counts(count, 0, tookMs)
    return {
      ...fast,
      served: 500 + count,
      latency: fast.latency.map((each, index) => each + (late.latency[index] ?? 0)),
    }
  }
  assert.equal(
    judge(seen(slow(20, 900))).tripped,
    'circuit breaker: the slowest hundredth of 520 requests took up to 1000 ms on v2 (10 ms before)',
  )
  assert.equal(judge(seen(slow(20, 100))).tripped, null)
  assert.equal(judge(seen(slow(4, 900))).tripped, null)
  const careless = { ...breaker, latency: null }
  const late = { ...seen(slow(20, 900)), takenAt: 1 }
  assert.equal(judgeBake(beginBake(0), late, { step: { ...step, breaker: careless }, compared }).tripped, null)
})

test('an instance that exits again and again trips it, though it is healthy at each look (P6)', () => {
  let bake: Bake = beginBake(0)
  const tripped = [1, 2, 3].map((restarts) => {
    const judged = judge({ traffic: null, instances: [well('d2-web-1', restarts)] }, { before: bake, at: restarts })
    bake = judged.bake
    return judged.tripped
  })
  assert.deepEqual(tripped, [null, null, 'circuit breaker: instances of v2 failed 3 times (the limit is 3)'])
})

test('a host that counts restarts anew, and an instance that only falls ill, do not reset what was counted', () => {
  const looks: SeenInstance[] = [
    well('d2-web-1', 2),
    well('d2-web-1', 0),
    { name: 'd2-web-1', restarts: 0, isHealthy: false },
    well('d2-web-1', 0),
  ]
  let bake: Bake = beginBake(0)
  const tripped = looks.map((instance) => {
    const judged = judge({ traffic: null, instances: [instance] }, { before: bake })
    bake = judged.bake
    return judged.tripped !== null
  })
  assert.deepEqual([tripped, bake.failures], [[false, false, true, true], 3])
})

test('with nobody there the probes are the floor: they can fail it, and the record claims no more', () => {
  const look = (probes: TrafficCounts) => ({ traffic: traffic({ one: counts(9) }, probes), instances: [well()] })
  const { bake } = judge(look(noCounts))
  const good = judge(look(counts(40)), { before: bake, at: step.forMs })
  assert.deepEqual([good.tripped, good.isOver], [null, true])
  assert.equal(good.bake.sentence, 'no visitors; 0 of 40 probes failed (a floor, not a proof); no instance failed')
  assert.match(
    judge(look({ ...noCounts, refused: 30 }), { before: bake }).tripped ?? '',
    /100% of 30 probes failed on v2/,
  )
})

test('a look that was taken before the end is not the last one, however late it is stored (simulation, seed 2156)', () => {
  assert.equal(judge(seen(counts(2)), { at: step.forMs - 1 }).isOver, false)
  assert.equal(judge(seen(counts(2)), { at: step.forMs }).isOver, true)
})

test('where nothing is counted the instances alone decide, and the record says so', () => {
  const { tripped, bake } = judge({ traffic: null, instances: [well()] })
  assert.deepEqual([tripped, bake.sentence], [null, 'requests were not measured; no instance failed'])
})

test('half of what is to run may fail, at least 3 times and at most 200 (T4)', () => {
  const limits = [1, 6, 7, 40, 1000].map((instances) => breakerOf({ ...breaker, failures: null }, instances).failures)
  assert.deepEqual(limits, [3, 3, 4, 20, 200])
  assert.equal(breakerOf({ ...breaker, failures: 7 }, 1).failures, 7)
})
