import assert from 'node:assert/strict'
import test, { type TestContext } from 'node:test'
import { apiServer, type TestApi } from '../../test/helpers/api-server.ts'
import { Authenticator } from '../../test/helpers/authenticator.ts'
import { identityProvider } from '../../test/helpers/identity-provider.ts'
import { systemClock } from '../system/clock.ts'
import { hashPassword } from '../system/passwords.ts'
import { addPasskey, askForNew } from './accounts/passkeys.ts'
import { signedIn, startSession } from './accounts/sessions.ts'
import { hashOfToken } from './auth.ts'

const baseUrl = 'https://deploy.example.org'
const password = 'seven brown horses'
const name = '__Host-signalbox'

interface Desk {
  readonly api: TestApi
  /** The cookie of a session in which ada has shown nothing for eleven minutes. */
  readonly cookie: string
  post(path: string, words?: Record<string, string>, headers?: Record<string, string>): Promise<Response>
  isConfirmed(cookie: string): boolean | undefined
}

async function desk(t: TestContext, given: Parameters<typeof apiServer>[0] = {}): Promise<Desk> {
  const api = await apiServer({ baseUrl, ...given })
  t.after(() => api[Symbol.asyncDispose]())
  const { store } = api.it
  const at = systemClock.now() - 11 * 60_000
  const cookie = `${name}=${startSession(store, 'ada', { browser: 'Firefox', address: '10.0.0.1' }, at)}`
  const known = signedIn(store, systemClock.now)
  return {
    ...{ api, cookie },
    post: (path, words = {}, headers = {}) =>
      fetch(`${api.url}${path}`, {
        ...{ method: 'POST', body: new URLSearchParams(words), redirect: 'manual' },
        headers: { origin: baseUrl, cookie, ...headers },
      }),
    isConfirmed: (value) => known(hashOfToken(value.split('=')[1] ?? ''))?.session?.isConfirmed,
  }
}

