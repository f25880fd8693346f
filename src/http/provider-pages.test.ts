import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { apiServer, type TestApi } from '../../test/helpers/api-server.ts'
import { type IdentityProvider, identityProvider, type Strange } from '../../test/helpers/identity-provider.ts'
import { person } from '../../test/helpers/people.ts'
import { systemClock } from '../system/clock.ts'
import { disable } from './accounts/accounts.ts'
import { invite } from './accounts/invitations.ts'
import { startSession } from './accounts/sessions.ts'

const origin = 'http://signalbox.test'
const browser = { browser: 'Firefox', address: '10.0.0.1' }

/** A browser: it keeps cookies, and follows where it is sent, to the provider and back. */
class Browser {
  readonly cookies = new Map<string, string>()
  readonly #api: TestApi

  constructor(api: TestApi) {
    this.#api = api
  }

  async ask(method: string, path: string, words?: Record<string, string>): Promise<Response> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    const answer = await fetch(`${this.#api.url}${path}`, {
      ...{ method, redirect: 'manual', headers: { origin, cookie } },
      ...(words === undefined ? {} : { body: new URLSearchParams(words) }),
    })
    for (const each of answer.headers.getSetCookie()) this.#keep(each)
    return answer
  }

  /** Begins, and says yes at the provider; gives the address to come back to. */
  async leave(path: string, words: Record<string, string> = {}): Promise<string> {
    const sent = await this.ask('POST', path, words)
    assert.equal(sent.status, 200, await sent.clone().text())
    const there = await fetch(/url=(.*)$/.exec(sent.headers.get('refresh') ?? '')?.[1] ?? '', { redirect: 'manual' })
    const back = new URL(there.headers.get('location') ?? '')
    assert.equal(back.origin, origin)
    return `${back.pathname}${back.search}`
  }

  async go(path: string, words: Record<string, string> = {}): Promise<Response> {
    return await this.ask('GET', await this.leave(path, words))
  }

  async viewer(): Promise<string | undefined> {
    return /class="me"[^>]*>([^<]+)</.exec(await (await this.ask('GET', '/me')).text())?.[1]
  }

  #keep(header: string): void {
    const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(header) ?? []
    if (/max-age=0/i.test(header)) this.cookies.delete(name)
    else this.cookies.set(name, value)
  }
}

interface Place {
  readonly api: TestApi
  readonly provider: IdentityProvider
  readonly browser: Browser
}

async function place(t: TestContext): Promise<Place> {
  const provider = await identityProvider()
  const api = await apiServer({ providers: [provider.oidc, provider.gitHub] })
  t.after(async () => {
    await api[Symbol.asyncDispose]()
    await provider[Symbol.asyncDispose]()
  })
  return { api, provider, browser: new Browser(api) }
}

const linked = ({ store }: TestApi['it'], provider: string, subject = '4711', account = 'ada') =>
  store.identities.add({ provider, subject, account, label: 'ada-l', createdAt: 1 })
const codeOf = async (answer: Response) => ((await answer.json()) as { readonly code: string }).code

