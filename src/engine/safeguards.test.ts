import assert from 'node:assert/strict'
import test from 'node:test'
import { ended, live, production, pushed, rollingOn, waitingOn } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { environmentSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import { safeguardsOf } from '../domain/safeguards.ts'
import type { EnvironmentSpec, PolicySpec, ProtectionSpec } from '../domain/spec.ts'

const [ada, eve] = [{ by: 'ada' }, { by: 'eve' }]
const strict = { approvals: 1, approvers: ['ada'], selfApproval: true, expiresMs: 60_000, requireChecks: [] }

/** Staging on a push; production too, guarded as given: whoever pushes decides what the file says. */
function guarded(
  protection: Partial<ProtectionSpec> = {},
  given: Partial<EnvironmentSpec> = {},
  policy: Partial<PolicySpec> = {},
) {
  const triggers = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
  const own = { protection: { ...strict, ...protection }, policies: { ...policies, ...policy } }
  return projectSpec({
    environments: [
      environmentSpec({ name: 'staging', triggers }),
      environmentSpec({ name: 'production', triggers, hosts: ['shop.test'], ...own, ...given }),
    ],
  })
}

async function approved(it: EngineUnderTest, by: { readonly by: string }, track = production): Promise<void> {
  const { id } = await waitFor('one that waits', () => waitingOn(it, track))
  it.engine.actions.approve(id, it.queries.planOf(id).hash, by)
  assert.equal((await ended(it, id)).state.kind, 'finished')
}

const inForce = (it: EngineUnderTest) => it.store.safeguards.get('shop', 'production')
const approvals = (it: EngineUnderTest) => inForce(it)?.safeguards.protection.approvals

test('a push that takes approvals away and sends itself to production waits for those who had to approve before', async () => {
  await using it = await startEngine(guarded())
  await pushed(it, 'good')
  await approved(it, ada)
  await pushed(it, 'attack', { spec: guarded({ approvals: 0, approvers: [] }) })
  const { id } = await waitFor('one that waits', () => waitingOn(it, production))
  const { gates, hash } = it.queries.planOf(id)
  const gate = gates.find((each) => each.gate === 'approval')?.answer
  assert.match(gate?.because ?? '', /protection is weakened \(approvals: 1 → 0\): those it had before are asked/)
  assert.throws(() => it.engine.actions.approve(id, hash, eve), { code: 'approval.not_allowed' })
  assert.equal(live(it, production)?.deployment, 'd2')
  await approved(it, ada)
  assert.deepEqual([live(it, production)?.deployment, approvals(it)], [id, 0])
  await it.push('free from now on', { spec: guarded({ approvals: 0, approvers: [] }) })
  await waitFor('it to be live', () => live(it, production)?.deployment !== id)
})

test('who may approve by the new rules only cannot let their own rules in', async () => {
  await using it = await startEngine(guarded())
  await pushed(it, 'good')
  await approved(it, ada)
  await pushed(it, 'attack', { spec: guarded({ approvers: ['eve'] }) })
  const { id } = await waitFor('one that waits', () => waitingOn(it, production))
  const gate = it.queries.planOf(id).gates.find((each) => each.gate === 'approval')?.answer
  assert.match(gate?.because ?? '', /protection is weakened/)
  it.engine.actions.approve(id, it.queries.planOf(id).hash, eve)
  assert.equal(it.store.deployments.get(id)?.state.kind, 'waiting')
  it.engine.actions.approve(id, it.queries.planOf(id).hash, ada)
  await ended(it, id)
  assert.deepEqual(inForce(it)?.safeguards.protection.approvers, ['eve'])
})

test('the very first yes cannot be pushed away either', async () => {
  await using it = await startEngine(guarded())
  await pushed(it, 'good')
  await waitFor('one that waits', () => waitingOn(it, production))
  await pushed(it, 'attack', { spec: guarded({ approvals: 0 }) })
  await waitFor('both to wait', () => it.store.deployments.open(production).length === 2)
  assert.equal(live(it, production) ?? null, null)
})

test('taking the environment out of the file and putting it back resets nothing', async () => {
  await using it = await startEngine(guarded())
  await pushed(it, 'good')
  await approved(it, ada)
  const [onlyStaging] = guarded().environments
  await pushed(it, 'without it', {
    spec: projectSpec({ environments: onlyStaging === undefined ? [] : [onlyStaging] }),
  })
  await pushed(it, 'attack', { spec: guarded({ approvals: 0 }) })
  await waitFor('one that waits', () => waitingOn(it, production))
})

test('another name for it does not get its domain without those who guarded it', async () => {
  await using it = await startEngine(guarded())
  await pushed(it, 'good')
  await approved(it, ada)
  await pushed(it, 'attack', { spec: guarded({ approvals: 0 }, { name: 'prod' }) })
  const { id } = await waitFor('one that waits', () => waitingOn(it, 'shop/shop/prod'))
  const gate = it.queries.planOf(id).gates.find((each) => each.gate === 'approval')?.answer
  assert.match(gate?.because ?? '', /takes over from production: approvals: 1 → 0/)
})

test('another project does not get its domain without those who guarded it either, also when nothing runs there', async () => {
  await using it = await startEngine(guarded({ approvals: 0 }))
  const safeguards = safeguardsOf(environmentSpec({ name: 'live', hosts: ['shop.test'], protection: strict }))
  it.store.projects.add({ name: 'elsewhere', origin: null, createdAt: 0, createdBy: 'ada' })
  it.store.safeguards.set('elsewhere', { environment: 'live', safeguards, deployment: null, since: 0 })
  await pushed(it, 'grab')
  const { id } = await waitFor('one that waits', () => waitingOn(it, production))
  const gate = it.queries.planOf(id).gates.find((each) => each.gate === 'approval')?.answer
  assert.match(gate?.because ?? '', /takes over from elsewhere\/live: approvals: 1 → 0/)
  assert.throws(() => it.engine.actions.approve(id, it.queries.planOf(id).hash, eve), { code: 'approval.not_allowed' })
  await approved(it, ada)
})

test('going back to a release from before takes the code back and not the rules', async () => {
  await using it = await startEngine(guarded({ approvals: 0 }))
  await it.push('open')
  const first = await waitFor('it to be live', () => live(it, production))
  await pushed(it, 'guarded', { spec: guarded() })
  await approved(it, ada)
  await it.engine.actions.rollback(
    { project: 'shop', environment: 'production' },
    { version: null },
    { ...eve, comment: 'it is broken' },
  )
  await approved(it, ada)
  assert.equal(live(it, production)?.release.id, first.release.id)
  assert.equal(approvals(it), 1)
})

test('the permissions that count are those in force, not those of the newest push', async () => {
  const only = { permissions: { redeploy: ['ada'] } }
  await using it = await startEngine(guarded({}, {}, only))
  await pushed(it, 'good')
  await approved(it, ada)
  await pushed(it, 'attack', { spec: guarded() })
  const place = { project: 'shop', environment: 'production' }
  assert.throws(() => it.engine.actions.redeploy(place, eve), { code: 'permission.denied' })
  await approved(it, ada)
  assert.equal(it.engine.actions.redeploy(place, eve).length, 1)
})

test('what came into force while it was on its way stays, as far as it is stricter', async () => {
  const open = guarded({ approvals: 0 })
  await using it = await startEngine(open)
  await it.push('open')
  await waitFor('it to be live', () => live(it, production))
  await it.push('slow', { behaviour: { healthyAfterMs: 300 } })
  const { id, startedAt } = await rollingOn(it, production)
  const safeguards = { ...safeguardsOf(open.environments[1] as EnvironmentSpec), protection: strict }
  it.store.safeguards.set('shop', {
    environment: 'production',
    safeguards,
    deployment: 'd9',
    since: (startedAt ?? 0) + 1,
  })
  await ended(it, id)
  assert.equal(approvals(it), 1)
})

test('when nobody is left who could say yes, an admin gives up what is in force, on the record', async () => {
  await using it = await startEngine(guarded({ approvers: ['gone'] }))
  const place = { project: 'shop', environment: 'production' }
  assert.throws(() => it.engine.actions.forgetSafeguards(place, { reason: 'r' }, ada), { code: 'safeguards.none' })
  await pushed(it, 'nobody can approve this')
  await waitFor('one that waits', () => waitingOn(it, production))
  it.engine.actions.forgetSafeguards(place, { reason: 'she left' }, ada)
  await pushed(it, 'mended', { spec: guarded() })
  const { id } = await waitFor('the second to wait', () => it.store.deployments.open(production)[1])
  it.engine.actions.approve(id, it.queries.planOf(id).hash, ada)
  await ended(it, id)
  assert.equal(live(it, production)?.deployment, id)
  const [fact] = it.store.facts.list({ after: 0, limit: 9, kind: 'environment.safeguards_forgotten' })
  assert.deepEqual([fact?.by, fact?.data.reason], ['ada', 'she left'])
})

test('a pushed trigger does not pass by the permissions: whoever alone may deploy there is asked', async () => {
  const none = { push: [], tags: [], releasePublished: false, after: [], schedules: [] }
  const policy = { permissions: { deploy: ['ada'], promote: ['ada'] } }
  await using it = await startEngine(guarded({ approvals: 0, approvers: [] }, { triggers: none }, policy))
  await pushed(it, 'good')
  const place = { project: 'shop', environment: 'production' }
  assert.throws(() => it.engine.actions.deploy(place, { version: null }, eve), { code: 'permission.denied' })
  const [first] = it.engine.actions.deploy(place, { version: null }, ada)
  await ended(it, first?.id ?? '')
  await pushed(it, 'attack', { spec: guarded({ approvals: 0, approvers: [] }, {}, policy) })
  const { id } = await waitFor('one that waits', () => waitingOn(it, production))
  const { hash } = it.queries.planOf(id)
  assert.throws(() => it.engine.actions.approve(id, hash, eve), { code: 'approval.not_allowed' })
  assert.equal(live(it, production)?.deployment, first?.id)
})