const cookieOf = (answer: Response) => /^([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
const codeOf = async (answer: Response) => ((await answer.json()) as { readonly code: string }).code
const setPassword = async ({ api }: Desk) => api.it.store.accounts.setPassword('ada', await hashPassword(password))

test('after ten minutes a password has to be shown again; then the cookie is another one', async (t) => {
  const it = await desk(t)
  await setPassword(it)
  assert.equal(it.isConfirmed(it.cookie), false)
  assert.equal(await codeOf(await it.post('/me/passkeys/challenge')), 'sign_in.confirm')
  const page = await fetch(`${it.api.url}/confirm?back=/me/passkeys`, { headers: { cookie: it.cookie } })
  assert.match(
    await page.text(),
    /<strong>ada<\/strong>[\s\S]*name="back" value="\/me\/passkeys"|name="back" value="\/me\/passkeys"[\s\S]*<strong>ada/,
  )
  const wrong = await it.post('/confirm', { password: 'wrong', back: '/me/passkeys' })
  assert.equal(wrong.status, 401)
  assert.match(await wrong.text(), /is not right[\s\S]*value="\/me\/passkeys"/)
  assert.equal(it.isConfirmed(it.cookie), false)
  const right = await it.post('/confirm', { password, back: '/me/passkeys' })
  assert.deepEqual([right.status, right.headers.get('location')], [303, '/me/passkeys'])
  assert.equal(it.isConfirmed(it.cookie), undefined, 'the old cookie is worth nothing')
  assert.equal(it.isConfirmed(cookieOf(right)), true)
  assert.equal((await it.post('/me/passkeys/challenge', {}, { cookie: cookieOf(right) })).status, 200)
  assert.equal(it.api.it.store.facts.about('ada').at(-1)?.kind, 'session.confirmed')
})

test('whoever tries passwords here has to wait as at the sign-in', async (t) => {
  const it = await desk(t)
  await setPassword(it)
  for (let tries = 0; tries < 5; tries += 1)
    assert.equal((await it.post('/confirm', { password: 'wrong' })).status, 401)
  assert.equal((await it.post('/confirm', { password })).status, 429)
  assert.equal(it.isConfirmed(it.cookie), false)
})

test('it leads back to a page of this server, and to no other', async (t) => {
  const it = await desk(t)
  await setPassword(it)
  let { cookie } = it
  for (const back of ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)', '']) {
    const answer = await it.post('/confirm', { password, back }, { cookie })
    assert.equal(answer.headers.get('location'), '/', back)
    cookie = cookieOf(answer)
  }
})

test('a passkey of one’s own will do, and nobody else’s', async (t) => {
  const it = await desk(t)
  const parts = { store: it.api.it.store, now: systemClock.now, baseUrl }
  const keys = { ada: new Authenticator(baseUrl), grace: new Authenticator(baseUrl) }
  for (const [account, key] of Object.entries(keys)) {
    const adding = { account, session: 1 }
    await addPasskey(parts, adding, { name: 'x', response: key.make(await askForNew(parts, adding)) })
  }
  const show = async (key: Authenticator) => {
    const options = (await (await it.post('/passkey/challenge')).json()) as Parameters<typeof key.show>[0]
    return await it.post('/confirm/passkey', { response: JSON.stringify(key.show(options)), back: '/me/passkeys' })
  }
  assert.equal(await codeOf(await show(keys.grace)), 'passkey.refused')
  assert.equal(it.isConfirmed(it.cookie), false)
  const answer = await show(keys.ada)
  assert.equal(answer.headers.get('location'), '/me/passkeys')
  assert.equal(it.isConfirmed(cookieOf(answer)), true)
})

for (const kind of ['oidc', 'gitHub'] as const) {
  test(`who has neither signs in again by their provider: ${kind}`, async (t) => {
    const provider = await identityProvider()
    t.after(() => provider[Symbol.asyncDispose]())
    const it = await desk(t, { providers: [provider[kind]] })
    const path = `/confirm/with/${provider[kind].name}`
    assert.equal(await codeOf(await it.post(path)), 'identity.unknown', 'not linked')
    const identity = { provider: provider[kind].name, account: 'ada', label: 'ada-l', createdAt: 1 }
    it.api.it.store.identities.add({ ...identity, subject: '4711' })
    it.api.it.store.identities.add({ ...identity, subject: '4712', account: 'grace' })
    const go = async () => {
      const sent = await it.post(path, { back: '/me/identities' })
      const there = await fetch(sent.headers.get('refresh')?.replace('0;url=', '') ?? '', { redirect: 'manual' })
      const back = new URL(there.headers.get('location') ?? '')
      const cookie = `${it.cookie}; ${cookieOf(sent)}`
      return await fetch(`${it.api.url}${back.pathname}${back.search}`, { headers: { cookie }, redirect: 'manual' })
    }
    provider.person = { subject: '4712', login: 'grace' }
    assert.equal(await codeOf(await go()), 'identity.unknown', 'somebody else there')
    provider.person = { subject: '4711', login: 'ada-l' }
    if (kind === 'oidc') {
      provider.strange = { claims: { auth_time: 1 } }
      assert.equal(await codeOf(await go()), 'provider.refused', 'signed in there long ago')
      provider.strange = {}
    }
    assert.equal(it.isConfirmed(it.cookie), false)
    const confirmed = await go()
    assert.equal(confirmed.headers.get('location'), '/me/identities')
    const cookie = confirmed.headers.getSetCookie().find((each) => each.startsWith(`${name}=`)) ?? ''
    assert.equal(it.isConfirmed(cookie.split(';')[0] ?? ''), true)
    await setPassword(it)
    assert.equal(await codeOf(await it.post(path, {}, { cookie: cookie.split(';')[0] ?? '' })), 'identity.unknown')
  })
}

test('a browser is led to the page that asks, a program is told', async (t) => {
  const it = await desk(t)
  const passkey = { 'params.passkey': '1' }
  const headers = { accept: 'text/html', referer: `${baseUrl}/me?x=1` }
  const led = await it.post('/act/passkeys.remove', passkey, headers)
  assert.equal(led.headers.get('location'), `/confirm?back=${encodeURIComponent('/me?x=1')}`)
  const foreign = await it.post('/act/passkeys.remove', passkey, { ...headers, referer: 'https://evil.example/x' })
  assert.equal(foreign.headers.get('location'), '/confirm?back=%2F')
  assert.equal((await it.post('/act/passkeys.remove', passkey)).status, 403)
  for (const path of ['/confirm', '/confirm/passkey', '/confirm/with/x'])
    assert.equal((await it.post(path, {}, { cookie: '' })).status, 401, path)
})
