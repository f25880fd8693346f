import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import {
  ada,
  ended,
  inProduction,
  inStaging,
  newestEnded,
  production,
  pushed,
  staging,
  waitingOn,
} from '../../test/helpers/deployments.ts'
import { type EngineUnderTest, partsOver, startEngine, succeeded } from '../../test/helpers/engine.ts'
import { noticesTo } from '../../test/helpers/notices.ts'
import { environmentSpec, projectSpec } from '../../test/helpers/spec.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Channel } from '../channels/channel.ts'
import { type Message, noticeEvents } from '../domain/notice.ts'
import type { NotifySpec, ProjectSpec } from '../domain/spec.ts'
import { silent } from '../lib/log.ts'
import { Database, migrate } from '../store/database.ts'
import { storeOver } from '../store/store.ts'
import { NoticeReader } from './notices.ts'

const everything: NotifySpec = {
  ...{ channel: 'webhook', to: 'https://chat.test/', events: noticeEvents },
  ...{ environments: [], signedWith: [], people: {} },
}
const failing = { ...succeeded, outcome: 'failed', reason: 'exit 1' } as const

interface Told extends EngineUnderTest {
  readonly told: Message[]
  /** The newest message about this, once it is there. */
  hear(event: string, subject?: string): Promise<Message>
}

async function telling(given: Partial<ProjectSpec> = {}): Promise<Told> {
  const told: Message[] = []
  const channel: Channel = { send: async (message) => void told.push(message) }
  const it = await startEngine(projectSpec({ notify: [everything], ...given }), { notices: noticesTo(channel) })
  const hear: Told['hear'] = (event, subject) =>
    waitFor(`${event} to be told`, () => {
      return told.findLast((each) => each.event === event && (subject === undefined || each.subject === subject))
    })
  return Object.assign(it, { told, hear })
}

test('a deployment is announced when it starts and when it ends, and an approval when it is needed', async () => {
  await using it = await telling()
  await it.push('first')
  const start = await it.hear('deployment_started', 'd1')
  assert.match(start.title, /^shop \w{7} → staging: started$/)
  assert.deepEqual([start.people, start.url, start.environment], [['ada'], 'https://signalbox.test/d1', 'staging'])
  await it.hear('deployment_succeeded', 'd1')
  const waiting = await it.hear('approval_needed', 'd2')
  assert.ok(waiting.lines.includes('signalbox approve d2'))
  assert.ok(!it.told.some(({ event, subject }) => event === 'deployment_started' && subject === 'd2'))
  assert.equal(it.store.facts.verify(), null)
})

test('a release that fails and goes back is told as that, to its people (trap 26)', async () => {
  await using it = await telling()
  await pushed(it, 'good')
  await it.push('bad', { behaviour: { exitsAfterMs: 1 } })
  const { id } = await newestEnded(it, staging, 'd1')
  const back = await it.hear('deployment_rolled_back', id)
  assert.match(back.title, /failed in staging and was rolled back/)
  assert.ok(!it.told.some(({ event, subject }) => event === 'deployment_failed' && subject === id), 'once, not twice')
})

test('a start is never announced of what was refused: an unknown version, an archive that is gone (trap 10)', async () => {
  await using it = await telling()
  await pushed(it, 'first')
  assert.throws(() => it.engine.actions.deploy(inStaging, { version: 'v99' }, ada))
  it.store.releases.discard('v1', 1)
  assert.throws(() => it.engine.actions.deploy(inProduction, { version: null }, ada))
  await it.hear('approval_needed', 'd2')
  assert.deepEqual(
    it.told.filter(({ event }) => event === 'deployment_started').map(({ subject }) => subject),
    ['d1'],
  )
})

test('what a newer push overtook is told to whoever pushed it', async () => {
  await using it = await telling()
  const slow = Promise.withResolvers<void>()
  await it.push('older', { job: async () => slow.promise.then(() => succeeded) })
  await pushed(it, 'newer')
  slow.resolve()
  const displaced = await it.hear('deployment_superseded')
  assert.match(displaced.title, /does not go to staging: d1 takes its place/)
  assert.deepEqual(displaced.people, ['ada'])
  assert.ok(!it.told.some(({ event }) => event === 'unexpected_outcome'), 'something newer is there: as it should be')
})

test('an approval that nobody gave in time is told', async () => {
  const protection = { approvals: 1, approvers: [], selfApproval: true, expiresMs: 300, requireChecks: [] }
  const [first, last] = projectSpec().environments as [ProjectSpec['environments'][0], ProjectSpec['environments'][0]]
  await using it = await telling({ environments: [first, { ...last, protection }] })
  await it.push('first')
  await it.hear('approval_expired', 'd2')
  // It should have come there and did not, though everything went well: that is told as well.
  const short = await it.hear('unexpected_outcome', 'r1')
  assert.ok(
    short.lines.some((line) => /missed: shop in production: d2 aborted/.test(line)),
    short.lines.join('\n'),
  )
})

