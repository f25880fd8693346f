import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, live, production, rollingOn, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, policies, processSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Deployment } from '../domain/deployment.ts'
import type { PolicySpec, ProtectionSpec } from '../domain/spec.ts'

const slow = { behaviour: { healthyAfterMs: 150 } }
const protection: ProtectionSpec = { ...projectSpec().environments[1]?.protection, approvals: 1 } as ProtectionSpec

const apps = [appSpec({ name: 'shop', processes: [processSpec({ name: 'web' })] })]

function specWith(given: Partial<PolicySpec>, approvals = 0) {
  const push = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
  return projectSpec({
    apps,
    environments: [
      environmentSpec({
        ...{ name: 'staging', triggers: push, protection: { ...protection, approvals } },
        policies: { ...policies, ...given },
      }),
    ],
  })
}

/** Pushes these one after the other; each is asked for in staging before the next one comes. */
async function asked(it: EngineUnderTest, ...titles: readonly string[]): Promise<readonly string[]> {
  const ids: string[] = []
  for (const title of titles) {
    const sha = await it.push(title, slow)
    const made = await waitFor(`${title} to be asked for`, () =>
      it.store.deployments.list(staging, 1).find(({ release }) => release.commit === sha),
    )
    ids.push(made.id)
  }
  return ids
}

function endings(it: EngineUnderTest, ids: readonly string[]): readonly (string | null)[] {
  return ids.map((id) => {
    const state = it.store.deployments.get(id)?.state
    return state?.kind === 'finished' ? (state.reason ?? state.outcome) : (state?.kind ?? null)
  })
}

test('concurrency: queue — each goes in turn, none is dropped (trap 13)', async () => {
  await using it = await startEngine(specWith({ concurrency: 'queue' }))
  const ids = await asked(it, 'one', 'two', 'three', 'four')
  const [status] = await it.queries.status('shop', 'staging')
  assert.deepEqual(
    status?.queue.map(({ deployment, place, holder }) => [deployment.id, place, holder]),
    [
      ['d2', 1, 'd1'],
      ['d3', 2, 'd1'],
      ['d4', 3, 'd1'],
    ],
  )
  for (const id of ids) assert.equal((await ended(it, id)).state.kind, 'finished')
  assert.deepEqual(endings(it, ids), Array(4).fill('succeeded'))
  const started = ids.map((id) => it.store.deployments.get(id)?.startedAt ?? 0)
  assert.deepEqual(
    started.toSorted((a, b) => a - b),
    started,
  )
})

test('concurrency: latest — only the newest waits, and says what it carries and for whom', async () => {
  await using it = await startEngine(specWith({ concurrency: 'latest' }))
  const ids = await asked(it, 'one', 'two', 'three', 'four')
  assert.deepEqual(endings(it, ids), ['rolling', 'superseded by d3', 'superseded by d4', 'queued'])
  assert.deepEqual(
    it.store.deployments.supersededBy('d4').map(({ id }) => id),
    ['d3'],
  )
  const fact = it.store.facts.about('d2').find(({ kind }) => kind === 'deployment.finished')
  assert.deepEqual([fact?.data.supersededBy, fact?.data.asked], ['d3', 'ada'])
  assert.equal((await ended(it, 'd4')).state.kind === 'finished' && live(it, staging)?.deployment, 'd4')
})

test('concurrency: latest — what waits for people stays, each to be approved alone', async () => {
  await using it = await startEngine(specWith({ concurrency: 'latest' }, 1))
  const ids = await asked(it, 'one', 'two', 'three')
  assert.deepEqual(endings(it, ids), ['waiting', 'waiting', 'waiting'])
})

test('concurrency: supersede — of those that wait for people only the newest is left, what they said yes to stays', async () => {
  await using it = await startEngine(specWith({ concurrency: 'supersede' }, 1))
  await asked(it, 'one')
  it.engine.actions.approve('d1', it.queries.planOf('d1').hash, ada)
  const ids = ['d1', ...(await asked(it, 'two', 'three'))]
  assert.deepEqual(endings(it, ids), ['rolling', 'superseded by d3', 'waiting'])
})

