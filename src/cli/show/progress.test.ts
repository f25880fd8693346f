import assert from 'node:assert/strict'
import test from 'node:test'
import type { DeploymentDetailView, FactView } from '../../api/views.ts'
import { render } from '../text.ts'
import { deploymentRows } from './deployment-tree.ts'
import { progressLines } from './progress.ts'

function detail(part: Partial<DeploymentDetailView>): DeploymentDetailView {
  return {
    ...{ id: 'd4', project: 'shop', track: 'shop/shop/staging', app: 'shop', environment: 'staging' },
    release: { id: 'v2', version: 'v2', commit: 'c'.repeat(40), digest: 'd'.repeat(64) },
    ...{
      reason: 'promote',
      by: 'ada',
      comment: null,
      scale: {},
      variables: null,
      createdAt: 0,
      startedAt: 1000,
      finishedAt: null,
    },
    ...{
      state: 'rolling',
      expiresAt: null,
      outcome: null,
      because: null,
      hint: null,
      rolledBack: false,
      supersededBy: null,
      wentWithoutTurn: false,
      step: null,
    },
    ...{
      phases: [],
      verdict: null,
      smoke: null,
      bake: null,
      versions: null,
      retryOf: null,
      attempt: 1,
      gates: [],
      carries: [],
      approvals: [],
      timeline: [],
      settledPlan: null,
      url: null,
      live: null,
      obstacles: { approve: null, reject: null, cancel: null, retry: null },
      energy: { run: null, build: null, own: null, total: null },
    },
    ...part,
  }
}

function fact(at: number, kind: string, data: FactView['data']): FactView {
  return {
    seq: at,
    at,
    kind: `deployment.${kind}`,
    project: 'shop',
    subject: 'd4',
    by: 'x',
    data,
    previous: '',
    hash: '',
  }
}

const told = (before: DeploymentDetailView | null, now: DeploymentDetailView) =>
  progressLines(before, now).map((line) => render(line, false))

test('a step is told once, when it begins, with what it is about', () => {
  const first = detail({ phases: [{ name: 'place', at: 1000 }], step: { doing: 'place d4-web-1', at: 1, of: 9 } })
  assert.deepEqual(told(null, first), ['d4  staging/shop  v2 (cccccccc), promote by ada', '  +0.0s   place d4-web-1'])
  assert.deepEqual(told(first, first), [])
  const second = detail({
    phases: [...first.phases, { name: 'drain', at: 1500 }],
    step: { doing: 'drain d3-web-1', at: 2, of: 9 },
    timeline: [fact(1500, 'place', { instances: ['d4-web-1'] })],
  })
  assert.deepEqual(told(first, second), ['  +0.5s   drain d3-web-1'])
})

test('what was in flight when an instance left is told when it is known', () => {
  const account = [
    { instance: 'd3-web-1', inFlight: 3, upgraded: 0, msToZero: 400, cut: 0 },
    { instance: 'd3-web-2', inFlight: 0, upgraded: 0, msToZero: 0, cut: 0 },
    { instance: 'd3-web-3', inFlight: 1, upgraded: 1, msToZero: 9000, cut: 1 },
    'not an account',
  ]
  const before = detail({ phases: [{ name: 'drain', at: 1500 }] })
  const now = detail({
    phases: [...before.phases, { name: 'remove', at: 1900 }],
    timeline: [fact(1900, 'drain', { account })],
  })
  assert.deepEqual(told(before, now), [
    '            d3-web-1: 3 requests in flight, to zero in 0.4s, none cut',
    '            d3-web-3: 1 request in flight, to zero in 9.0s, 1 cut',
    '  +0.9s   remove',
  ])
})

test('a way back that was over before anybody looked is told all the same, where it began', () => {
  const before = detail({ phases: [{ name: 'place', at: 1000 }] })
  const now = detail({
    ...{ state: 'finished', outcome: 'failed', because: 'never healthy', rolledBack: true, finishedAt: 1800 },
    hint: 'Look at its last lines.',
    phases: [...before.phases, { name: 'route', at: 1700 }, { name: 'verify', at: 1700 }],
    timeline: [fact(1700, 'reverting', { outcome: 'failed', reason: 'never healthy' })],
  })
  assert.deepEqual(told(before, now), [
    '  going back: never healthy',
    '  +0.7s   route',
    '  +0.7s   verify',
    'd4  staging/shop  v2 (cccccccc) (promote by ada): failed, rolled back in 0.8s: never healthy',
    '  Look at its last lines.',
  ])
})

test('the tree of a deployment has its steps, what each is about, and how long it took', () => {
  const rows = (now: DeploymentDetailView) =>
    deploymentRows(now, { mark: '*', now: 4000 }).map((line) => render(line, false))
  const account = [{ instance: 'd3-web-1', inFlight: 3, upgraded: 0, msToZero: 400, cut: 0 }]
  const moving = detail({
    phases: ['place', 'drain', 'verify'].map((name, at) => ({ name, at: 1000 + at * 500 })),
    step: { doing: 'verify d4-web-1', at: 3, of: 9 },
    timeline: [fact(1500, 'place', { instances: ['d4-web-1', 'd4-web-2'] }), fact(2000, 'drain', { account })],
  })
  assert.deepEqual(rows(moving), [
    '* d4  staging/shop  v2 (cccccccc), promote by ada  3.0s',
    '  ✓ place d4-web-1, d4-web-2  0.5s',
    '  ✓ drain  0.5s',
    '            d3-web-1: 3 requests in flight, to zero in 0.4s, none cut',
    '  * verify d4-web-1 (3 of 9)  2.0s',
  ])
  const failed = detail({ ...moving, step: null, state: 'finished', outcome: 'failed', finishedAt: 3500 })
  assert.match(rows(failed)[0] ?? '', /^✗ d4 .* 2\.5s$/)
  assert.deepEqual(rows(detail({ state: 'queued', startedAt: null })), [
    '* d4  staging/shop  v2 (cccccccc), promote by ada',
    '  waits for its turn',
  ])
})
