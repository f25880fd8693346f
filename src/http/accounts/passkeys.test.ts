import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import test from 'node:test'
import { Authenticator, type Strange } from '../../../test/helpers/authenticator.ts'
import { person } from '../../../test/helpers/people.ts'
import { canHavePasskeys } from '../../api/addresses.ts'
import { Database, migrate } from '../../store/database.ts'
import { type Store, storeOver } from '../../store/store.ts'
import { disable } from './accounts.ts'
import { accept, invite } from './invitations.ts'
import { addPasskey, askForNew, askForOne, mustShowPasskey, removePasskey, renamePasskey } from './passkeys.ts'

const baseUrl = 'https://deploy.example.org'
const adding = { account: 'ada', session: 1 }
const fault = (code: string) => ({ name: 'Fault', code })

interface Place {
  readonly store: Store
  readonly clock: { now: number }
  readonly parts: { readonly store: Store; readonly now: () => number; readonly baseUrl: string }
  /** Adds one of ada's. */
  add(key: Authenticator, strange?: Strange): Promise<void>
  show(key: Authenticator, strange?: Strange): Promise<string>
}

function place(): Place {
  const connection = new DatabaseSync(':memory:')
  migrate(connection)
  const store = storeOver(new Database(connection))
  const clock = { now: 1_000 }
  const parts = { store, now: () => clock.now, baseUrl }
  person(store, 'ada', ['admin'])
  return {
    ...{ store, clock, parts },
    add: async (key, strange) =>
      addPasskey(parts, adding, { name: 'laptop', response: key.make(await askForNew(parts, adding), strange) }),
    show: async (key, strange) => mustShowPasskey(parts, key.show(await askForOne(parts), strange)),
  }
}

test('a passkey is added, shown again and again, renamed and removed, each for the record', async () => {
  const { store, parts, add, show } = place()
  const key = new Authenticator(baseUrl)
  await add(key)
  assert.equal(await show(key), 'ada')
  assert.equal(await show(key), 'ada')
  const [kept] = store.passkeys.of('ada')
  assert.deepEqual([kept?.name, kept?.counter, kept?.usedAt], ['laptop', 2, 1_000])
  const id = kept?.id ?? 0
  assert.throws(() => renamePasskey(store, id, 'phone', { by: 'eve', at: 1 }), fault('passkey.unknown'))
  assert.equal(renamePasskey(store, id, 'phone', { by: 'ada', at: 1 }).name, 'phone')
  removePasskey(store, id, { by: 'ada', at: 1 })
  await assert.rejects(show(key), fault('passkey.refused'))
  assert.throws(() => removePasskey(store, id, { by: 'ada', at: 1 }), fault('passkey.unknown'))
  await assert.rejects(mustShowPasskey(parts, key.show(await askForOne(parts))), fault('passkey.refused'))
  const facts = store.facts.list({ subject: 'ada', after: 0, limit: 10 })
  assert.deepEqual(
    facts.map(({ kind }) => kind),
    ['account.passkey_added', 'account.passkey_renamed', 'account.passkey_removed'],
  )
})

const hostile: Readonly<Record<string, Strange>> = {
  'another page': { origin: 'https://deploy.example.org.evil.example' },
  'the same name over http': { origin: 'http://deploy.example.org' },
  'another name': { rpId: 'evil.example' },
  'nobody was asked who they are': { isUnverified: true },
}

for (const [what, strange] of Object.entries(hostile)) {
  test(`neither made nor shown: ${what}`, async () => {
    const { store, add, show } = place()
    const key = new Authenticator(baseUrl)
    await assert.rejects(add(key, strange), fault('passkey.refused'))
    assert.equal(store.passkeys.of('ada').length, 0)
    await add(key)
    await assert.rejects(show(key, strange), fault('passkey.refused'))
    assert.equal(await show(key), 'ada')
  })
}

test('not shown: with another key, for somebody else, with a counter that does not rise', async () => {
  const { add, show } = place()
  const key = new Authenticator(baseUrl)
  await add(key)
  await show(key, { counter: 5 })
  await assert.rejects(show(key, { isForged: true, counter: 6 }), fault('passkey.refused'))
  await assert.rejects(show(key, { userHandle: 'c29tZWJvZHkgZWxzZQ', counter: 6 }), fault('passkey.refused'))
  await assert.rejects(show(key, { counter: 5 }), fault('passkey.refused'), 'a copy')
  await assert.rejects(show(key, { counter: 0 }), fault('passkey.refused'), 'one that counts no more')
  assert.equal(await show(key, { counter: 6 }), 'ada')
})

