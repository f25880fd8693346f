import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, live, pushed, staging } from '../../test/helpers/deployments.ts'
import { startEngine } from '../../test/helpers/engine.ts'
import { appSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { defaultSettings } from './parts.ts'

const settings = { ...defaultSettings, janitorEveryMs: 20, keepReleases: 9 }

test('an app keeps as many releases as it says, and what an environment would go back to however often it was redeployed', async () => {
  const apps = [{ ...appSpec({ name: 'shop' }), keepReleases: 1 }]
  await using it = await startEngine(projectSpec({ apps }), { settings })
  for (const title of ['one', 'two', 'three', 'four']) await pushed(it, title)
  for (let times = 0; times < 4; times += 1) {
    const [again] = it.engine.actions.redeploy(inStaging, ada)
    await ended(it, again?.id ?? '')
  }
  const kept = () => ['v1', 'v2', 'v3', 'v4'].filter((id) => it.store.releases.get(id)?.discardedAt === null)
  // In production nobody said yes, and what waits there is needed as well.
  for (const { id } of it.store.deployments.open('shop/shop/production')) it.engine.actions.reject(id, ada)
  await waitFor('the oldest to be thrown away', () => kept().length < 4)
  assert.deepEqual(kept(), ['v2', 'v3', 'v4'])
  const [back] = await it.engine.actions.rollback(inStaging, { version: null }, ada)
  await ended(it, back?.id ?? '')
  assert.equal(live(it, staging)?.release.id, 'v3')
})
