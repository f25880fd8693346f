import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, live, production, pushed, rollingOn, staging } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine, succeeded } from '../../test/helpers/engine.ts'
import { appSpec, environmentSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { EnvironmentTriggers, ProjectSpec } from '../domain/spec.ts'
import { drawUp } from './drafting.ts'
import { transact } from './transact.ts'

const none: EnvironmentTriggers = { push: [], tags: [], releasePublished: false, after: [], schedules: [] }
const shop = { project: 'shop', app: 'shop' }
const newest = { version: null, notes: null }

function spec(given: Partial<ProjectSpec> = {}): ProjectSpec {
  return projectSpec({
    apps: [appSpec({ name: 'shop', draftRelease: { tagPrefix: 'shop-' } })],
    environments: [
      environmentSpec({ name: 'staging', triggers: { ...none, push: ['main'] } }),
      environmentSpec({ name: 'production', needs: ['staging'], triggers: { ...none, releasePublished: true } }),
    ],
    ...given,
  })
}

async function draftOf(it: EngineUnderTest, titles: readonly string[]) {
  return await waitFor(`a draft of ${titles.join(', ')}`, () => {
    const draft = it.store.drafts.get('shop', 'shop')
    return draft !== null && `${draft.changes.map(({ title }) => title)}` === `${titles}` ? draft : null
  })
}

const tags = async (it: EngineUnderTest) =>
  [...(await it.parts.source.refs('shop')).keys()].filter((ref) => ref.startsWith('refs/tags/'))

test('a draft follows every push, also of commits that get no release, and begins anew after a publication', async () => {
  await using it = await startEngine(spec())
  await pushed(it, 'Add a cart (#12)')
  await it.push('feat: two', { job: async () => ({ ...succeeded, outcome: 'failed', reason: 'exit 1' }) })
  const draft = await draftOf(it, ['two', 'Add a cart'])
  assert.deepEqual([draft.since, draft.changes[1]?.pullRequest, draft.changes[1]?.author], [null, 12, 'ada'])
  const published = await it.engine.actions.publish(shop, newest, ada)
  assert.equal(published.notes, '- Add a cart (#12, ada)')
  assert.equal((await draftOf(it, ['two'])).since?.tag, published.tag)
})

test('a branch that nothing is deployed from changes no draft', async () => {
  await using it = await startEngine(spec({ triggers: { ...spec().triggers, push: { branches: ['**'], paths: [] } } }))
  await pushed(it, 'one')
  await it.push('aside', { branch: 'side' })
  await waitFor('its run', () => it.store.runs.get('r2')?.state === 'finished')
  await draftOf(it, ['one'])
})

test('trigger release: what is published is what staging verified, not what is newest by then (trap 12)', async () => {
  await using it = await startEngine(spec())
  await pushed(it, 'one')
  const verified = live(it, staging)?.release
  await it.push('two', { behaviour: { healthyAfterMs: null } })
  const failing = await rollingOn(it, staging)
  assert.equal(it.store.releases.newest('shop', 'shop', null)?.id, 'v2', 'it is built already')
  const published = await it.engine.actions.publish(shop, newest, ada)
  assert.deepEqual(published.release, verified)
  await waitFor('production', () => live(it, production) !== null && live(it, production) !== undefined)
  assert.equal(live(it, production)?.release.digest, verified?.digest)
  it.engine.actions.cancelDeployment(failing.id, ada)
  const deployment = it.store.deployments.list(production, 1)[0]
  assert.deepEqual([deployment?.by, deployment?.comment], ['ada', `published as ${published.tag}`])
})

test('a release that staging has not seen to succeed is not published, whoever asks', async () => {
  await using it = await startEngine(spec())
  await assert.rejects(it.engine.actions.publish(shop, newest, ada), { code: 'project.no_configuration' })
  await pushed(it, 'one')
  await it.push('two', { behaviour: { healthyAfterMs: null } })
  await rollingOn(it, staging)
  const { version = '' } = it.store.releases.get('v2') ?? {}
  await assert.rejects(it.engine.actions.publish(shop, { version, notes: null }, ada), {
    code: 'release.not_verified',
    details: { version, missing: 'staging' },
  })
  assert.deepEqual([it.store.publications.list('shop', null, 5), await tags(it)], [[], []])
})

test('places before production that run different releases make a publication unclear, and one can be named', async () => {
  const qa = environmentSpec({ name: 'qa', triggers: none })
  const [first, second] = spec().environments as [ProjectSpec['environments'][0], ProjectSpec['environments'][0]]
  const environments = [first, qa, { ...second, needs: ['staging', 'qa'] }]
  await using it = await startEngine(spec({ environments }))
  await pushed(it, 'one')
  await assert.rejects(it.engine.actions.publish(shop, newest, ada), { code: 'release.none' })
  const [there] = it.engine.actions.deploy({ project: 'shop', environment: 'qa' }, { version: null }, ada)
  await ended(it, there?.id ?? '')
  await pushed(it, 'two')
  await assert.rejects(it.engine.actions.publish(shop, newest, ada), { code: 'release.unclear' })
  const { version = '' } = it.store.releases.get('v1') ?? {}
  assert.equal((await it.engine.actions.publish(shop, { version, notes: 'By hand.' }, ada)).notes, 'By hand.')
})

test('a draft that is being drawn up while somebody publishes never takes up again what was published (trap 13, issue 4505)', async () => {
  await using it = await startEngine(spec())
  await pushed(it, 'one')
  const { head } = await draftOf(it, ['one'])
  // Read before the publication, recorded after it: the two runs of the issue, side by side.
  const record = await drawUp(it.parts, { ...shop, head })
  const { tag } = await it.engine.actions.publish(shop, newest, ada)
  transact(it.parts, () => {}, record)
  assert.deepEqual(it.store.drafts.get('shop', 'shop')?.since?.tag, tag)
  await it.engine.actions.sync('shop', 'ada')
  const draft = await draftOf(it, [])
  assert.equal(draft.since?.tag, tag)
})

test('two published releases that wait are both deployed, in their order, and none is dropped (trap 13)', async () => {
  await using it = await startEngine(spec())
  await pushed(it, 'one')
  const place = { project: 'shop', environment: 'production' }
  it.engine.actions.lock(place, { reason: 'wait', forMs: null }, ada)
  const first = await it.engine.actions.publish(shop, newest, ada)
  await pushed(it, 'two')
  const second = await it.engine.actions.publish(shop, newest, ada)
  const waiting = it.store.deployments.open(production)
  assert.deepEqual(
    waiting.map(({ release }) => release.id),
    [first.release.id, second.release.id],
  )
  it.engine.actions.unlock(place, ada)
  const [one, two] = await Promise.all(waiting.map(({ id }) => ended(it, id)))
  assert.deepEqual(
    [one?.state.kind === 'finished' && one.state.outcome, live(it, production)?.release.id],
    ['succeeded', 'v2'],
  )
  assert.ok((one?.finishedAt ?? 0) <= (two?.startedAt ?? 0))
})

test('publishing again, or doing again what a dying server did, makes no second tag', async () => {
  await using it = await startEngine(spec())
  await pushed(it, 'one')
  const [first, second] = await Promise.all([1, 2].map(() => it.engine.actions.publish(shop, newest, ada)))
  assert.deepEqual(first, second)
  await waitFor('the tag', async () => (await tags(it)).length === 1)
  const task = { kind: 'tag', tag: first?.tag ?? '' } as const
  transact(
    it.parts,
    () => {},
    (tx) => tx.command({ id: 'again', project: 'shop', lane: 'again' }, { do: 'source', project: 'shop', task }),
  )
  it.engine.actions.lock({ project: 'shop', environment: 'staging' }, { reason: 'wakes it', forMs: null }, ada)
  await waitFor('the second time', () => it.store.outbox.ofLane('again').length === 0)
  assert.deepEqual(
    [await tags(it), it.store.publications.list('shop', null, 5).length],
    [[`refs/tags/${first?.tag}`], 1],
  )
  assert.equal(it.store.deployments.list(production, 5).length, 1)
})

test('the tag of a publication starts a run where the project asks for that, and sends nothing anywhere again', async () => {
  await using it = await startEngine(spec({ triggers: { ...spec().triggers, releasePublished: true } }))
  await pushed(it, 'one')
  const { tag } = await it.engine.actions.publish(shop, newest, { by: 'grace' })
  const run = await waitFor('the run', () =>
    it.store.runs.list(['shop'], 5).find(({ ref }) => ref === `refs/tags/${tag}`),
  )
  await waitFor('its end', () => it.store.runs.get(run.id)?.state === 'finished')
  const event = it.store.events.list('shop', 5).find((each) => each.run === run.id)
  assert.deepEqual([event?.source, event?.by, event?.because], ['release', 'grace', `release ${tag} was published`])
  assert.equal(it.store.deployments.list(staging, 5).length, 1)
  assert.equal(it.store.releases.list('shop', 'shop', 5).length, 1, 'nothing is built again')
})

test('a release is found by its tag and by every name it was given; a name is given once', async () => {
  await using it = await startEngine(spec())
  await pushed(it, 'one')
  await pushed(it, 'two')
  const [two, one] = it.store.releases.list('shop', 'shop', 2)
  const { actions } = it.engine
  const { tag, at } = await actions.publish(shop, newest, ada)
  const rel = `rel-${tag.replace('shop-', '')}`
  actions.addAlias(shop, { name: 'spring', version: one?.version ?? '' }, ada)
  actions.addAlias(shop, { name: 'spring', version: one?.version ?? '' }, ada)
  const found = [tag, rel, 'spring'].map((name) => it.store.releases.find('shop', 'shop', name)?.id)
  assert.deepEqual(found, [two?.id, two?.id, one?.id])
  assert.match(rel, /^rel-\d{4}(\.\d\d){5}$/)
  assert.ok(at <= Date.now())
  for (const [name, code] of [
    ['spring', 'alias.taken'],
    [one?.version ?? '', 'alias.invalid_name'],
    ['deadbeef', 'alias.invalid_name'],
    ['-x', 'alias.invalid_name'],
  ] as const)
    assert.throws(() => actions.addAlias(shop, { name, version: tag }, ada), { code })
  assert.throws(() => actions.removeAlias(shop, tag, ada), { code: 'alias.of_publication' })
  assert.deepEqual([actions.removeAlias(shop, 'spring', ada), actions.removeAlias(shop, 'spring', ada)], [true, false])
  const [again] = actions.deploy({ project: 'shop', environment: 'staging' }, { version: rel }, ada)
  assert.equal(again?.release.id, two?.id)
})
