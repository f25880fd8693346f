import assert from 'node:assert/strict'
import test from 'node:test'
import { parseProject } from '../project.ts'

const warningsOf = (text: string) =>
  parseProject(`project: shop\napp: { processes: { web: ./web } }\n${text}`, { drivers: { local: {} } })
    .warnings.filter(({ found }) => found.includes('does not act on'))
    .map(({ path }) => path)

test('what this version does not do is told where it is written, the usual value is not', () => {
  assert.deepEqual(
    warningsOf(`
on: { push: main, schedule: { cron: '0 1 * * *' } }
environments:
  staging:
    on: { after: [] }
    policies: { concurrency: supersede, cancel: manual, strategy: { kind: start_first, batch: 2 }, bake: 10m }
  production:
    on: { after: [{ environment: staging, verified_for: 30m }] }
    policies: { concurrency: queue, strategy: { kind: reload }, freezes: [] }
`),
    [
      'on.schedule',
      'environments.staging.policies.concurrency',
      'environments.staging.policies.bake',
      'environments.production.on.after.0.verified_for',
      'environments.production.policies.strategy',
    ],
  )
})

test('an environment that cannot be deployed to is told once', () => {
  assert.deepEqual(warningsOf('environments: { staging: { target: swarm, policies: { bake: 10m } } }'), [])
})
