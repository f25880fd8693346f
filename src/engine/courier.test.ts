import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { ManualClock } from '../../test/helpers/clock.ts'
import { partsOver } from '../../test/helpers/engine.ts'
import { messageOf } from '../../test/helpers/message.ts'
import { noticesTo } from '../../test/helpers/notices.ts'
import { waitFor } from '../../test/helpers/wait-for.ts'
import type { Address } from '../channels/channel.ts'
import { type Delivery, patienceMs } from '../domain/delivery.ts'
import type { Message, Recipient } from '../domain/notice.ts'
import { Fault } from '../lib/fault.ts'
import { Database, migrate } from '../store/database.ts'
import { type Store, storeOver } from '../store/store.ts'
import { checksScope } from '../store/variables.ts'
import { noticeActions } from './actions/notices.ts'
import { workOf } from './actions/work.ts'
import { Courier } from './courier.ts'
import { EngineTime } from './time.ts'

type Send = (message: Message, address: Address) => Promise<void>

/** A store with a project, and couriers that work on it one after the other, as servers do. */
function office() {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  store.projects.add({ name: 'shop', origin: null, createdAt: 0, createdBy: 'ada' })
  const clock = new ManualClock()
  const time = new EngineTime(clock, 0)
  const couriers: Courier[] = []
  const partsFor = (send: Send) =>
    partsOver(store, {
      ...{ clock, time, notices: noticesTo({ send }) },
      secrets: { seal: async () => '', open: async (_place, sealed) => sealed },
    })
  return {
    ...{ store, clock, partsFor },
    start(send: Send): Courier {
      const courier = new Courier(partsFor(send), () => courier.kick())
      couriers.push(courier)
      void courier.run()
      return courier
    },
    add(given: Partial<Delivery> = {}, to: Partial<Recipient> = {}): void {
      const recipient = {
        channel: 'slack',
        to: 'https://chat.test/secretpath',
        signedWith: [],
        people: {},
        ...to,
      } as const
      const at = time.now()
      const fact = store.deliveries.list({ project: 'shop', state: null, limit: 99 }).length + 1
      store.deliveries.add({
        ...{ project: 'shop', fact, message: messageOf({ id: `notice_${fact}` }), recipient, state: 'waiting' },
        ...{ attempts: 0, createdAt: at, dueAt: at, giveUpAt: at + patienceMs, deliveredAt: null, problem: null },
        ...given,
      })
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(couriers.map((courier) => courier.stop()))
    },
  }
}

const is = (store: Store, id: string, state: Delivery['state']) =>
  waitFor(`${id} to be ${state}`, () => {
    const now = store.deliveries.get(id)
    return now?.state === state ? now : null
  })
const notTaken = (details: Record<string, unknown> = {}) =>
  new Fault('notice.not_taken', { details: { problem: 'it answered 500', ...details } })

test('a server killed between sending and recording sends it again under the same id', async () => {
  await using it = office()
  it.add()
  const sent: string[] = []
  // It goes out, and then the server is gone: nobody ever hears what became of it.
  it.start(async ({ id }) => {
    sent.push(id)
    await new Promise(() => {})
  })
  assert.equal((await is(it.store, 'n1', 'sending')).attempts, 1)
  it.start(async ({ id }) => void sent.push(id))
  assert.equal((await is(it.store, 'n1', 'delivered')).attempts, 2)
  assert.deepEqual(sent, ['notice_1', 'notice_1'])
})

test('what is not taken is tried again, later each time, and no earlier than it was asked to', async () => {
  await using it = office()
  it.add()
  const at: number[] = []
  const answers = [notTaken(), notTaken({ retryAfterMs: 60_000 }), null]
  it.start(async () => {
    at.push(it.clock.monotonic())
    const answer = answers.shift()
    if (answer) throw answer
  })
  for (const tries of [1, 2]) {
    await waitFor('a try', () => at.length === tries && it.store.deliveries.get('n1')?.state === 'waiting')
    await waitFor('the courier to sleep', () => it.clock.sleeping > 0)
    await it.clock.advance(60_000)
  }
  const { attempts, problem } = await is(it.store, 'n1', 'delivered')
  assert.deepEqual([at, attempts, problem], [[0, 5_000, 65_000], 3, null])
})

