import assert from 'node:assert/strict'
import test from 'node:test'
import {
  ada,
  ended,
  inStaging,
  live,
  newestEnded,
  production,
  pushed,
  rollingOn,
  staging,
  waitingOn,
} from '../../test/helpers/deployments.ts'
import { startEngine, succeeded } from '../../test/helpers/engine.ts'
import { appSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { VariableSpec } from '../domain/spec.ts'

const failed = { ...succeeded, outcome: 'failed', reason: 'exit 1' } as const

test('an older push whose checks end later does not take the place of a newer one, and the record says why', async () => {
  await using it = await startEngine(projectSpec())
  const slow = Promise.withResolvers<void>()
  await it.push('older', { job: async () => slow.promise.then(() => succeeded) })
  await pushed(it, 'newer')
  slow.resolve()
  const { release, state } = await newestEnded(it, staging, 'd1')
  assert.equal(release.id, 'v2', 'the older commit is built last')
  const said = 'd1 of a newer push to main came first'
  assert.deepEqual(state, { kind: 'finished', outcome: 'aborted', reason: said, rolledBack: false, supersededBy: 'd1' })
  assert.equal(live(it, staging)?.release.id, 'v1')
  const [again] = it.engine.actions.deploy(inStaging, { version: release.version }, ada)
  const late = await ended(it, again?.id ?? '')
  assert.ok(late.state.kind === 'finished' && late.state.reason?.includes('is older than'), 'nor by hand')
  assert.equal(live(it, staging)?.release.id, 'v1')
})

test('an old run that is run again after a newer one was deployed deploys nothing by itself', async () => {
  await using it = await startEngine(projectSpec())
  let isBroken = true
  await it.push('older', { job: async () => (isBroken ? failed : succeeded) })
  await pushed(it, 'newer')
  isBroken = false
  it.engine.actions.rerun('r1', ada)
  const { state } = await newestEnded(it, staging, 'd1')
  assert.equal(state.kind === 'finished' && state.outcome, 'aborted')
})

test('a branch that is set back to an older commit takes nothing back by itself; a rollback that somebody names does', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  const first = live(it, staging)?.release
  await pushed(it, 'second')
  const second = live(it, staging)?.deployment ?? ''
  it.setRef('main', first?.commit ?? '')
  await it.engine.actions.sync('shop', 'ada')
  const { state } = await newestEnded(it, staging, second)
  const said = `${first?.version} is older than ${live(it, staging)?.release.version}, which is live`
  assert.deepEqual(state, { kind: 'finished', outcome: 'failed', reason: said, rolledBack: false })
  const [back] = await it.engine.actions.rollback(inStaging, { version: first?.version ?? null }, ada)
  await ended(it, back?.id ?? '')
  assert.equal(live(it, staging)?.release.commit, first?.commit)
})

test('an older release that people approve after a newer one went live is refused, and goes nowhere', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  const old = await waitFor('the first to wait for production', () => waitingOn(it, production))
  await pushed(it, 'second')
  const two = await waitFor('the second to wait', () =>
    it.store.deployments.open(production).find(({ release }) => release.id === 'v2'),
  )
  it.engine.actions.approve(two.id, it.queries.planOf(two.id).hash, ada)
  await ended(it, two.id)
  await waitFor('git to say', () =>
    it.queries.planOf(old.id).gates.some(({ gate, answer }) => gate === 'ancestry' && !answer.open),
  )
  it.engine.actions.approve(old.id, it.queries.planOf(old.id).hash, ada)
  const { state } = await ended(it, old.id)
  assert.ok(state.kind === 'finished' && state.outcome === 'failed' && state.reason?.includes('is older than'))
  assert.equal(live(it, production)?.deployment, two.id)
})

