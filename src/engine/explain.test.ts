import assert from 'node:assert/strict'
import test from 'node:test'
import { ada, ended, inStaging, pushed } from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, startEngine, succeeded } from '../../test/helpers/engine.ts'
import { environmentSpec, policies, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'

const nothing = { push: [], tags: [], releasePublished: false, after: [], schedules: [] }
const latest = environmentSpec({
  name: 'staging',
  triggers: { ...nothing, push: ['main'] },
  policies: { ...policies, concurrency: 'latest' },
})

/** Why the commit is, or is not, live in the environment. */
async function why(it: EngineUnderTest, commit: string, environment = 'staging') {
  const { environments } = await it.queries.explain('shop', commit)
  const found = environments.find(({ track }) => track === `shop/shop/${environment}`)
  assert.ok(found !== undefined)
  return found
}

test('explain: the first closed gate is the answer, with who opens it; and every gate is there with its evidence', async () => {
  await using it = await startEngine(projectSpec())
  await pushed(it, 'one')
  it.engine.actions.lock(inStaging, { reason: 'look', forMs: null }, ada)
  const commit = await it.push('two')
  const asked = await waitFor('two to be asked for', () => it.store.deployments.get('d3'))
  const { because, openedBy, deployment, gates } = await why(it, commit)
  assert.deepEqual([because, openedBy], [`${asked.id} waits: locked by ada: look`, 'signalbox unlock staging'])
  assert.equal(deployment, asked.id)
  const closed = gates.filter(({ answer }) => !answer.open).map(({ gate }) => gate)
  assert.deepEqual(closed, ['lock'])
  assert.ok(gates.length >= 8 && gates.every(({ answer }) => answer.because !== ''))
})

test('explain: of a release that nobody has sent, the gates say what would be in its way', async () => {
  await using it = await startEngine(projectSpec())
  it.commit('one')
  const commit = await it.push('two', { behaviour: { exitsAfterMs: 1 } })
  await ended(it, 'd1')
  const { because, openedBy, deployment, gates } = await why(it, commit, 'production')
  assert.match(because, /^nothing has sent it there, and \S+ has not succeeded in staging$/)
  assert.deepEqual([openedBy, deployment], ['signalbox deploy staging', null])
  assert.equal(gates.find(({ answer }) => !answer.open)?.gate, 'needs')
})

test('explain: of what comes by itself later, it is told what sends it', async () => {
  const after = [{ environment: 'staging', verifiedForMs: 1_800_000, smokePassed: false }]
  const protection = { ...latest.protection, approvals: 1 }
  const later = environmentSpec({ name: 'production', needs: ['staging'], triggers: { ...nothing, after }, protection })
  const published = environmentSpec({ name: 'public', triggers: { ...nothing, releasePublished: true } })
  const manual = environmentSpec({ name: 'canary', triggers: nothing })
  await using it = await startEngine(projectSpec({ environments: [latest, later, published, manual] }))
  await pushed(it, 'one')
  const commit = it.store.releases.get('v1')?.commit ?? ''
  const told = async (environment: string) => {
    const { because, openedBy } = await why(it, commit, environment)
    return `${because}; opened by ${openedBy}`
  }
  const inWords = 'after staging, when it has stood well there for 30m'
  assert.equal(
    await told('production'),
    `nothing has sent it there yet, it comes by itself ${inWords}; opened by signalbox deploy production`,
  )
  assert.match(await told('public'), /^nothing has sent it there yet, it comes by itself when it is published;/)
  assert.equal(await told('canary'), 'nothing has sent it there; opened by signalbox deploy canary')
  const { steps } = it.queries.flow('shop', commit)
  assert.equal(steps.find(({ environment }) => environment === 'production')?.because, `it comes by itself ${inWords}`)
})

test('explain: what gave way names what took its place; a failed check names the job; a rejected one whoever said no', async () => {
  await using it = await startEngine(projectSpec({ environments: [latest] }))
  await it.push('one', { behaviour: { healthyAfterMs: 300 } })
  await waitFor('one to roll', () => it.store.deployments.get('d1'))
  const two = await it.push('two')
  await waitFor('two to be asked for', () => it.store.deployments.get('d2'))
  await it.push('three')
  await ended(it, 'd2')
  const gone = await why(it, two)
  assert.deepEqual([gone.because, gone.openedBy], ['d2 aborted: superseded by d3', 'd3'])
  await ended(it, 'd3')
  // What was decided about it stays to be read when it has ended.
  assert.deepEqual([gone.deployment, gone.newest], [null, 'd2'])
  assert.deepEqual(
    it.store.decisions.of(gone.newest ?? '').map(({ decided }) => decided),
    ['queued', 'superseded'],
  )
  const red = await it.push('red', { job: async () => ({ ...succeeded, outcome: 'failed', reason: 'exit 1\nmore' }) })
  await waitFor('the run to end', () => it.store.runs.ofCommit('shop', red)[0]?.state === 'finished')
  assert.match((await why(it, red)).because, /^r\d+ failed: test/)
})