test('concurrency: supersede — with cancel: supersede a rollout goes back wholly before the newer one begins', async () => {
  await using it = await startEngine(specWith({ concurrency: 'supersede', cancel: 'supersede' }))
  await asked(it, 'one')
  await ended(it, 'd1')
  await asked(it, 'two')
  await rollingOn(it, staging, 'place')
  await asked(it, 'three')
  const [two, three] = [await ended(it, 'd2'), await ended(it, 'd3')]
  assert.ok(two.state.kind === 'finished' && two.state.rolledBack && two.state.supersededBy === 'd3')
  assert.ok((three.startedAt ?? 0) >= (two.finishedAt ?? Number.POSITIVE_INFINITY))
  assert.deepEqual(names(it), ['d3-web-1'])
})

for (const cancel of ['never', 'manual'] as const) {
  test(`concurrency: supersede — with cancel: ${cancel} a rollout is not broken off`, async () => {
    await using it = await startEngine(specWith({ concurrency: 'supersede', cancel }))
    const ids = await asked(it, 'one', 'two', 'three')
    assert.deepEqual(endings(it, ids), ['rolling', 'superseded by d3', 'queued'])
    await ended(it, 'd3')
    assert.deepEqual(endings(it, ids), ['succeeded', 'superseded by d3', 'succeeded'])
  })
}

test('a redeploy that waits is not displaced by a push, and displaces none', async () => {
  await using it = await startEngine(specWith({ concurrency: 'supersede' }))
  await asked(it, 'one')
  await ended(it, 'd1')
  await asked(it, 'two')
  const [again] = it.engine.actions.redeploy(inStaging, ada)
  await asked(it, 'three')
  await ended(it, 'd4')
  assert.deepEqual(endings(it, ['d2', again?.id ?? '', 'd4']), ['succeeded', 'succeeded', 'succeeded'])
})

test('who could not go itself displaces nobody: a lock keeps the queue as it is', async () => {
  await using it = await startEngine(specWith({ concurrency: 'latest' }))
  await asked(it, 'one')
  await ended(it, 'd1')
  it.engine.actions.lock(inStaging, { reason: 'look', forMs: null }, ada)
  const ids = await asked(it, 'two', 'three')
  assert.deepEqual(endings(it, ids), ['queued', 'queued'])
  it.engine.actions.unlock(inStaging, ada)
  await ended(it, 'd3')
  assert.deepEqual(endings(it, ids), ['superseded by d3', 'succeeded'])
})

/** Staging and production on one host, without approvals, each sent by hand. */
function twoPlaces(scope: PolicySpec['lockScope'], given: Partial<PolicySpec> = {}) {
  const place = (name: string) =>
    environmentSpec({
      name,
      ...(name === 'staging'
        ? { triggers: { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] } }
        : {}),
      policies: { ...policies, lockScope: scope, ...given },
    })
  return projectSpec({ apps, environments: [place('staging'), place('production')] })
}

async function bothAsked(it: EngineUnderTest): Promise<readonly [Deployment, Deployment]> {
  await asked(it, 'one')
  await ended(it, 'd1')
  const [first] = it.engine.actions.redeploy(inStaging, ada)
  const [second] = it.engine.actions.deploy({ project: 'shop', environment: 'production' }, { version: null }, ada)
  return [first as Deployment, second as Deployment]
}

test('lock_scope: app — two environments are deployed to at once', async () => {
  await using it = await startEngine(twoPlaces({ kind: 'app' }))
  const [first, second] = await bothAsked(it)
  assert.deepEqual([first.state.kind, second.state.kind], ['rolling', 'rolling'])
})

for (const scope of [{ kind: 'hosts' }, { kind: 'named', name: 'database' }] as const) {
  test(`lock_scope: ${scope.kind} — one at a time, in turn, and the one that waits says for whom`, async () => {
    await using it = await startEngine(twoPlaces(scope))
    const [first, second] = await bothAsked(it)
    assert.deepEqual([first.state.kind, second.state.kind], ['rolling', 'queued'])
    const [status] = await it.queries.status('shop', 'production')
    assert.deepEqual([status?.queue[0]?.place, status?.queue[0]?.holder], [1, first.id])
    const what = scope.kind === 'hosts' ? 'the hosts of model' : 'the lock database'
    assert.equal(status?.queue[0]?.because, `${first.id} is being deployed on shop/shop/staging, and both need ${what}`)
    const [one, two] = [await ended(it, first.id), await ended(it, second.id)]
    assert.ok((two.startedAt ?? 0) >= (one.finishedAt ?? Number.POSITIVE_INFINITY))
  })
}