for (const provider of ['company', 'github']) {
  test(`${provider}: who is linked signs in; who is only called the same does not`, async (t) => {
    const { api, provider: there, browser: one } = await place(t)
    there.person = { subject: '4711', login: 'ada' }
    assert.equal(await codeOf(await one.go(`/login/with/${provider}`)), 'identity.unknown')
    assert.equal(api.it.store.accounts.get('ada')?.name, 'ada')
    linked(api.it, provider)
    linked(api.it, 'another', '4712')
    const entered = await one.go(`/login/with/${provider}`)
    assert.deepEqual([entered.status, entered.headers.get('location')], [303, '/'])
    assert.equal(await one.viewer(), 'ada')
    assert.ok((api.it.store.identities.of('ada')[0]?.usedAt ?? 0) > 1)
    there.person = { subject: '4712', login: 'ada' }
    assert.equal(await codeOf(await new Browser(api).go(`/login/with/${provider}`)), 'identity.unknown')
  })

  test(`${provider}: a person links it from their own page, and unlinks it`, async (t) => {
    const { api, browser: one } = await place(t)
    one.cookies.set('signalbox', startSession(api.it.store, 'ada', browser, systemClock.now()))
    const answer = await one.go(`/me/identities/${provider}`)
    assert.equal(answer.headers.get('location'), '/me/identities')
    assert.match(
      await (await one.ask('GET', '/me/identities')).text(),
      new RegExp(`${provider}</div></td><td[^>]*><div>ada-l`),
    )
    const two = new Browser(api)
    await two.go(`/login/with/${provider}`)
    assert.equal(await two.viewer(), 'ada')
    two.cookies.set('signalbox', startSession(api.it.store, 'grace', browser, systemClock.now()))
    assert.equal(await codeOf(await two.go(`/me/identities/${provider}`)), 'identity.taken')
    const [identity] = api.it.store.identities.of('ada')
    assert.equal((await two.ask('POST', `/me/identities/${identity?.id}/unlink`)).status, 404)
    assert.equal((await one.ask('POST', `/me/identities/${identity?.id}/unlink`)).status, 303)
    assert.equal(await codeOf(await new Browser(api).go(`/login/with/${provider}`)), 'identity.unknown')
    const kinds = api.it.store.facts.about('ada').map(({ kind }) => kind)
    assert.deepEqual(
      kinds.filter((kind) => kind.includes('identity')),
      ['account.identity_linked', 'account.identity_unlinked'],
    )
  })
}

test('an invitation is accepted by way of a provider, once; what was good before is not', async (t) => {
  const { api, browser: one } = await place(t)
  const { store } = api.it
  const old = linked(api.it, 'company', 'somebody else')
  store.accounts.setPassword('ada', 'a hash of one')
  const before = startSession(store, 'ada', browser, systemClock.now())
  const invitation = invite(store, 'ada', { by: 'test', at: systemClock.now() }).path.replace('/join/', '')
  assert.match(await (await one.ask('GET', `/join/${invitation}`)).text(), /Sign in with Example Inc\./)
  const back = await one.leave('/login/with/company', { invitation })
  assert.doesNotMatch(JSON.stringify(store.db.all('SELECT * FROM challenges')), new RegExp(invitation))
  assert.equal((await one.ask('GET', back)).status, 303)
  assert.equal(await one.viewer(), 'ada')
  assert.deepEqual(
    store.identities.of('ada').map(({ id, subject }) => [id === old, subject]),
    [[false, '4711']],
  )
  assert.equal(store.accounts.password('ada'), null)
  const two = new Browser(api)
  two.cookies.set('signalbox', before)
  assert.equal(await two.viewer(), undefined)
  assert.equal(await codeOf(await two.ask('POST', '/login/with/company', { invitation })), 'invitation.invalid')
})

const strange: Readonly<Record<string, Strange>> = {
  'a wrong nonce': { claims: { nonce: 'of another sign-in' } },
  'a wrong audience': { claims: { aud: 'another program' } },
  'another issuer': { claims: { iss: 'https://evil.example' } },
  'too old': { claims: { exp: 1 } },
  'without a signature (alg: none)': { isUnsigned: true },
  'signed with another key': { isForged: true },
  'nobody is named': { claims: { sub: '' } },
}

for (const [what, how] of Object.entries(strange)) {
  test(`who comes with an ID token that is not right is nobody: ${what}`, async (t) => {
    const { api, provider, browser: one } = await place(t)
    linked(api.it, 'company')
    provider.strange = how
    assert.equal(await codeOf(await one.go('/login/with/company')), 'provider.refused')
    assert.equal(await one.viewer(), undefined)
    provider.strange = {}
    await one.go('/login/with/company')
    assert.equal(await one.viewer(), 'ada', 'it was that')
  })
}

