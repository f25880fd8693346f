import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../test/helpers/api-server.ts'
import { systemClock } from '../system/clock.ts'
import { invite } from './accounts/invitations.ts'

const password = 'seven brown horses'

/** As a browser does that has the page open. */
async function post(api: TestApi, path: string, words: Record<string, string>, headers: Record<string, string> = {}) {
  return await fetch(`${api.url}${path}`, {
    method: 'POST',
    body: new URLSearchParams(words),
    redirect: 'manual',
    headers: { origin: 'http://signalbox.test', ...headers },
  })
}

const cookieOf = (answer: Response) => /^([^;]+)/.exec(answer.headers.get('set-cookie') ?? '')?.[1] ?? ''
const front = async (api: TestApi, cookie: string) => (await fetch(api.url, { headers: { cookie } })).text()

test('a link sets a password and signs in, once; the password signs in again; signing out ends the session', async () => {
  await using api = await apiServer()
  const { path } = invite(api.it.store, 'ada', { by: 'test', at: systemClock.now() })
  assert.match(await (await fetch(`${api.url}${path}`)).text(), /For the account <strong>ada<\/strong>/)
  const weak = await post(api, path, { password: 'short' })
  assert.equal(weak.status, 422)
  assert.match(await weak.text(), /easy to guess[\s\S]*<form[\s\S]*<strong>ada<\/strong>/)
  const joined = await post(api, path, { password })
  assert.deepEqual([joined.status, joined.headers.get('location')], [303, '/'])
  assert.match(joined.headers.get('set-cookie') ?? '', /^signalbox=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
  assert.match(await front(api, cookieOf(joined)), /class="me"[^>]*>ada</)
  assert.equal((await post(api, path, { password })).status, 400)
  const wrong = await post(api, '/login', { name: 'ada', password: 'wrong' })
  assert.equal(wrong.status, 401)
  assert.match(await wrong.text(), /The name or the password is not right/)
  const entered = await post(api, '/login', { name: 'ada', password })
  const cookie = cookieOf(entered)
  assert.match(await front(api, cookie), /class="me"/)
  await post(api, '/logout', {}, { cookie })
  assert.doesNotMatch(await front(api, cookie), /class="me"/)
})

test('no other site signs anybody in or out', async () => {
  await using api = await apiServer()
  const foreign = { origin: 'http://evil.example' }
  assert.equal((await post(api, '/login', { name: 'ada', password }, foreign)).status, 403)
  assert.equal((await post(api, '/logout', {}, foreign)).status, 403)
})

test('a page can be put into no frame, sends its form nowhere else, and hostile names are text in it', async () => {
  await using api = await apiServer()
  const answer = await fetch(`${api.url}/login`)
  const policy = answer.headers.get('content-security-policy') ?? ''
  for (const wanted of ["default-src 'none'", "frame-ancestors 'none'", "form-action 'self'"])
    assert.ok(policy.includes(wanted), policy)
  const tried = await post(api, '/login', { name: '<img src=x onerror=alert(1)>', password: 'x' })
  assert.doesNotMatch(await tried.text(), /<img/)
  assert.equal((await post(api, '/login', { name: 'a', password: 'x'.repeat(10_000) })).status, 413)
})

test('the secret of a link is not in the log, whatever goes wrong with it', async () => {
  await using api = await apiServer()
  await post(api, '/join/the-secret', { password: 'x'.repeat(10_000) })
  await post(api, '/join/the-secret/more', {})
  assert.ok(api.logged.length >= 2)
  assert.doesNotMatch(JSON.stringify(api.logged), /the-secret/)
})
