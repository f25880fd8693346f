import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../test/helpers/api-server.ts'
import { Authenticator } from '../../test/helpers/authenticator.ts'
import { tokenOf } from '../../test/helpers/people.ts'
import { apiClient } from '../api/client.ts'
import { systemClock } from '../system/clock.ts'
import { startSession } from './accounts/sessions.ts'

const baseUrl = 'https://deploy.example.org'
const browser = { browser: 'Firefox', address: '10.0.0.1' }

/** As a browser does that has the page open. */
async function post(api: TestApi, path: string, words: Record<string, string>, cookie = '') {
  return await fetch(`${api.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams(words),
    redirect: 'manual',
    headers: { origin: baseUrl, cookie },
  })
}

const signedIn = (api: TestApi, name: string) =>
  `__Host-signalbox=${startSession(api.it.store, name, browser, systemClock.now())}`
const cookieOf = (answer: Response) => /^([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
const askedFor = async <T>(answer: Response) => (await answer.json()) as T

async function add(api: TestApi, key: Authenticator, cookie: string, name: string) {
  const options = await askedFor<Parameters<typeof key.make>[0]>(await post(api, '/me/passkeys/challenge', {}, cookie))
  return await post(api, '/me/passkeys', { name, response: JSON.stringify(key.make(options)) }, cookie)
}

async function enter(api: TestApi, key: Authenticator) {
  const options = await askedFor<Parameters<typeof key.show>[0]>(await post(api, '/passkey/challenge', {}))
  return await post(api, '/login/passkey', { response: JSON.stringify(key.show(options)) })
}

test('a passkey is added in a browser, signs in without a name, is listed and removed from the terminal', async () => {
  await using api = await apiServer({ baseUrl })
  const key = new Authenticator(baseUrl)
  const added = await add(api, key, signedIn(api, 'ada'), 'ada’s <b>laptop')
  assert.deepEqual([added.status, added.headers.get('location')], [303, '/me'])
  const entered = await enter(api, key)
  assert.equal(entered.status, 303)
  const cookie = cookieOf(entered)
  assert.match(cookie, /^__Host-signalbox=[\w-]{43}$/)
  const page = await fetch(`${api.url}/me`, { headers: { cookie } })
  assert.match(await page.text(), /ada’s &lt;b&gt;laptop/)
  const client = apiClient({
    ...{ url: api.url, token: tokenOf(api.it.store, 'ada', { scope: 'read' }), clock: systemClock },
    ...{ signal: new AbortController().signal, limitMs: 10_000 },
  })
  const [listed] = await client.call('passkeys.list')
  const params = { passkey: listed?.id ?? 0 }
  assert.equal((await client.call('passkeys.rename', { params, body: { name: ' phone ' } })).name, 'phone')
  assert.ok((listed?.usedAt ?? 0) > 0)
  const ofAda = { 'params.passkey': String(params.passkey) }
  const ofGrace = post(api, '/act/passkeys.remove', ofAda, signedIn(api, 'grace'))
  assert.equal((await ofGrace).status, 404)
  assert.deepEqual(await client.call('passkeys.remove', { params }), { removed: 'phone' })
  assert.equal((await enter(api, key)).status, 401)
})

test('nobody adds or removes one who has not signed in, and what is no passkey is told so', async () => {
  await using api = await apiServer({ baseUrl })
  for (const path of ['/me/passkeys/challenge', '/me/passkeys'])
    assert.equal((await post(api, path, { name: 'x', response: '{}' })).status, 401, path)
  const page = await fetch(`${api.url}/me`, { redirect: 'manual' })
  assert.equal(page.headers.get('location'), '/login?back=%2Fme')
  for (const response of ['', '{', 'null', '{"id":"x"}', '[]'])
    assert.equal((await post(api, '/login/passkey', { response })).status, 401, response)
  assert.equal((await post(api, '/login/passkey', { response: 'x'.repeat(100_000) })).status, 413)
})

test('what a request says of the server’s name changes nothing', async () => {
  await using api = await apiServer({ baseUrl })
  const answer = await fetch(`${api.url}/passkey/challenge`, {
    method: 'POST',
    headers: { origin: baseUrl, host: 'evil.example', 'x-forwarded-host': 'evil.example' },
  })
  assert.equal((await askedFor<{ rpId: string }>(answer)).rpId, 'deploy.example.org')
})

test('where no browser has passkeys the page to sign in speaks of none', async () => {
  await using without = await apiServer()
  assert.doesNotMatch(await (await fetch(`${without.url}/login`)).text(), /passkey/)
  await using api = await apiServer({ baseUrl })
  const page = await (await fetch(`${api.url}/login`)).text()
  assert.match(page, /data-passkey="show"/)
  const [, assets = ''] = /src="(\/assets\/[^/]+)\/main.js"/.exec(page) ?? []
  const script = await fetch(`${api.url}${assets}/passkeys.js`)
  assert.match(script.headers.get('content-type') ?? '', /^text\/javascript/)
  assert.match(await script.text(), /navigator\.credentials/)
})