test('of two answers with one count one is taken, though each has its own challenge', async () => {
  const { add, show } = place()
  const key = new Authenticator(baseUrl)
  await add(key)
  const both = await Promise.allSettled([show(key, { counter: 7 }), show(key, { counter: 7 })])
  assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('an authenticator that never counts is good all the same', async () => {
  const { add, show } = place()
  const key = new Authenticator(baseUrl)
  await add(key)
  assert.equal(await show(key, { counter: 0 }), 'ada')
  assert.equal(await show(key, { counter: 0 }), 'ada')
})

test('a challenge is good once, for five minutes, for what it was made for and for who asked', async () => {
  const { store, parts, clock, add } = place()
  const key = new Authenticator(baseUrl)
  const other = await askForNew(parts, { ...adding, session: 2 })
  const ofOther = { name: 'x', response: key.make(other) }
  await assert.rejects(addPasskey(parts, adding, ofOther), fault('passkey.refused'))
  await add(key)
  const answer = key.show(await askForOne(parts))
  assert.equal(await mustShowPasskey(parts, answer), 'ada')
  await assert.rejects(mustShowPasskey(parts, answer), fault('passkey.refused'), 'twice')
  const forAdding = await askForNew(parts, adding)
  const crossed = key.show({ rpId: 'deploy.example.org', challenge: forAdding.challenge })
  await assert.rejects(mustShowPasskey(parts, crossed), fault('passkey.refused'))
  const late = key.show(await askForOne(parts))
  clock.now += 5 * 60_000
  await assert.rejects(mustShowPasskey(parts, late), fault('passkey.refused'))
  assert.deepEqual(
    store.db.all('SELECT kind FROM challenges').map(({ kind }) => kind),
    ['passkey.add'],
  )
})

test('a passkey is nobody’s twice, and nobody has more than twenty', async () => {
  const { store, add } = place()
  const key = new Authenticator(baseUrl)
  await add(key)
  await assert.rejects(add(key), fault('passkey.exists'))
  for (let more = 1; more < 20; more += 1) await add(new Authenticator(baseUrl))
  await assert.rejects(add(new Authenticator(baseUrl)), fault('passkey.too_many'))
  assert.equal(store.passkeys.of('ada').length, 20)
})

test('of somebody disabled no passkey is good; a link for a new password takes all of theirs away', async () => {
  const { store, add, show } = place()
  const key = new Authenticator(baseUrl)
  await add(key)
  person(store, 'eve', ['admin'])
  disable(store, 'ada', { by: 'eve', at: 1 })
  await assert.rejects(show(key), fault('passkey.refused'))
  store.accounts.setDisabled('ada', null)
  assert.equal(await show(key), 'ada')
  const link = invite(store, 'ada', { by: 'eve', at: 1 }).path.replace('/join/', '')
  await accept(store, link, 'seven brown horses', () => 1)
  await assert.rejects(show(key), fault('passkey.refused'))
})

test('who asks without end fills no disk', () => {
  const { store } = place()
  store.db.transaction(() => {
    for (let number = 0; number < 10_050; number += 1)
      store.challenges.add({ kind: 'passkey.show', data: null, expiresAt: 9 }, String(number))
  })
  assert.equal(store.db.all('SELECT hash FROM challenges').length, 10_000)
  assert.equal(store.challenges.take('49', 'passkey.show'), null)
})

test('browsers have passkeys for names behind https, and for this machine', async () => {
  for (const url of ['https://deploy.example.org', 'https://deploy.example.org:8443', 'http://localhost:8700'])
    assert.ok(canHavePasskeys(url), url)
  for (const url of ['http://deploy.example.org', 'https://10.0.0.1', 'http://127.0.0.1:8700', 'https://[::1]:8700'])
    assert.ok(!canHavePasskeys(url), url)
  const { parts } = place()
  await assert.rejects(askForNew({ ...parts, baseUrl: 'https://10.0.0.1' }, adding), fault('passkey.not_here'))
})
