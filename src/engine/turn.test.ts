import assert from 'node:assert/strict'
import test from 'node:test'
import { startEngine } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { Fault } from '../lib/fault.ts'
import { type Rules, rules } from './parts.ts'

const staging = 'shop/shop/staging'
const place = { project: 'shop', environment: 'staging' }
const ada = { by: 'ada' }

test("a disk that is full when its turn comes is nobody's no: a deployment goes on waiting", async () => {
  const disk = { isFull: false }
  const planRollout: Rules['planRollout'] = (input) => {
    if (disk.isFull) throw new Fault('disk.full', { details: { path: 'the database' } })
    return rules.planRollout(input)
  }
  await using it = await startEngine(projectSpec(), { rules: { ...rules, planRollout } })
  await it.push('one')
  await waitFor('one to be live', () => it.store.tracks.get(staging)?.live?.release.id === 'v1')
  it.engine.actions.lock(place, { reason: 'wait', forMs: null }, ada)
  const [asked] = it.engine.actions.redeploy(place, ada)
  disk.isFull = true
  assert.throws(
    () => it.engine.actions.unlock(place, ada),
    (error) => error instanceof Fault && error.code === 'disk.full',
  )
  assert.equal(it.store.deployments.get(asked?.id ?? '')?.state.kind, 'queued')
  disk.isFull = false
  assert.ok(it.engine.actions.unlock(place, ada))
  await waitFor('it to be live', () => it.store.tracks.get(staging)?.live?.deployment === asked?.id)
})