test('one that claims its hosts waits for one that claims only its own track there, and the other way round', async () => {
  const spec = twoPlaces({ kind: 'app' })
  const [here, there] = spec.environments
  const claiming = { ...there, policies: { ...policies, lockScope: { kind: 'hosts' } } }
  await using it = await startEngine({ ...spec, environments: [here, claiming] } as typeof spec)
  const [first, second] = await bothAsked(it)
  assert.deepEqual([first.state.kind, second.state.kind], ['rolling', 'queued'])
  await ended(it, first.id)
  await rollingOn(it, production)
  const [third] = it.engine.actions.redeploy(inStaging, ada)
  assert.equal(third?.state.kind, 'queued')
  await ended(it, third?.id ?? '')
})

test('what a lock holds in one environment holds nobody in another that needs the same', async () => {
  await using it = await startEngine(twoPlaces({ kind: 'named', name: 'database' }))
  await asked(it, 'one')
  await ended(it, 'd1')
  it.engine.actions.lock(inStaging, { reason: 'look', forMs: null }, ada)
  const [held] = it.engine.actions.redeploy(inStaging, ada)
  const [other] = it.engine.actions.deploy({ project: 'shop', environment: 'production' }, { version: null }, ada)
  assert.deepEqual([held?.state.kind, other?.state.kind], ['queued', 'rolling'])
})

test('queue_timeout: continue — after the limit it goes on beside what it waited for, and the record says so', async () => {
  const given = { queueTimeout: { afterMs: 50, action: 'continue' } } as const
  await using it = await startEngine(twoPlaces({ kind: 'named', name: 'database' }, given))
  const [first, second] = await bothAsked(it)
  assert.equal(second.state.kind, 'queued')
  const moving = await rollingOn(it, production)
  assert.deepEqual([moving.id, moving.wentWithoutTurn], [second.id, true])
  assert.equal(it.store.deployments.get(first.id)?.state.kind, 'rolling')
  assert.ok(it.store.facts.about(second.id).some(({ kind }) => kind === 'deployment.went_without_turn'))
})

test('queue_timeout: continue — two never move on one track: it waits on in front of its own queue', async () => {
  const given = { queueTimeout: { afterMs: 20, action: 'continue' } } as const
  await using it = await startEngine(specWith(given))
  const ids = await asked(it, 'one', 'two', 'three')
  await waitFor('the limit to pass', () => it.store.deployments.get('d3')?.wentWithoutTurn)
  assert.equal(it.store.deployments.open(staging).filter(({ state }) => state.kind === 'rolling').length, 1)
  for (const id of ids) await ended(it, id)
  assert.deepEqual(endings(it, ids), ['succeeded', 'succeeded', 'succeeded'])
})

test('queue_timeout: abort — after the limit it ends, and says why', async () => {
  await using it = await startEngine(specWith({ queueTimeout: { afterMs: 20, action: 'abort' } }))
  await asked(it, 'one', 'two')
  await ended(it, 'd2')
  assert.deepEqual(endings(it, ['d2']), ['its turn did not come in time'])
})

test('waiting for its turn does not count against the time a deployment may take', async () => {
  await using it = await startEngine(specWith({ runTimeoutMs: 800 }))
  await asked(it, 'one')
  await ended(it, 'd1')
  it.engine.actions.lock(inStaging, { reason: 'look', forMs: null }, ada)
  const [late] = it.engine.actions.redeploy(inStaging, ada)
  await waitFor('longer than a rollout may take', () => Date.now() - (late?.createdAt ?? 0) > 900)
  it.engine.actions.unlock(inStaging, ada)
  assert.equal((await ended(it, late?.id ?? '')).state.kind, 'finished')
  assert.deepEqual(endings(it, [late?.id ?? '']), ['succeeded'])
})

function names(it: EngineUnderTest): readonly string[] | undefined {
  return live(it, staging)
    ?.instances.map(({ name }) => name)
    .toSorted()
}
