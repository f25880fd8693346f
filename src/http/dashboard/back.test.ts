import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer } from '../../../test/helpers/api-server.ts'
import { systemClock } from '../../system/clock.ts'
import { startSession } from '../accounts/sessions.ts'

const own = 'http://signalbox.test'

test('from what went wrong one gets back to where one was, and nowhere else', async (t) => {
  await using api = await apiServer()
  const cookie = startSession(api.it.store, 'admin', { browser: 'Firefox', address: '' }, systemClock.now())
  const rows = {
    [`${own}/projects/shop/deployments?environment=staging`]: '/projects/shop/deployments?environment=staging',
    [`${own}/?a=1&done=lock`]: '/?a=1&amp;done=lock',
    [`${own}//elsewhere.test/x`]: '/',
    'https://elsewhere.test/x': '/',
    'https://elsewhere.test//elsewhere.test/x': '/',
    'http://[': '/',
    '': '/',
  }
  for (const [referer, expected] of Object.entries(rows)) {
    await t.test(referer || 'nobody says where', async () => {
      const answer = await fetch(`${api.url}/act/lock`, {
        method: 'POST',
        headers: { cookie: `signalbox=${cookie}`, origin: own, accept: 'text/html', ...(referer && { referer }) },
        body: new URLSearchParams({ 'params.project': 'shop', 'params.environment': 'nowhere', 'body.reason': 'x' }),
      })
      assert.equal(answer.status, 409)
      const [, back] = /class="button main" href="([^"]*)"/.exec(await answer.text()) ?? []
      assert.equal(back, expected)
    })
  }
})
