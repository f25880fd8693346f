import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, inProduction, inStaging, live, production, pushed } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { environmentSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { PolicySpec } from '../domain/spec.ts'

const push = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
const together: PolicySpec = { ...policies, lockScope: { kind: 'named', name: 'database' } }
const spec = projectSpec({
  environments: ['staging', 'production'].map((name) => environmentSpec({ name, triggers: push, policies: together })),
})

test('a look at all queues, and telling of one, cost the same for each one more that waits, however many wait', async () => {
  await using it = await startEngine(spec)
  await pushed(it, 'one')
  await waitFor('it to be live in both', () => live(it, production))
  for (const place of [inStaging, inProduction]) freeze(it, place)
  const looks: number[] = []
  const tellings: number[] = []
  for (let turn = 0; turn < 3; turn += 1) {
    for (let n = 0; n < 4; n += 1) for (const place of [inStaging, inProduction]) it.engine.actions.redeploy(place, ada)
    looks.push(await timesGathered(it, () => freeze(it, inStaging)))
    tellings.push(await timesGathered(it, () => it.queries.status('shop', 'staging')))
  }
  // Each time eight more wait.
  assert.deepEqual(looks, [21, 45, 69])
  assert.deepEqual(tellings, [10, 22, 34])
})

function freeze(it: EngineUnderTest, place: typeof inStaging): void {
  it.engine.actions.freeze(place, { reason: 'sale', from: null, until: null, forMs: 3_600_000 }, ada)
}

/** How often all that the gates look at is gathered for a deployment while this is done. */
async function timesGathered(it: EngineUnderTest, doing: () => unknown): Promise<number> {
  const { deployments } = it.store
  const approvals = deployments.approvals.bind(deployments)
  let times = 0
  deployments.approvals = (id) => {
    times += 1
    return approvals(id)
  }
  await doing()
  deployments.approvals = approvals
  return times
}