test('a commit of another branch may take the place of what is live, and its gate says that neither is older', async () => {
  const spec = projectSpec()
  await using it = await startEngine({
    ...spec,
    triggers: { ...spec.triggers, push: { branches: ['main', 'hotfix'], paths: [] } },
  })
  await pushed(it, 'base')
  it.setRef('hotfix', live(it, staging)?.release.commit ?? '')
  await pushed(it, 'on main')
  await it.push('on another branch', { branch: 'hotfix' })
  const release = await waitFor('its release', () => it.store.releases.get('v3'))
  const [sent] = it.engine.actions.deploy(inStaging, { version: release.version }, ada)
  await ended(it, sent?.id ?? '')
  assert.equal(live(it, staging)?.release.id, 'v3')
  it.engine.actions.lock(inStaging, { reason: 'look', forMs: null }, ada)
  const [other] = it.engine.actions.deploy(inStaging, { version: it.store.releases.get('v2')?.version ?? null }, ada)
  const said = await waitFor('git to say', () => {
    const answer = it.queries.planOf(other?.id ?? '').gates.find(({ gate }) => gate === 'ancestry')?.answer
    return answer?.open === true && answer.because
  })
  assert.match(said, /neither has the other in its history/)
})

test('what git cannot tell yet is waited for, and nothing goes before it has', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'first')
  await pushed(it, 'second')
  it.store.db.transaction(() => it.store.db.run('DELETE FROM relations'))
  const version = it.store.releases.get('v1')?.version ?? null
  const [asked] = it.engine.actions.deploy(inStaging, { version }, ada)
  assert.equal(asked?.state.kind, 'queued')
  const gates = it.queries.planOf(asked?.id ?? '').gates.filter(({ answer }) => !answer.open)
  assert.deepEqual(
    gates.map(({ gate, holds }) => [gate, holds]),
    [['ancestry', 'queue']],
  )
  const { state } = await ended(it, asked?.id ?? '')
  assert.ok(state.kind === 'finished' && state.reason?.includes('is older than'))
})

test('one commit from its checks to what serves, whatever its branch shows by then: checks, gates and target never see another (trap 2)', async () => {
  const gated = (color: string) =>
    projectSpec({ environments, apps: [{ ...appSpec({ name: 'shop' }), variables: [{ ...variable, name: color }] }] })
  await using it = await startEngine(gated('RED'))
  await it.engine.actions.setVariables(inStaging, [{ name: 'RED', value: 'yes', secret: false }], ada)
  const checking = Promise.withResolvers<void>()
  const seen: string[] = []
  const first = await it.push('first', {
    job: async (job) => {
      seen.push(job.commit)
      await checking.promise
      return succeeded
    },
  })
  // The branch moves on, to a commit whose configuration asks for what is not there.
  it.commit('second', { spec: gated('BLUE') })
  checking.resolve()
  await waitFor('the first to be live', () => live(it, staging)?.release.commit === first)
  assert.deepEqual([...new Set(seen)], [first])
  const [status] = await it.queries.status('shop', 'staging')
  const digests = status?.running?.instances.map(({ digest }) => digest)
  assert.deepEqual([...new Set(digests)], [live(it, staging)?.release.digest])
})

test('gates are asked again in the moment a deployment begins: what was open when it was asked for may be closed by then (trap 1)', async () => {
  await using it = await startEngine(projectSpec({ environments }))
  await it.push('first')
  const { id } = await rollingOn(it, staging)
  const second = await it.push('second')
  const waiting = await waitFor('the second to wait', () =>
    it.store.deployments.open(staging).find(({ release }) => release.commit === second),
  )
  it.engine.actions.lock(inStaging, { reason: 'look', forMs: null }, ada)
  await ended(it, id)
  assert.equal(it.store.deployments.get(waiting.id)?.state.kind, 'queued')
  assert.equal(it.store.decisions.of(waiting.id).at(-1)?.decided, 'held')
})

const environments = projectSpec().environments.slice(0, 1)

const variable: VariableSpec = {
  ...{ name: '', type: 'string', required: true, secret: false, default: null, since: null, description: '' },
}