test('a failed run is told with its attempt, branch and link, and that nothing was deployed', async () => {
  await using it = await telling()
  let isBroken = true
  await it.push('red', { job: async () => (isBroken ? failing : succeeded) })
  const first = await it.hear('run_failed', 'r1')
  assert.match(first.title, /^shop: r1 failed on main$/)
  assert.match(first.lines.join('\n'), /attempt 1 of r1, branch main[\s\S]*exit 1/)
  assert.equal(first.url, 'https://signalbox.test/r1')
  const short = await it.hear('unexpected_outcome', 'r1')
  assert.deepEqual(short.lines.slice(1, 3), [
    ...['missed: shop in staging: r1 failed', 'missed: shop in production: r1 failed'],
  ])
  it.engine.actions.rerun('r1', ada)
  const second = await waitFor('the second try', () => it.told.find(({ title }) => title.includes('attempt 2')))
  assert.equal(second.event, 'run_failed')
  assert.notEqual(second.id, first.id)
  isBroken = false
  it.engine.actions.rerun('r1', ada)
  await it.hear('deployment_succeeded')
  assert.equal(it.store.facts.about('r1').filter(({ kind }) => kind === 'run.fell_short').length, 2, 'once each try')
})

test('when all has come that should have, there is no report; when one of two did not, it says which', async () => {
  const two = ['left', 'right'].map((name) =>
    environmentSpec({
      name,
      triggers: { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] },
    }),
  )
  await using it = await telling({ environments: two })
  await it.push('good')
  await waitFor('both to be live', () => it.store.deployments.list('shop/shop/right', 1)[0]?.finishedAt)
  await waitFor('both to be live', () => it.store.deployments.list('shop/shop/left', 1)[0]?.finishedAt)
  assert.ok(!it.told.some(({ event }) => event === 'unexpected_outcome'))
  it.engine.actions.lock({ project: 'shop', environment: 'left' }, { reason: 'held', forMs: null }, ada)
  await it.push('bad', { behaviour: { exitsAfterMs: 1 } })
  const report = await it.hear('unexpected_outcome')
  assert.match(report.lines.join('\n'), /missed: shop in right: d\d failed/)
  assert.doesNotMatch(report.lines.join('\n'), /missed: shop in left/, 'a lock may hold it as long as it likes')
})

test('a fact is told once, whenever the server dies', () => {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  store.projects.add({ name: 'shop', origin: null, createdAt: 0, createdBy: 'ada' })
  const run = store.runs.add({
    ...{ project: 'shop', event: 'e1', commit: 'c'.repeat(40), branch: 'main', ref: 'refs/heads/main' },
    ...{ committedAt: 0, title: 'First', by: 'ada', createdAt: 0, finishedAt: 1, state: 'finished' },
    ...{ proposal: null, expiresAt: null },
    ...{ outcome: 'failed', reason: 'exit 1', jobs: [] },
  })
  store.runs.saveSpec('shop', run.commit, projectSpec({ notify: [everything] }))
  const fact = { kind: 'run.finished', project: 'shop', subject: run.id, by: 'signalbox' }
  const data = { commit: run.commit, outcome: 'failed', reason: 'exit 1' }
  let dies = false
  const die = () => {
    if (dies) throw new Error('killed')
  }
  const notices = noticesTo({ send: async () => {} })
  const parts = partsOver(store, { log: { ...silent, error: die }, notices })
  const list = () =>
    store.deliveries.list({ project: 'shop', state: null, limit: 9 }).map(({ message }) => message.event)

  store.facts.append({ ...fact, data }, 1)
  const doomed = new NoticeReader({ ...parts, notices: { ...notices, link: () => null as never } }, () => {})
  // Killed in the middle: nothing of it is stored, not even how far was read.
  dies = true
  assert.throws(() => {
    store.db.transaction(() => {
      doomed.read()
      throw new Error('killed')
    })
  }, /killed/)
  dies = false
  assert.deepEqual(list(), [])
  new NoticeReader(parts, () => {}).read()
  const told = list()
  assert.deepEqual(told, ['unexpected_outcome', 'run_failed'])
  new NoticeReader(parts, () => {}).read()
  assert.deepEqual(list(), told, 'a server that starts after reads on from there')
  store.facts.append({ ...fact, kind: 'run.accepted', data: {} }, 2)
  new NoticeReader(parts, () => {}).read()
  assert.deepEqual(list(), told)
})

test('every channel is broken, and everything is deployed all the same', async () => {
  const broken: Channel = {
    send: async () => {
      throw new TypeError('undefined is not a function')
    },
  }
  await using it = await startEngine(projectSpec({ notify: [everything] }), { notices: noticesTo(broken) })
  await pushed(it, 'first')
  const waiting = await waitFor('a deployment that waits', () => waitingOn(it, production))
  it.engine.actions.approve(waiting.id, it.queries.planOf(waiting.id).hash, { by: 'grace' })
  const { state } = await ended(it, waiting.id)
  assert.equal(state.kind === 'finished' && state.outcome, 'succeeded')
  const problem = await waitFor('a try', () => it.store.deliveries.get('n1')?.problem)
  assert.match(problem, /undefined is not a function/)
})
