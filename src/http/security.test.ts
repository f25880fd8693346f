import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import { performance } from 'node:perf_hooks'
import test from 'node:test'
import { apiServer, type TestApi } from '../../test/helpers/api-server.ts'
import { contents } from '../../test/helpers/contents.ts'
import { identityProvider } from '../../test/helpers/identity-provider.ts'
import { person, tokens } from '../../test/helpers/people.ts'
import { systemClock } from '../system/clock.ts'
import { hashPassword } from '../system/passwords.ts'
import { disable } from './accounts/accounts.ts'
import { changePassword } from './accounts/passwords.ts'
import { endSessions, signedIn, startSession } from './accounts/sessions.ts'
import { gatekeeper, hashOfToken, type Principal } from './auth.ts'

/** What docs/design/security.md says is tested stands here, or is named there with its own file. */

const baseUrl = 'https://deploy.example.org'
const password = 'seven brown horses'
const browser = { browser: 'Firefox', address: '10.0.0.1' }
const { now } = systemClock

const session = (api: TestApi, name = 'ada') => startSession(api.it.store, name, browser, now())
const inCookie = (value: string) => `__Host-signalbox=${value}`
const cookieOf = (answer: Response) =>
  /^__Host-signalbox=([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''

async function signIn(api: TestApi, words: Record<string, string>, headers: Record<string, string> = {}) {
  return await fetch(`${api.url}/login`, {
    ...{ method: 'POST', body: new URLSearchParams(words), redirect: 'manual' },
    headers: { origin: baseUrl, ...headers },
  })
}

/** A path of the router with something well formed in each place. */
function pathOf({ path }: { readonly path: string }): string {
  return path.replace(/:(\w+)(\{[^}]*\})?/g, (_, name: string) => places[name] ?? '1').replaceAll('*', 'x')
}

const places: Readonly<Record<string, string>> = {
  ...{
    project: 'shop',
    environment: 'staging',
    run: 'r1',
    deployment: 'd1',
    job: 'test',
    commit: 'main',
    oneOff: 'o1',
  },
  ...{ token: 'read', account: 'read', repository: 'shop.git', service: 'git-upload-pack', provider: 'company' },
}

test('every answer tells browsers to be strict, whatever it is an answer to', async () => {
  await using api = await apiServer({ baseUrl })
  const script = /\/assets\/[^"]*main\.js/.exec(await (await fetch(`${api.url}/login`)).text())?.[0] ?? ''
  const asked: [string, string, RequestInit?][] = [
    ['/', 'a page'],
    ['/login', 'a form'],
    ['/healthz', 'text'],
    [script, 'a script'],
    ['/nope', 'nothing'],
    ['/api/v1/version', 'an answer of the API'],
    ['/api/v1/me', 'a refusal of the API'],
    ['/git/shop.git/info/refs?service=git-upload-pack', 'a refusal of git'],
    ['/logout', 'a foreign form', { method: 'POST', headers: { origin: 'https://evil.example' } }],
    ['/login', 'too much', { method: 'POST', body: 'x'.repeat(100_000), headers: { origin: baseUrl } }],
  ]
  for (const [path, what, init] of asked) assertStrict(await fetch(`${api.url}${path}`, init), what)
  const stream = new AbortController()
  const headers = { authorization: `Bearer ${tokens.read}` }
  assertStrict(await fetch(`${api.url}/api/v1/facts/follow`, { headers, signal: stream.signal }), 'a stream')
  stream.abort()
})

function assertStrict({ headers }: Response, what: string): void {
  const policy = headers.get('content-security-policy') ?? ''
  const wanted = [
    "default-src 'none'",
    "object-src 'none'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
    "form-action 'self'",
  ]
  for (const each of wanted) assert.ok(policy.includes(each), `${what}: ${each} in ${policy}`)
  assert.doesNotMatch(policy, /script-src[^;]*unsafe/, what)
  assert.equal(headers.get('x-content-type-options'), 'nosniff', what)
  assert.equal(headers.get('x-frame-options'), 'DENY', what)
  assert.equal(headers.get('cross-origin-resource-policy'), 'same-origin', what)
  assert.equal(headers.get('strict-transport-security'), 'max-age=31536000; includeSubDomains', what)
  assert.equal(headers.get('access-control-allow-origin'), null, what)
  // With `no-referrer` browsers send the forms of our own pages with `Origin: null`, and we would refuse them.
  assert.equal(headers.get('referrer-policy'), 'same-origin', what)
}

test('no page of another site changes anything, at any address', async () => {
  await using api = await apiServer({ baseUrl })
  const before = contents(api.it.store)
  const cookie = inCookie(session(api))
  const after = contents(api.it.store)
  assert.notEqual(before, after)
  const unsafe = api.routes.filter(({ method }) => method !== 'GET')
  assert.ok(unsafe.length > 70)
  const foreign: Record<string, string>[] = [
    { origin: 'https://evil.example', cookie },
    { origin: 'null', cookie },
    { 'sec-fetch-site': 'cross-site', cookie },
    { 'sec-fetch-site': 'same-site', cookie },
    { cookie },
    { origin: 'https://evil.example', authorization: `Bearer ${tokens.admin}` },
  ]
  for (const route of unsafe) {
    for (const headers of foreign) {
      const answer = await fetch(api.url + pathOf(route), { method: route.method, headers, redirect: 'manual' })
      assert.equal(answer.status, 403, `${route.method} ${route.path} ${JSON.stringify(headers)}`)
    }
  }
  assert.equal(contents(api.it.store), after)
})

test('nothing of ours is part of a page of another site; a link there may be followed', async () => {
  await using api = await apiServer({ baseUrl })
  const cookie = inCookie(session(api))
  // `fetch` of Node has a mode of its own.
  const asked = async (headers: Record<string, string>) => {
    const sent = request(`${api.url}/me`, { headers: { cookie, ...headers }, agent: false }).end()
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    answer.resume()
    return answer.statusCode
  }
  for (const site of ['cross-site', 'same-site']) {
    const from = { 'sec-fetch-site': site }
    for (const [mode, into] of Object.entries({ 'no-cors': 'image', cors: 'empty', websocket: 'websocket' }))
      assert.equal(await asked({ ...from, 'sec-fetch-mode': mode, 'sec-fetch-dest': into }), 403, `${site} ${mode}`)
    for (const into of ['iframe', 'object', 'embed'])
      assert.equal(await asked({ ...from, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': into }), 403, into)
    assert.equal(await asked({ ...from, 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }), 200, site)
  }
  assert.equal(await asked({ 'sec-fetch-site': 'same-origin', 'sec-fetch-mode': 'cors' }), 200)
})

test('no GET changes anything, at any address, whoever asks', async () => {
  await using provider = await identityProvider()
  await using api = await apiServer({ baseUrl, providers: [provider.oidc] })
  await api.it.push('first')
  await api.it.engine.stop()
  const cookie = inCookie(session(api, 'admin'))
  const before = contents(api.it.store)
  const safe = api.routes.filter(({ method }) => method === 'GET')
  assert.ok(safe.length > 60)
  for (const route of safe) {
    for (const headers of [{ cookie }, { authorization: `Bearer ${tokens.admin}` }, {}] as Record<string, string>[]) {
      const over = new AbortController()
      const init = { headers, redirect: 'manual', signal: over.signal } as const
      const answer = await fetch(`${api.url}${pathOf(route)}?code=x&state=y`, init)
      assert.ok(answer.status < 500, `${route.path}: ${answer.status}`)
      over.abort()
    }
  }
  assert.equal(contents(api.it.store), before)
})

test('signing in makes a new cookie, and what was there before is worth nothing', async () => {
  await using api = await apiServer({ baseUrl })
  const { store } = api.it
  store.accounts.setPassword('ada', await hashPassword(password))
  const who = signedIn(store, now)
  const first = cookieOf(await signIn(api, { name: 'ada', password }))
  assert.match(first, /^[\w-]{43}$/, '256 random bits')
  const second = cookieOf(await signIn(api, { name: 'ada', password }, { cookie: inCookie(first) }))
  assert.notEqual(second, first)
  assert.equal(who(hashOfToken(first)), null)
  const planted = inCookie('a-value-that-somebody-else-knows-0123456789')
  const third = cookieOf(await signIn(api, { name: 'ada', password }, { cookie: planted }))
  assert.notEqual(inCookie(third), planted)
  assert.equal(who(hashOfToken('a-value-that-somebody-else-knows-0123456789')), null)
  assert.equal(who(hashOfToken(second))?.name, 'ada', 'another browser stays as it is')
})

const endings: Readonly<Record<string, (api: TestApi, value: string) => Promise<unknown> | unknown>> = {
  'signed out': (api, value) =>
    fetch(`${api.url}/logout`, {
      method: 'POST',
      headers: { origin: baseUrl, cookie: inCookie(value) },
      redirect: 'manual',
    }),
  'signed out by an admin': ({ it }) => endSessions(it.store, 'ada', { by: 'eve', at: now() }),
  disabled: ({ it }) => disable(it.store, 'ada', { by: 'eve', at: now() }),
  'a new password': ({ it }) =>
    changePassword(it.store, { account: 'ada', session: null, old: password, wanted: 'eight green ponies' }, now),
  'the role taken away': ({ it }) => person(it.store, 'ada', []),
}

for (const [how, end] of Object.entries(endings)) {
  test(`a session is over at once, and what it has open is not carried on: ${how}`, async () => {
    await using api = await apiServer({ baseUrl })
    const { store } = api.it
    store.accounts.setPassword('ada', await hashPassword(password))
    person(store, 'eve', ['admin'])
    const value = session(api)
    const who = signedIn(store, now)
    const principal = who(hashOfToken(value)) as Principal
    const isStillIn = () =>
      gatekeeper(store, now, who).isStillAdmitted(principal, 'read', { project: null, environment: null })
    assert.equal(isStillIn(), true)
    await end(api, value)
    assert.equal(isStillIn(), false)
    if (how === 'the role taken away') return
    const page = await fetch(`${api.url}/me`, { headers: { cookie: inCookie(value) }, redirect: 'manual' })
    assert.match(page.headers.get('location') ?? '', /^\/login\b/)
  })
}

test('what a request says of where it comes from and went to is not believed', async () => {
  await using provider = await identityProvider()
  await using api = await apiServer({ baseUrl, providers: [provider.oidc] })
  api.it.store.accounts.setPassword('ada', await hashPassword(password))
  const lies = {
    ...{
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'http',
      'x-real-ip': '6.6.6.6',
    },
    ...{ 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6;host=evil.example', 'cf-connecting-ip': '6.6.6.6' },
  }
  const invited = await fetch(`${api.url}/api/v1/accounts/ada/invitations`, {
    ...{ method: 'POST', headers: { ...lies, authorization: `Bearer ${tokens.admin}` } },
  })
  assert.match(await invited.text(), /"url":"https:\/\/deploy\.example\.org\/join\//)
  const sent = await fetch(`${api.url}/login/with/company`, { method: 'POST', headers: { ...lies, origin: baseUrl } })
  assert.match(sent.headers.get('refresh') ?? '', /redirect_uri=https%3A%2F%2Fdeploy\.example\.org%2F/)
  const entered = await signIn(api, { name: 'ada', password }, lies)
  assert.match(
    entered.headers.get('set-cookie') ?? '',
    /^__Host-signalbox=.*; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
  )
  assert.equal(entered.headers.get('location'), '/')
  const [open] = api.it.store.sessions.open('ada')
  assert.match(open?.address ?? '', /127\.0\.0\.1$/)
  const told = await fetch(`${api.url}/`, { headers: { ...lies, cookie: inCookie(cookieOf(entered)) } })
  assert.doesNotMatch(await told.text(), /evil\.example|6\.6\.6\.6/)
  assert.doesNotMatch(JSON.stringify([api.logged, api.it.store.facts.about('ada')]), /evil\.example|6\.6\.6\.6/)
})

test('whoever is not let in is told of in the log, with where they came from, and no secret with it', async () => {
  await using api = await apiServer({ baseUrl })
  api.it.store.accounts.setPassword('ada', await hashPassword(password))
  const post = (path: string, headers: Record<string, string> = { origin: baseUrl }) =>
    fetch(`${api.url}${path}`, { method: 'POST', headers, redirect: 'manual' })
  await signIn(api, { name: 'ada', password: 'not-my-password' })
  await signIn(api, { name: 'typed-my-password-here', password: 'not-my-password' })
  await post('/login/passkey')
  await post('/me/passkeys')
  await post('/logout', { origin: 'https://evil.example' })
  await fetch(`${api.url}/api/v1/me`, { headers: { authorization: 'Bearer sbx_not-a-token' } })
  await fetch(`${api.url}/api/v1/accounts`, { headers: { authorization: `Bearer ${tokens.read}` } })
  await fetch(`${api.url}/git/shop.git/info/refs?service=git-upload-pack`)
  await fetch(`${api.url}/login/with/company/back?code=the-code&state=x`)
  const told = api.logged.map(({ level, fields }) => {
    const { error, address, account, path } = fields as Record<string, string> & { error: { code: string } }
    assert.match(address ?? '', /127\.0\.0\.1$/)
    return [level, error.code, path, ...(account === undefined ? [] : [account])]
  })
  assert.deepEqual(told, [
    ['info', 'sign_in.refused', '/login', 'ada'],
    ['info', 'sign_in.refused', '/login'],
    ['info', 'passkey.refused', '/login/passkey'],
    ['info', 'sign_in.first', '/me/passkeys'],
    ['info', 'request.foreign', '/logout'],
    ['info', 'token.invalid', '/api/v1/me'],
    ['info', 'token.forbidden', '/api/v1/accounts'],
    ['info', 'token.missing', '/git/shop.git/info/refs'],
    ['info', 'provider.lost', '/login/with/company/back'],
  ])
  const text = JSON.stringify(api.logged)
  for (const secret of ['not-my-password', 'typed-my-password', 'sbx_not-a-token', tokens.read, 'the-code'])
    assert.ok(!text.includes(secret), secret)
})

test('when the store cannot be asked, nobody is let in', async () => {
  await using api = await apiServer({ baseUrl })
  const { db, accounts } = api.it.store
  accounts.setPassword('ada', await hashPassword(password))
  const cookie = inCookie(session(api))
  const page = () => fetch(`${api.url}/me`, { headers: { cookie }, redirect: 'manual' })
  const me = () => fetch(`${api.url}/api/v1/me`, { headers: { authorization: `Bearer ${tokens.admin}` } })
  assert.deepEqual([(await page()).status, (await me()).status], [200, 200])
  for (const table of ['sessions', 'tokens', 'tries']) db.run(`ALTER TABLE ${table} RENAME TO ${table}_gone`)
  const entered = await signIn(api, { name: 'ada', password })
  assert.deepEqual([(await page()).status, (await me()).status, entered.status], [500, 500, 500])
  assert.equal(entered.headers.get('set-cookie'), null)
  assert.doesNotMatch(await entered.text(), /SQL|no such table|at .*\.ts/)
  for (const table of ['sessions', 'tokens', 'tries']) db.run(`ALTER TABLE ${table}_gone RENAME TO ${table}`)
})

test('how long a refusal takes does not tell whether there is such an account', async () => {
  await using api = await apiServer({ baseUrl })
  const { store } = api.it
  const hashed = await hashPassword(password)
  const took = async (name: string) => {
    const began = performance.now()
    assert.equal((await signIn(api, { name, password: 'wrong' })).status, 401)
    return performance.now() - began
  }
  await took('whoever comes first')
  // The least of each, as whatever else this machine does only makes them longer: those come together soon, if they do.
  const least = { known: Number.POSITIVE_INFINITY, unknown: Number.POSITIVE_INFINITY }
  const isAlike = () => Math.abs(least.known - least.unknown) / least.known < 0.1
  for (let round = 0; round < 10 || (round < 100 && !isAlike()); round += 1) {
    person(store, `known-${round}`)
    store.accounts.setPassword(`known-${round}`, hashed)
    least.known = Math.min(least.known, await took(`known-${round}`))
    least.unknown = Math.min(least.unknown, await took(`unknown-${round}`))
  }
  assert.ok(isAlike(), `${least.known} ms and ${least.unknown} ms`)
})
