import assert from 'node:assert/strict'
import test from 'node:test'
import { render } from '../text.ts'
import { trafficLines } from './traffic.ts'

const nothing = { served: 0, serverErrors: 0, retried: 0, cut: 0, refused: 0, p50Ms: null, p99Ms: null }

test('each slice has a line for each release that had visitors, from when the deployment began to move', () => {
  const lines = trafficLines([
    { from: 1_000, to: 2_000, byRelease: [] },
    {
      ...{ from: 2_000, to: 3_000 },
      byRelease: [
        { ...nothing, version: 'v1', served: 7, p50Ms: 3, p99Ms: Number.MAX_SAFE_INTEGER },
        { ...nothing, version: null, refused: 2 },
      ],
    },
  ])
  assert.deepEqual(
    lines.map((line) => render(line, false).replace(/ +/g, ' ')),
    [
      'from release served 5xx retried cut refused p50 p99',
      '+1.0s v1 7 0 0 0 0 3 ms >10000 ms',
      ' nobody 0 0 0 0 2 - -',
    ],
  )
})

test('no visitors and no counting are told apart', () => {
  assert.deepEqual(trafficLines([{ from: 0, to: 4_000, byRelease: [] }]), ['No visitors in 4.0s.'])
  assert.match(String(trafficLines([])[0]), /not counted/)
})
