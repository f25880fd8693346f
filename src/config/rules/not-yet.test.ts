import assert from 'node:assert/strict'
import test from 'node:test'
import { parseProject } from '../project.ts'

const warningsOf = (text: string) =>
  parseProject(`project: shop\napp: { processes: { web: ./web } }\n${text}`, { drivers: { local: {} } })
    .warnings.filter(({ found }) => found.includes('does not act on'))
    .map(({ path }) => path)

test('what this version does not do is told where it is written, and nothing else is', () => {
  assert.deepEqual(
    warningsOf(`
on: { push: main }
checks:
  unit: { steps: npm test, services: { db: { command: postgres }, queue: { image: rabbitmq } } }
environments:
  staging:
    on: { after: [] }
    policies: { cancel: supersede, strategy: { kind: start_first, batch: 2 } }
  production:
    policies: { concurrency: queue, freezes: [{ cron: '0 16 * * FRI', duration: 64h, reason: weekend }] }
`),
    ['checks.unit.services.queue.image'],
  )
})

test('an environment that cannot be deployed to is told once', () => {
  assert.deepEqual(warningsOf('environments: { staging: { target: swarm, policies: { artifact: image } } }'), [])
})