test('the way back is good once, with its own state, in the browser that was sent there', async (t) => {
  const { api, provider, browser: one } = await place(t)
  linked(api.it, 'company')
  provider.strange = { codesLast: true }
  const back = await one.leave('/login/with/company')
  assert.equal(await codeOf(await new Browser(api).ask('GET', back)), 'provider.lost', 'another browser')
  const cookies = new Map(one.cookies)
  assert.equal((await one.ask('GET', back)).status, 303)
  for (const [name, value] of cookies) one.cookies.set(name, value)
  assert.equal(await codeOf(await one.ask('GET', back)), 'provider.lost', 'again')
  const two = new Browser(api)
  const wrong = (await two.leave('/login/with/company')).replace(/state=[^&]*/, 'state=of-another')
  assert.equal(await codeOf(await two.ask('GET', wrong)), 'provider.refused')
  const crossed = (await two.leave('/login/with/company')).replace('company', 'github')
  assert.equal(await codeOf(await two.ask('GET', crossed)), 'provider.lost', 'of another provider')
  assert.equal(await two.viewer(), undefined)
})

test('a code that was used already is refused, whoever brings it', async (t) => {
  const { api, browser: one } = await place(t)
  linked(api.it, 'company')
  const used = await one.leave('/login/with/company')
  await one.ask('GET', used)
  const two = new Browser(api)
  const code = new URL(used, origin).searchParams.get('code') ?? ''
  const replayed = (await two.leave('/login/with/company')).replace(/code=[^&]*/, `code=${code}`)
  assert.equal(await codeOf(await two.ask('GET', replayed)), 'provider.refused')
})

test('who is disabled does not get in this way either', async (t) => {
  const { api, browser: one } = await place(t)
  linked(api.it, 'company')
  person(api.it.store, 'eve', ['admin'])
  disable(api.it.store, 'ada', { by: 'eve', at: 1 })
  assert.equal(await codeOf(await one.go('/login/with/company')), 'identity.unknown')
})

test('nobody links an identity to an account of another session, nor without one', async (t) => {
  const { api, browser: one } = await place(t)
  assert.equal((await one.ask('POST', '/me/identities/company')).status, 401)
  one.cookies.set('signalbox', startSession(api.it.store, 'ada', browser, systemClock.now()))
  const back = await one.leave('/me/identities/company')
  one.cookies.set('signalbox', startSession(api.it.store, 'grace', browser, systemClock.now()))
  assert.equal(await codeOf(await one.ask('GET', back)), 'provider.lost')
  assert.deepEqual([...api.it.store.identities.of('ada'), ...api.it.store.identities.of('grace')], [])
})

test('a provider that is down is told so, and lets nobody in', async (t) => {
  const { api, provider, browser: one } = await place(t)
  linked(api.it, 'company')
  const back = await one.leave('/login/with/company')
  await provider.stop()
  const answer = await one.ask('GET', back)
  assert.deepEqual([answer.status, await codeOf(answer)], [502, 'provider.unreachable'])
  assert.equal(await one.viewer(), undefined)
  const fresh = await apiServer({ providers: [provider.oidc] })
  t.after(() => fresh[Symbol.asyncDispose]())
  const never = await new Browser(fresh).ask('POST', '/login/with/company')
  assert.deepEqual([never.status, await codeOf(never)], [502, 'provider.unreachable'])
  assert.doesNotMatch(JSON.stringify([api.logged, fresh.logged]), /the-secret-of-this-client/)
})

test('there is no other provider, and where there is none the page speaks of none', async (t) => {
  const { api, browser: one } = await place(t)
  assert.equal((await one.ask('POST', '/login/with/nobody')).status, 404)
  assert.match(await (await one.ask('GET', '/login')).text(), /Sign in with GitHub/)
  await using without = await apiServer()
  assert.doesNotMatch(await (await fetch(`${without.url}/login`)).text(), /Sign in with/)
  assert.doesNotMatch(JSON.stringify(api.logged), /the-secret-of-this-client/)
})
