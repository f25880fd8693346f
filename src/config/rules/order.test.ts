import assert from 'node:assert/strict'
import test from 'node:test'
import { parseProject } from '../project.ts'

function problemsOf(staging: string): readonly string[] {
  const text = `
project: shop
app: { processes: { web: ./web } }
environments:
  staging: { ${staging} }
  production: { on: { after: { environment: staging, smoke_passed: true } } }
`
  return parseProject(text, { drivers: { local: {} } }).problems.map(({ path, found }) => `${path}: ${found}`)
}

test('an environment that waits for smoke steps of one that has none is told so', () => {
  const [problem, ...others] = problemsOf('')
  assert.match(problem ?? '', /production\.on\.after.*staging has no smoke steps/)
  assert.deepEqual([others, problemsOf('policies: { smoke: [./smoke] }')], [[], []])
})
