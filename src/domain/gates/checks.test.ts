import assert from 'node:assert/strict'
import test from 'node:test'
import { deploymentOf, gateFactsOf } from '../../../test/helpers/records.ts'
import type { CheckState } from '../checks.ts'
import { checksGate } from './checks.ts'
import { checksEndedGate } from './checks-ended.ts'

function ask(...checks: readonly CheckState[]) {
  const { release, ...deployment } = deploymentOf()
  const facts = gateFactsOf({ checks, deployment: { ...deployment, release: { ...release, commit: 'abc' } } })
  return [checksGate.ask(facts), checksEndedGate.ask(facts)] as const
}

test('what did not pass closes the way for good, what still runs only for now; each says what opens it', () => {
  const failed: CheckState = { name: 'test', state: 'failed', run: 'r1' }
  const running: CheckState = { name: 'e2e', state: 'running', run: 'r2' }
  const missing: CheckState = { name: 'lint', state: 'missing', run: null }
  const left: CheckState = { name: 'docs', state: 'left_out', run: null }
  const [refused, held] = ask(failed, running, left)
  assert.deepEqual(refused, {
    open: false,
    because: 'for this commit: test did not pass (r1)',
    openedBy: 'signalbox rerun r1',
  })
  assert.deepEqual(held, { open: false, because: 'e2e has not ended (r2)', openedBy: 'r2 when it ends' })
  const [never] = ask(missing)
  assert.deepEqual(never, { open: false, because: 'for this commit: lint never ran', openedBy: 'a push of abc' })
  assert.ok(ask(left, running)[0].open)
  assert.ok(ask(left)[1].open)
})
