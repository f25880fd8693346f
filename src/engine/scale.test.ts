import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ada,
  ended,
  inProduction,
  inStaging,
  live,
  outcome,
  production,
  pushed,
  staging,
  waitingOn,
} from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'

test('a scaling that did not succeed is forgotten, one before it is not', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  await ended(it, it.engine.actions.scale(inStaging, { web: 3 }, ada).id)
  it.engine.actions.lock(inStaging, { reason: 'wait', forMs: null }, ada)
  const { id } = it.engine.actions.scale(inStaging, { web: 9, worker: 2 }, ada)
  it.engine.actions.cancelDeployment(id, ada)
  it.engine.actions.unlock(inStaging, ada)
  await pushed(it, 'two')
  assert.deepEqual(running(it, staging), { web: 3, worker: 1 })
})

test('two scalings asked for at once both count, of a process with an address and of one without (trap 7)', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  const asked: readonly Record<string, number>[] = [{ web: 1 }, { worker: 2 }]
  const both = asked.map((counts) => it.engine.actions.scale(inStaging, counts, ada))
  for (const { id } of both) await ended(it, id)
  assert.deepEqual(running(it, staging), { web: 1, worker: 2 })
})

test('what was scaled while a release waited for people stays scaled when it comes', async () => {
  await using it = await startEngine(projectSpec())
  await it.push('one')
  await approved(it)
  await it.push('two')
  const waiting = await waitFor('a deployment that waits', () => waitingOn(it, production))
  await ended(it, it.engine.actions.scale(inProduction, { web: 4 }, ada).id)
  it.engine.actions.approve(waiting.id, it.queries.planOf(waiting.id).hash, { by: 'grace' })
  await ended(it, waiting.id)
  assert.deepEqual(running(it, production), { web: 4, worker: 1 })
})

test('more instances are more of the same: changed variables come with the next release, not with half of the instances', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  await it.engine.actions.setVariables(inStaging, [{ name: 'COLOUR', value: 'red', secret: false }], ada)
  await ended(it, it.engine.actions.scale(inStaging, { web: 3 }, ada).id)
  const colours = () =>
    [...it.world.host('one').instances.values()].map(({ spec }) => `${spec.env.COLOUR}`).filter((one) => one === 'red')
  assert.deepEqual([live(it, staging)?.variables, colours().length], [0, 0])
  const [again] = it.engine.actions.redeploy(inStaging, ada)
  await ended(it, again?.id ?? '')
  assert.deepEqual([live(it, staging)?.variables, colours().length], [1, 4])
})

function running(it: EngineUnderTest, track: string): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const { process } of live(it, track)?.instances ?? []) counts[process] = (counts[process] ?? 0) + 1
  return counts
}

async function approved(it: EngineUnderTest): Promise<void> {
  const { id } = await waitFor('a deployment that waits', () => waitingOn(it, production))
  it.engine.actions.approve(id, it.queries.planOf(id).hash, { by: 'grace' })
  await ended(it, id)
  assert.equal(outcome(it, id), 'succeeded')
}
