import assert from 'node:assert/strict'
import test from 'node:test'
import { ended, inStaging, live, pushed, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { person } from '../../test/helpers/people.ts'
import { environmentSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { type Permission, permissions } from '../domain/permission.ts'
import { Fault } from '../lib/fault.ts'

const [ada, grace] = [{ by: 'ada' }, { by: 'grace' }]
const granted = Object.fromEntries(permissions.map((permission) => [permission, ['role:lead']]))
const triggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
const protection = { approvals: 1, approvers: [], selfApproval: true, expiresMs: 60_000, requireChecks: [] }
const spec = projectSpec({
  environments: [
    environmentSpec({ name: 'staging', triggers, policies: { ...policies, permissions: granted } }),
    environmentSpec({ name: 'guarded', protection, policies: { ...policies, permissions: granted } }),
  ],
})

type Act = (it: EngineUnderTest, asked: { readonly by: string }) => unknown

const guarded = { project: 'shop', environment: 'guarded' }
const waiting = (it: EngineUnderTest) => it.store.deployments.open('shop/shop/guarded')[0]?.id ?? ''

/** Everything people can ask of an environment, each with what it takes. */
const acts: readonly (readonly [Permission, string, Act])[] = [
  ['scale', 'scale', ({ engine }, asked) => engine.actions.scale(inStaging, { web: 1 }, asked)],
  ['deploy', 'deploy', ({ engine }, asked) => engine.actions.deploy(inStaging, { version: null }, asked)],
  ['redeploy', 'redeploy', ({ engine }, asked) => engine.actions.redeploy(inStaging, asked)],
  ['rollback', 'roll back', ({ engine }, asked) => engine.actions.rollback(inStaging, { version: null }, asked)],
  ['promote', 'promote to it', ({ engine }, asked) => engine.actions.promote({ ...inStaging, to: 'guarded' }, asked)],
  [
    'approve',
    'approve',
    (it, asked) => it.engine.actions.approve(waiting(it), it.queries.planOf(waiting(it)).hash, asked),
  ],
  ['approve', 'reject', (it, asked) => it.engine.actions.reject(waiting(it), 'no', asked)],
  ['cancel', 'cancel', (it, asked) => it.engine.actions.cancelDeployment(waiting(it), asked)],
  [
    'exec',
    'run a command',
    ({ engine }, asked) => engine.actions.startOneOff(inStaging, { words: ['true'], limitMs: 1000 }, asked),
  ],
  [
    'config',
    'set a variable',
    ({ engine }, asked) => engine.actions.setVariables(inStaging, [{ name: 'A', value: 'b', secret: false }], asked),
  ],
  [
    'config',
    'shut the door',
    ({ engine }, asked) => engine.actions.beginMaintenance(inStaging, { message: 'm' }, asked),
  ],
  [
    'config',
    'let somebody in',
    ({ engine }, asked) => engine.actions.admit(inStaging, { name: 'a', hash: 'h' }, asked),
  ],
  ['config', 'keep somebody out', ({ engine }, asked) => engine.actions.dismiss(inStaging, { name: 'a' }, asked)],
  ['config', 'open the door', ({ engine }, asked) => engine.actions.endMaintenance(inStaging, asked)],
  ['lock', 'lock', ({ engine }, asked) => engine.actions.lock(inStaging, { reason: 'r', forMs: null }, asked)],
  ['lock', 'unlock', ({ engine }, asked) => engine.actions.unlock(inStaging, asked)],
]

test('who is not named may do none of it, and nothing changes; who has the role may', async (t) => {
  await using it = await startEngine(spec)
  person(it.store, 'ada', ['maintainer', 'lead'])
  person(it.store, 'grace')
  await pushed(it, 'one')
  await pushed(it, 'two')
  for (const [permission, doing, act] of acts) {
    await t.test(doing, async () => {
      await quiet(it)
      it.engine.actions.deploy(guarded, { version: null }, ada)
      const before = state(it)
      await assert.rejects(
        async () => act(it, grace),
        (error: unknown) => {
          assert.ok(error instanceof Fault)
          assert.equal(error.code, 'permission.denied')
          const said = new RegExp(`^grace may not ${permission} in (staging|guarded); these may: role:lead$`)
          assert.match(error.message, said)
          return true
        },
      )
      assert.equal(state(it), before)
      await act(it, ada)
    })
  }
})

test('a role counts from the moment it is given, and no longer than it is held', async () => {
  await using it = await startEngine(spec)
  person(it.store, 'grace')
  await pushed(it, 'one')
  const redeploy = () => it.engine.actions.redeploy(inStaging, grace)
  assert.throws(redeploy, { code: 'permission.denied' })
  person(it.store, 'grace', ['maintainer', 'lead'])
  const [made] = redeploy()
  await ended(it, made?.id ?? '')
  person(it.store, 'grace', ['maintainer', 'writer'])
  assert.throws(redeploy, { code: 'permission.denied' })
})

test('where nobody is named, the rank decides alone', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  assert.equal(it.engine.actions.redeploy(inStaging, { by: 'anybody' }).length, 1)
})

function state(it: EngineUnderTest): string {
  return JSON.stringify([it.store.facts.list({ after: 0, limit: 500 }), live(it, staging)])
}

/** Nothing moves by itself. */
async function quiet({ store }: EngineUnderTest): Promise<void> {
  await waitFor('nothing to move', () =>
    store.deployments.openEverywhere().every(({ state: { kind } }) => kind === 'waiting'),
  )
}

test('who may not migrate may not even look for what is pending', async () => {
  await using it = await startEngine(spec)
  person(it.store, 'grace')
  await pushed(it, 'one')
  const wish = { version: null, destructive: true }
  assert.throws(() => it.engine.actions.migrate(inStaging, wish, grace), { code: 'permission.denied' })
  assert.throws(() => it.engine.actions.survey(inStaging, null, grace), { code: 'permission.denied' })
  person(it.store, 'grace', ['maintainer', 'lead'])
  assert.throws(() => it.engine.actions.migrate(inStaging, wish, grace), { code: 'migration.none' })
})
