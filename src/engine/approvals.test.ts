import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ended,
  inProduction,
  live,
  outcome,
  production,
  pushed,
  staging,
  waitingOn,
} from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { person as give } from '../../test/helpers/people.ts'
import { appSpec, environmentSpec, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { EnvironmentTriggers, ProtectionSpec } from '../domain/spec.ts'
import { Fault } from '../lib/fault.ts'
import { obstaclesToAnswering } from './obstacles.ts'

const [ada, grace, edsger] = [{ by: 'ada' }, { by: 'grace' }, { by: 'edsger' }]
const none: EnvironmentTriggers = { push: [], tags: [], releasePublished: false, after: [], schedules: [] }
const onMain: EnvironmentTriggers = { ...none, push: ['main'] }
const one: ProtectionSpec = { approvals: 1, approvers: [], selfApproval: true, expiresMs: 60_000, requireChecks: [] }

/** Staging by itself; these after a yes each. */
function guarded(
  protection: Partial<ProtectionSpec> = {},
  names: readonly string[] = ['production'],
  triggers = onMain,
) {
  const environments = names.map((name) => environmentSpec({ name, triggers, protection: { ...one, ...protection } }))
  return projectSpec({ environments: [environmentSpec({ name: 'staging', triggers: onMain }), ...environments] })
}

const hash = (it: EngineUnderTest, id: string) => it.queries.planOf(id).hash
const yes = (it: EngineUnderTest, { id }: Deployment) => ({ deployment: id, plan: hash(it, id) })
const facts = (it: EngineUnderTest, kind: string) => it.store.facts.list({ after: 0, limit: 500, kind })
const approve = (it: EngineUnderTest, id: string, by: { by: string }) => it.engine.actions.approve(id, hash(it, id), by)

async function waiting(it: EngineUnderTest, track = production): Promise<Deployment> {
  return await waitFor(`one that waits on ${track}`, () => waitingOn(it, track))
}

function person({ store }: EngineUnderTest, name: string, roles: readonly string[] = []): void {
  give(store, name, ['maintainer', ...roles])
}

test('several are approved in one act, each by its own plan and with the comment', async () => {
  await using it = await startEngine(guarded({}, ['canada', 'europe']))
  await pushed(it, 'first')
  const both = [await waiting(it, 'shop/shop/canada'), await waiting(it, 'shop/shop/europe')]
  it.engine.actions.approveAll(
    both.map((each) => yes(it, each)),
    { ...ada, comment: 'seen on staging' },
  )
  for (const { id } of both) {
    await ended(it, id)
    assert.equal(outcome(it, id), 'succeeded')
    assert.deepEqual(
      it.store.deployments.approvals(id).map(({ by, comment }) => [by, comment]),
      [['ada', 'seen on staging']],
    )
  }
})

test('when the plan of one has moved, none is approved, and it is told which and what', async () => {
  await using it = await startEngine(guarded({}, ['canada', 'europe']))
  await pushed(it, 'first')
  const both = [await waiting(it, 'shop/shop/canada'), await waiting(it, 'shop/shop/europe')]
  const seen = both.map((each) => yes(it, each))
  await it.engine.actions.setVariables(
    { project: 'shop', environment: 'europe' },
    [{ name: 'LEVEL', value: '1', secret: false }],
    ada,
  )
  assert.throws(
    () => it.engine.actions.approveAll(seen, ada),
    (error: unknown) => {
      assert.ok(error instanceof Fault)
      assert.equal(error.code, 'approval.none_given')
      assert.match(error.message, new RegExp(`${both[1]?.id}: .*LEVEL is set now`))
      assert.doesNotMatch(error.message, new RegExp(`${both[0]?.id}: `))
      return true
    },
  )
  assert.deepEqual(
    both.map(({ id }) => it.store.deployments.approvals(id)),
    [[], []],
  )
  assert.deepEqual(facts(it, 'deployment.approval'), [])
})

test('several are rejected in one act with the reason, or none', async () => {
  await using it = await startEngine(guarded({}, ['canada', 'europe']))
  await pushed(it, 'first')
  const ids = [(await waiting(it, 'shop/shop/canada')).id, (await waiting(it, 'shop/shop/europe')).id]
  assert.throws(() => it.engine.actions.rejectAll([...ids, 'd1'], 'no', ada), { code: 'approval.none_given' })
  assert.equal(waitingOn(it, 'shop/shop/canada')?.id, ids[0])
  it.engine.actions.rejectAll(ids, 'not on a Friday', ada)
  for (const id of ids) {
    const { state } = await ended(it, id)
    assert.equal(state.kind === 'finished' && state.reason, 'rejected by ada: not on a Friday')
  }
})

test('as many different people as are demanded, out of those who are named by name or role', async () => {
  await using it = await startEngine(guarded({ approvals: 2, approvers: ['ada', 'role:lead'] }))
  person(it, 'grace', ['lead'])
  person(it, 'edsger', ['tester'])
  await pushed(it, 'first')
  const { id } = await waiting(it)
  assert.throws(() => approve(it, id, edsger), { code: 'approval.not_allowed' })
  approve(it, id, grace)
  approve(it, id, grace)
  assert.equal(facts(it, 'deployment.approval').length, 1, 'the same yes twice is one')
  assert.match(obstaclesToAnswering(it.store, id, 'grace').approve ?? '', /grace has said yes .* at least 1/)
  assert.equal(obstaclesToAnswering(it.store, id, 'ada').approve, null)
  assert.equal(it.store.deployments.get(id)?.state.kind, 'waiting')
  const gate = it.queries.planOf(id).gates.find((each) => each.gate === 'approval')?.answer
  assert.match(gate?.because ?? '', /^1 of 2 have approved this plan$/)
  approve(it, id, ada)
  assert.equal((await ended(it, id)).state.kind, 'finished')
})

test('a yes does not count any more when its giver has lost the role, or was disabled', async () => {
  await using it = await startEngine(guarded({ approvals: 2, approvers: ['role:lead'] }))
  for (const name of ['ada', 'grace', 'edsger']) person(it, name, ['lead'])
  await pushed(it, 'first')
  const { id } = await waiting(it)
  it.engine.actions.lock(inProduction, { reason: 'later', forMs: null }, ada)
  approve(it, id, ada)
  person(it, 'ada')
  approve(it, id, grace)
  const gate = () => it.queries.planOf(id).gates.find((each) => each.gate === 'approval')?.answer.because ?? ''
  assert.match(gate(), /1 of 2 have approved this plan; the yes of ada does not count any more: they may not approve/)
  person(it, 'ada', ['lead'])
  approve(it, id, edsger)
  assert.equal(it.store.deployments.get(id)?.state.kind, 'queued')
  it.store.accounts.setDisabled('grace', 1)
  give(it.store, 'edsger', ['viewer', 'lead'])
  it.engine.actions.unlock(inProduction, ada)
  assert.equal(it.store.deployments.get(id)?.state.kind, 'waiting')
  const [fact] = facts(it, 'deployment.approval_void')
  assert.match(
    String(fact?.data.moved),
    /the yes of grace does not count any more: their account or their role was taken away/,
  )
})

test('a yes said again is heard when by then no other is asked for, and one who has said it may still say no', async () => {
  await using it = await startEngine(guarded({ approvals: 2, approvers: ['role:lead'] }))
  for (const name of ['ada', 'grace']) person(it, name, ['lead'])
  await pushed(it, 'first')
  const { id } = await waiting(it)
  approve(it, id, ada)
  person(it, 'ada')
  approve(it, id, grace)
  person(it, 'ada', ['lead'])
  approve(it, id, ada)
  assert.equal((await ended(it, id)).state.kind, 'finished')
  await pushed(it, 'second')
  const next = await waiting(it)
  approve(it, next.id, ada)
  it.engine.actions.reject(next.id, 'changed my mind', ada)
  assert.equal(outcome(it, next.id), 'aborted')
})

test('whoever asked does not approve it where that is forbidden, and may take it back by a no', async () => {
  await using it = await startEngine(guarded({ selfApproval: false }))
  await pushed(it, 'pushed by ada')
  const { id, by } = await waiting(it)
  assert.equal(by, 'ada')
  assert.throws(() => approve(it, id, ada), { code: 'approval.not_allowed' })
  assert.throws(() => it.engine.actions.approveAll([yes(it, { id } as Deployment)], ada), {
    code: 'approval.none_given',
  })
  it.engine.actions.reject(id, 'my mistake', ada)
  await ended(it, id)
})

test('whoever pushed a commit does not approve it either, whoever asks for it', async () => {
  await using it = await startEngine(guarded({ selfApproval: false }, ['production'], none))
  await pushed(it, 'pushed by ada')
  await waitFor('it to be live on staging', () => live(it, staging))
  const [{ id }] = it.engine.actions.deploy(inProduction, { version: null }, edsger) as [Deployment]
  assert.throws(() => approve(it, id, ada), { code: 'approval.not_allowed', message: /whoever pushed it/ })
  assert.throws(() => approve(it, id, edsger), { code: 'approval.not_allowed' })
  approve(it, id, grace)
  assert.equal((await ended(it, id)).state.kind, 'finished')
})

test('a void approval says which process and which variable moved', async () => {
  const spec = (web: number, worker: string) => ({
    ...guarded(),
    apps: [
      appSpec({
        name: 'shop',
        processes: [processSpec({ name: 'web', instances: web }), processSpec({ name: 'worker', command: worker })],
      }),
    ],
  })
  await using it = await startEngine(spec(1, 'work'))
  await pushed(it, 'first')
  const first = await waiting(it)
  approve(it, first.id, ada)
  await ended(it, first.id)
  await pushed(it, 'second', { spec: spec(2, 'work --hard') })
  const { id } = await waiting(it)
  const seen = hash(it, id)
  assert.deepEqual(it.queries.planOf(id).plan.processes, [
    { name: 'web', from: 1, to: 2, command: null },
    { name: 'worker', from: 1, to: 1, command: { from: 'work', to: 'work --hard' } },
  ])
  it.engine.actions.scale(inProduction, { web: 3 }, ada)
  await waitFor('three to run', () => live(it, production)?.instances.length === 4)
  await it.engine.actions.setVariables(inProduction, [{ name: 'LEVEL', value: 'a', secret: true }], ada)
  assert.throws(
    () => it.engine.actions.approve(id, seen, ada),
    (error: unknown) => {
      assert.ok(error instanceof Fault)
      assert.match(error.message, /process web: 1 → 2 is now 3 → 3;/)
      assert.match(error.message, /variables: version 0 → 1, LEVEL is set now/)
      assert.doesNotMatch(error.message, /process worker/)
      return true
    },
  )
})

test('each that waits can be approved for itself, whatever else waits or was asked for later (hypothesis/lms#4533)', async () => {
  await using it = await startEngine(guarded())
  for (const title of ['first', 'second', 'third']) await pushed(it, title)
  const all = await waitFor('three to wait', () => {
    const open = it.store.deployments.open(production)
    return open.length === 3 ? open : null
  })
  assert.ok(
    all.every(({ state }) => state.kind === 'waiting'),
    'none holds a place in the queue',
  )
  const [first, second, third] = all.map(({ id }) => id)
  approve(it, second ?? '', ada)
  await ended(it, second ?? '')
  assert.equal(live(it, production)?.deployment, second)
  assert.deepEqual(
    [first, third].map((id) => it.store.deployments.get(id ?? '')?.state.kind),
    ['waiting', 'waiting'],
  )
  approve(it, third ?? '', ada)
  await ended(it, third ?? '')
  assert.equal(live(it, production)?.deployment, third)
})

test('what nobody answers is over when its time is', async () => {
  await using it = await startEngine(guarded({ expiresMs: 100 }))
  await pushed(it, 'first')
  const { state } = await ended(it, 'd2')
  assert.equal(state.kind === 'finished' && state.reason, 'nobody approved it in time')
})

const ways = [
  ['a push', onMain, async () => {}],
  [
    'another environment',
    { ...none, after: [{ environment: 'staging', verifiedForMs: 0, smokePassed: false }] },
    async () => {},
  ],
  [
    'a person',
    none,
    async (it: EngineUnderTest) => void it.engine.actions.deploy(inProduction, { version: null }, grace),
  ],
] as const

for (const [name, triggers, ask] of ways) {
  test(`X6 trigger × protection: set off by ${name}, it waits for its approvals all the same`, async () => {
    await using it = await startEngine(guarded({ approvals: 1 }, ['production'], triggers))
    await pushed(it, 'first')
    await ask(it)
    const { id } = await waiting(it)
    assert.equal(live(it, production) ?? null, null)
    approve(it, id, ada)
    await ended(it, id)
    assert.equal(live(it, production)?.deployment, id)
  })
}

test('a plan shows what it brings, how long that takes by what it took before, and who has to say yes', async () => {
  await using it = await startEngine(guarded({ approvers: ['ada', 'role:lead'] }))
  await pushed(it, 'first')
  const first = await waiting(it)
  assert.equal((await it.queries.wholePlanOf(first.id)).outlook.expected.totalMs, null)
  approve(it, first.id, ada)
  await ended(it, first.id)
  await pushed(it, 'Cart keeps its items (#12)')
  await pushed(it, 'third')
  const [plan] = await it.queries.plan({ project: 'shop', environment: 'production' }, null)
  assert.deepEqual(
    plan?.outlook.comes.map(({ title, author, pullRequest }) => [title, author, pullRequest]),
    [
      ['third', 'ada', null],
      ['Cart keeps its items', 'ada', 12],
    ],
  )
  assert.deepEqual(
    plan?.outlook.demands.map(({ approvals, approvers }) => [approvals, approvers]),
    [[1, ['ada', 'role:lead']]],
  )
  const { expected } = plan?.outlook ?? {}
  assert.equal(expected?.samples, 1)
  assert.ok(expected?.phases.some(({ name }) => name === 'place') && (expected.totalMs ?? -1) >= 0)
  const [back] = await it.queries.plan(
    { project: 'shop', environment: 'staging' },
    it.store.releases.list('shop', 'shop', 9).at(-1)?.version ?? '',
  )
  assert.deepEqual(
    [back?.outlook.comes.length, back?.outlook.goes.map(({ title }) => title)],
    [0, ['third', 'Cart keeps its items']],
  )
  assert.equal(live(it, staging)?.release.commit, plan?.plan.to.commit)
})

test('the same plan is the same hash, whoever asks for it and under whichever number', async () => {
  await using it = await startEngine(guarded({}, ['production'], none))
  await pushed(it, 'first')
  const [draft] = await it.queries.plan({ project: 'shop', environment: 'production' }, null)
  const [made] = it.engine.actions.deploy(inProduction, { version: null }, grace)
  assert.equal(hash(it, made?.id ?? ''), draft?.hash)
})
