import assert from 'node:assert/strict'
import test from 'node:test'
import { deploymentOf, runOf } from '../../test/helpers/records.ts'
import { appSpec, environmentSpec, projectSpec } from '../../test/helpers/spec.ts'
import type { Deployment, DeploymentState } from './deployment.ts'
import { type Expected, expectedEnvironments, expectedOf, type Happened } from './expectation.ts'
import type { Job } from './run.ts'

const none = { push: [], tags: [], releasePublished: false, after: [], schedules: [] }
const after = (environment: string) => [{ environment, verifiedForMs: 0, smokePassed: false }]
const apps = ['api', 'web']

const spec = projectSpec({
  apps: apps.map((name) => appSpec({ name, paths: [`${name}/**`] })),
  environments: [
    environmentSpec({ name: 'staging', apps, triggers: { ...none, push: ['main'] } }),
    environmentSpec({ name: 'production', apps, needs: ['staging'], triggers: { ...none, after: after('staging') } }),
    environmentSpec({ name: 'by-hand', apps }),
  ],
})

const build = (of: string) => ({ name: `build:${of}`, kind: 'build', of }) as Job
const run = runOf({ createdAt: 10, jobs: apps.map(build), outcome: 'succeeded' })

function deployment(id: string, place: string, state: DeploymentState, given: Partial<Deployment> = {}): Deployment {
  return deploymentOf({ id, track: `shop/${place}`, createdAt: 20, state, ...given })
}

const came: DeploymentState = { kind: 'finished', outcome: 'succeeded', reason: null, rolledBack: false }
const failed: DeploymentState = { kind: 'finished', outcome: 'failed', reason: 'not healthy', rolledBack: true }
const waiting: DeploymentState = { kind: 'waiting', expiresAt: 99 }
const queued: DeploymentState = { kind: 'queued', approvedPlan: null, expiresAt: null }
const rolling = { kind: 'rolling' } as DeploymentState

const ask = (given: Partial<Happened>) =>
  expectedOf({ run, spec, released: [], deployments: [], held: [], ...given })?.map(brief) ?? null
const brief = ({ app, environment, end }: Expected) => `${app}/${environment} ${end}`

const everywhere = [
  deployment('d1', 'api/staging', came),
  deployment('d2', 'web/staging', came),
  deployment('d3', 'api/production', came),
  deployment('d4', 'web/production', came),
]

test('what the triggers promise is everything that came', () => {
  assert.deepEqual(ask({ deployments: everywhere }), [
    ...['api/staging came', 'api/production came', 'web/staging came', 'web/production came'],
  ])
})

test('an app that the change did not touch is not expected', () => {
  const only = { ...run, jobs: [build('api')] }
  assert.deepEqual(ask({ run: only, deployments: everywhere }), ['api/staging came', 'api/production came'])
  assert.deepEqual(ask({ run: { ...run, jobs: [] } }), null)
})

test('an app that was built for the commit before is expected as well', () => {
  const only = { ...run, jobs: [build('api')] }
  assert.equal(ask({ run: only, released: ['web'], deployments: everywhere })?.length, 4)
})

test('a failure is missed where it happened and where it keeps something from coming', () => {
  const deployments = [deployment('d1', 'api/staging', failed), ...everywhere.slice(1, 2), ...everywhere.slice(3)]
  assert.deepEqual(ask({ deployments }), [
    ...['api/staging missed', 'api/production missed', 'web/staging came', 'web/production came'],
  ])
})

test('a run that failed has missed everything', () => {
  assert.deepEqual(ask({ run: { ...run, outcome: 'failed' } }), [
    ...['api/staging missed', 'api/production missed', 'web/staging missed', 'web/production missed'],
  ])
})

test('a configuration that is not valid is told against the one before', () => {
  assert.equal(ask({ run: { ...run, outcome: 'failed', jobs: [] } })?.length, 4)
})

test('nothing is said while something moves', () => {
  assert.equal(ask({ run: { ...run, state: 'running', outcome: null } }), null)
  for (const state of [rolling, queued])
    assert.equal(ask({ deployments: [deployment('d1', 'api/staging', state), ...everywhere.slice(1)] }), null)
})

test('people and locks may take their time', () => {
  const deployments = [
    deployment('d1', 'api/staging', queued),
    ...everywhere.slice(1, 2),
    deployment('d4', 'web/production', waiting),
  ]
  assert.deepEqual(ask({ deployments, held: ['d1'] }), [
    ...['api/staging open', 'api/production open', 'web/staging came', 'web/production open'],
  ])
})

test('a newer one that took its place is as it should be, also for what would have come after', () => {
  const gaveWay = { ...failed, outcome: 'aborted', supersededBy: 'd9' } as DeploymentState
  assert.deepEqual(
    ask({ deployments: [deployment('d8', 'api/staging', gaveWay), ...everywhere.slice(1, 2), ...everywhere.slice(3)] }),
    [...['api/staging displaced', 'api/production displaced', 'web/staging came', 'web/production came']],
  )
})

test('nothing asked for although all was well is missed', () => {
  assert.deepEqual(ask({ deployments: everywhere.slice(0, 3) })?.at(-1), 'web/production missed')
})

test('a rollback, and what was tried after it came, do not count', () => {
  const rollback = deployment('d5', 'api/staging', failed, { reason: 'rollback' })
  const again = deployment('d6', 'api/staging', failed)
  assert.equal(ask({ deployments: [...everywhere, rollback, again] })?.[0], 'api/staging came')
})

test('what comes some time after is open until it comes', () => {
  const [staging, production] = spec.environments as [(typeof spec.environments)[0], (typeof spec.environments)[0]]
  const late = {
    ...production.triggers,
    after: [{ environment: 'staging', verifiedForMs: 60_000, smokePassed: false }],
  }
  const patient = { ...spec, environments: [staging, { ...production, triggers: late }] }
  assert.equal(ask({ spec: patient, deployments: everywhere.slice(0, 2) })?.at(-1), 'web/production open')
})

test('environments are reached through those they follow, and never before those they need', () => {
  const names = (ref: string) => expectedEnvironments(spec, ref).map(({ name }) => name)
  assert.deepEqual(names('refs/heads/main'), ['staging', 'production'])
  assert.deepEqual(names('refs/heads/other'), [])
})