test('it is given up after days, or at once where nothing can mend; that is recorded, and not told in turn', async () => {
  await using it = office()
  it.add({ giveUpAt: it.clock.monotonic() })
  it.add({}, { to: 'https://other.test/' })
  it.start(async (_message, { to }) => {
    if (to.includes('other')) throw new Fault('notice.refused', { details: { problem: 'it answered 410' } })
    throw notTaken()
  })
  await is(it.store, 'n1', 'failed')
  await is(it.store, 'n2', 'failed')
  const facts = it.store.facts.list({ after: 0, limit: 9 })
  assert.deepEqual(
    facts.map(({ kind, subject }) => [kind, subject]),
    [
      ['notice.failed', 'n1'],
      ['notice.failed', 'n2'],
    ],
  )
  assert.deepEqual(
    [facts[0]?.data.event, facts[0]?.data.about, facts[0]?.data.attempts],
    ['deployment_failed', 'd7', 1],
  )
  assert.equal(it.store.deliveries.list({ project: 'shop', state: null, limit: 9 }).length, 2)
})

test('a receiver gets one after the other, in order; one that hangs keeps nobody else waiting', async () => {
  await using it = office()
  for (let index = 0; index < 4; index += 1) it.add()
  it.add({}, { to: 'https://mute.test/' })
  let now = 0
  let most = 0
  const order: string[] = []
  it.start(async ({ id }, { to }) => {
    if (to.includes('mute')) return await new Promise(() => {})
    most = Math.max(most, ++now)
    await new Promise(setImmediate)
    order.push(id)
    now -= 1
  })
  await is(it.store, 'n4', 'delivered')
  assert.deepEqual([order, most], [['notice_1', 'notice_2', 'notice_3', 'notice_4'], 1])
  await waitFor('the silent one to be at its limit', () => it.store.deliveries.get('n5')?.state === 'sending')
  await it.clock.advance(31_000)
  assert.match((await is(it.store, 'n5', 'waiting')).problem ?? '', /no answer in 30000 ms/)
})

test('an address and keys from secrets are opened for the moment of sending, and stand in no problem', async () => {
  await using it = office()
  it.add({}, { channel: 'webhook', to: '$HOOK', signedWith: ['KEY'] })
  const seen: Address[] = []
  it.start(async (_message, address) => {
    seen.push(address)
    throw notTaken({ problem: `connect to ${address.to} with ${address.keys[0]}` })
  })
  const unset = await waitFor('a problem', () => it.store.deliveries.get('n1')?.problem)
  assert.match(unset, /The secret HOOK, KEY is not set in shop.*signalbox secrets set/)
  const set = (name: string, value: string) => ({ name, value, secret: true })
  const changes = [set('HOOK', 'https://hooks.test/s3cr3t'), set('KEY', 'whsec_k3yk3y')]
  it.store.variables.change({ project: 'shop', environment: checksScope }, changes, { by: 'ada', at: 1 })
  await waitFor('the courier to sleep', () => it.clock.sleeping > 0)
  await it.clock.advance(10_000)
  const problem = await waitFor('another', () => {
    const now = it.store.deliveries.get('n1')?.problem
    return now === unset ? null : now
  })
  assert.deepEqual([seen[0]?.to, seen[0]?.keys], ['https://hooks.test/s3cr3t', ['whsec_k3yk3y']])
  assert.doesNotMatch(JSON.stringify(it.store.deliveries.get('n1')), /s3cr3t|k3yk3y/)
  assert.match(problem, /connect to \*\*\* with \*\*\*/)
})

test('a person has it sent again, and may try a recipient at once', async () => {
  await using it = office()
  it.add()
  const sent: Message[] = []
  const courier = it.start(async (message) => {
    sent.push(message)
    if (sent.length === 1) throw new Fault('notice.refused', { details: { problem: 'it answered 410' } })
  })
  await is(it.store, 'n1', 'failed')
  const actions = noticeActions(
    workOf(
      it.partsFor(async () => {}),
      () => courier.kick(),
    ),
  )
  actions.redeliver('n1', { by: 'ada' })
  await is(it.store, 'n1', 'delivered')
  assert.deepEqual(
    sent.map(({ id }) => id),
    ['notice_1', 'notice_1'],
  )
  assert.throws(() => actions.redeliver('n9', { by: 'ada' }), /There is no notice n9/)
  const kinds = it.store.facts.list({ after: 0, limit: 9 }).map(({ kind, by }) => `${kind} ${by}`)
  assert.deepEqual(kinds, ['notice.failed signalbox', 'notice.redelivered ada'])
})
