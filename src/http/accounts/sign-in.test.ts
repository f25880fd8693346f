import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { person } from '../../../test/helpers/people.ts'
import { Fault } from '../../lib/fault.ts'
import { Database, migrate } from '../../store/database.ts'
import { type Store, storeOver } from '../../store/store.ts'
import { hashOfToken } from '../auth.ts'
import { disable } from './accounts.ts'
import { accept, findInvitation, invite } from './invitations.ts'
import { endSessions, type SignedIn, signedIn, startSession } from './sessions.ts'
import { mustKnowPassword } from './sign-in.ts'

const password = 'seven brown horses'
const browser = { browser: 'Firefox', address: '10.0.0.1' }
const fault = (code: string) => ({ name: 'Fault', code })
const minuteMs = 60_000
const dayMs = 86_400_000

interface Place {
  readonly store: Store
  readonly who: SignedIn
  readonly clock: { now: number }
  readonly enter: (given?: { name?: string; password?: string; address?: string }) => Promise<string>
}

/** Ada has a password here. */
async function place(): Promise<Place> {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  const clock = { now: 1_000 }
  const now = () => clock.now
  person(store, 'ada', ['admin'])
  await accept(store, secretOf(invite(store, 'ada', { by: 'test', at: 0 }).path), password, now)
  return {
    ...{ store, clock, who: signedIn(store, now) },
    enter: async ({ name = 'ada', password: word = password, address = browser.address } = {}) => {
      await mustKnowPassword(store, { name, password: word }, address, now)
      return startSession(store, name, { ...browser, address }, clock.now)
    },
  }
}

const secretOf = (path: string) => path.replace('/join/', '')

test('who knows the password gets a session; it is stored by its hash alone', async () => {
  const { store, who, enter } = await place()
  const value = await enter()
  assert.equal(who(hashOfToken(value))?.name, 'ada')
  assert.equal(who(hashOfToken('something else')), null)
  assert.doesNotMatch(JSON.stringify(store.db.all('SELECT * FROM sessions')), new RegExp(value))
})

test('a wrong password, an account without one, a disabled one and nobody all get the same answer', async () => {
  const { store, enter } = await place()
  person(store, 'grace')
  const answers = []
  for (const given of [{ password: 'wrong' }, { name: 'grace' }, { name: 'nobody' }, { name: '' }]) {
    answers.push(await enter(given).catch((error: Fault) => [error.code, error.message, error.details]))
  }
  person(store, 'eve', ['admin'])
  disable(store, 'ada', { by: 'eve', at: 1 })
  answers.push(await enter().catch((error: Fault) => [error.code, error.message, error.details]))
  for (const each of answers) assert.deepEqual(each, answers[0])
})

test('of a thousand tries at once hardly any is looked at, and the wait outlives a restart', async () => {
  const { store, clock, enter } = await place()
  const tries = await Promise.allSettled(Array.from({ length: 1_000 }, () => enter({ password: 'wrong' })))
  const codes = tries.map((each) =>
    each.status === 'rejected' && each.reason instanceof Fault ? each.reason.code : '',
  )
  assert.equal(codes.filter((code) => code === 'sign_in.refused').length, 5)
  assert.equal(codes.filter((code) => code === 'sign_in.too_often').length, 995)
  await assert.rejects(enter(), fault('sign_in.too_often'), 'not even with the right one')
  assert.ok((store.tries.get('account:ada')?.failures ?? 0) >= 5)
  clock.now += 5 * minuteMs
  await enter()
  assert.equal(store.tries.get('account:ada'), null)
})

test('one address that tries many names has to wait as well, others have not', async () => {
  const { enter } = await place()
  for (let name = 0; name < 50; name += 1) await assert.rejects(enter({ name: `n${name}` }), fault('sign_in.refused'))
  await assert.rejects(enter(), fault('sign_in.too_often'))
  await enter({ address: '10.0.0.2' })
})

test('whoever signs in with an account of their own gets no more tries at others by that', async () => {
  const { clock, enter } = await place()
  for (let name = 0; name < 49; name += 1) await assert.rejects(enter({ name: `n${name}` }), fault('sign_in.refused'))
  await enter()
  await enter()
  await assert.rejects(enter({ name: 'n49' }), fault('sign_in.refused'))
  await assert.rejects(enter({ name: 'n50' }), fault('sign_in.too_often'))
  clock.now += 2_000
  await enter()
  await enter()
  await assert.rejects(enter({ name: 'n50' }), fault('sign_in.refused'), 'who gets in makes nobody wait')
  clock.now += dayMs
  for (let name = 0; name < 50; name += 1) await assert.rejects(enter({ name: `m${name}` }), fault('sign_in.refused'))
})

test('behind a proxy of this machine one who tries many names makes nobody else wait', async () => {
  const { enter } = await place()
  const address = '127.0.0.1'
  for (let name = 0; name < 60; name += 1)
    await assert.rejects(enter({ name: `n${name}`, address }), fault('sign_in.refused'))
  await enter({ address })
})

test('a session ends when it is not used, when it is old, and when its person is disabled or signed out', async () => {
  const { store, who, clock, enter } = await place()
  const value = await enter()
  const hash = hashOfToken(value)
  for (let day = 0; day < 29; day += 1) {
    clock.now += dayMs
    assert.equal(who(hash)?.name, 'ada', `day ${day}`)
  }
  clock.now += dayMs
  assert.equal(who(hash), null, 'it is old')
  const idle = hashOfToken(await enter())
  clock.now += 7 * dayMs
  assert.equal(who(idle), null, 'nobody has used it')
  const one = hashOfToken(await enter())
  assert.equal(endSessions(store, 'ada', { by: 'ada', at: clock.now }), 3)
  assert.equal(who(one), null)
  const other = hashOfToken(await enter())
  person(store, 'eve', ['admin'])
  disable(store, 'ada', { by: 'eve', at: clock.now })
  assert.equal(who(other), null)
})

test('who changes their role has it in the sessions that are open', async () => {
  const { store, who, enter } = await place()
  const hash = hashOfToken(await enter())
  person(store, 'ada', ['viewer'])
  assert.deepEqual(
    who(hash)?.grants.map(({ role }) => role),
    ['viewer'],
  )
})

test('a link is good once, for a while, and only the newest; a new password ends every session', async () => {
  const { store, who, clock, enter } = await place()
  const hash = hashOfToken(await enter())
  const first = secretOf(invite(store, 'ada', { by: 'test', at: clock.now }).path)
  const second = secretOf(invite(store, 'ada', { by: 'test', at: clock.now }).path)
  const now = () => clock.now
  assert.throws(() => findInvitation(store, first, clock.now), fault('invitation.invalid'))
  await assert.rejects(accept(store, second, 'short', now), fault('password.weak'))
  const both = await Promise.allSettled([
    accept(store, second, 'another good one', now),
    accept(store, second, 'a thief was faster', now),
  ])
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
  assert.equal(who(hash), null)
  await assert.rejects(enter(), fault('sign_in.refused'))
  const late = secretOf(invite(store, 'ada', { by: 'test', at: clock.now }).path)
  clock.now += 7 * dayMs
  await assert.rejects(accept(store, late, 'another good one', now), fault('invitation.invalid'))
})
