import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../../test/helpers/api-server.ts'
import { ada, ended, production, pushed, staging, waitingOn } from '../../../test/helpers/deployments.ts'
import { projectSpec } from '../../../test/helpers/spec.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import type { Route } from '../../api/route.ts'
import { type RouteName, routes } from '../../api/routes.ts'
import { systemClock } from '../../system/clock.ts'
import { startSession } from '../accounts/sessions.ts'

const inStaging = '/projects/shop/environments/staging'

function reader({ it: { store }, url }: TestApi) {
  const cookie = startSession(store, 'admin', { browser: 'Firefox', address: '' }, systemClock.now())
  return async (path: string) => {
    const answer = await fetch(`${url}${path}`, { headers: { cookie: `signalbox=${cookie}`, accept: 'text/html' } })
    const page = await answer.text()
    const text = page.replace(/^[\s\S]*<main/, '').replace(/<[^>]*>/g, ' ')
    const [, title = ''] = /<title>([^<]*)/.exec(page) ?? []
    return { status: answer.status, title, page, text: text.replace(/\s+/g, ' ') }
  }
}

test('what ended says what is live now; where nothing was before, nothing is said to be again', async () => {
  await using api = await apiServer()
  const get = reader(api)
  await api.it.push('bad', { behaviour: { exitsAfterMs: 5, healthyAfterMs: null } })
  await waitFor('the deployment', () => api.it.store.deployments.get('d1'))
  await ended(api.it, 'd1')
  assert.match(
    (await get('/deployments/d1')).text,
    /Nothing was served before, and nothing is now\. .* Live now nothing/,
  )
  assert.match((await get(inStaging)).text, / Runs nothing /)
  await pushed(api.it, 'good')
  assert.match((await get('/deployments/d2')).text, /Live now \S+ by this deployment/)
  await api.it.push('bad again', { behaviour: { exitsAfterMs: 5, healthyAfterMs: null } })
  const bad = await waitFor('the next', () => api.it.store.deployments.list(staging, 1).find(({ id }) => id > 'd2'))
  await ended(api.it, bad.id)
  const { text } = await get(`/deployments/${bad.id}`)
  assert.match(text, /What was served before is served again\. .* Live now \S+ by d2/)
})

test('what failed last stays to be seen while the next one waits for people', async () => {
  await using api = await apiServer()
  await api.it.push('bad', { behaviour: { exitsAfterMs: 5, healthyAfterMs: null } })
  const failed = await waitFor('the deployment', () => api.it.store.deployments.list(staging, 1)[0])
  await ended(api.it, failed.id)
  api.it.engine.actions.lock({ project: 'shop', environment: 'staging' }, { reason: 'a look', forMs: null }, ada)
  await api.it.push('good')
  await waitFor('the next to be held', () => api.it.store.deployments.open(staging)[0])
  const get = reader(api)
  assert.match((await get(inStaging)).text, /Last tried failed /)
  assert.equal((await get('/')).title, '1 failing · Signalbox')
})

test('of a target that does not answer it is told why, and from when what is shown is', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  const get = reader(api)
  await get(inStaging)
  api.it.world.host('one').restartMachine(60_000)
  const { text } = await get(inStaging)
  assert.match(text, /The target \S+ does not answer: .*What runs stands here as it was told just now \./)
})

test('of many that wait some are told one by one, and the others are counted', async () => {
  const [first, second] = projectSpec().environments
  assert.ok(first && second)
  const environments = [{ ...first, protection: second.protection }, second]
  await using api = await apiServer({ spec: projectSpec({ environments }) })
  for (let number = 0; number < 25; number += 1) await api.it.push(`change ${number}`)
  await waitFor('all to wait', () => api.it.store.deployments.open(staging).length === 25)
  const get = reader(api)
  assert.match((await get('/')).text, /(\S+ waits for a yes ){2}23 more wait for a yes /)
  assert.match((await get(inStaging)).text, / 5 more come after these\./)
})

test('a release that was thrown away is offered nowhere', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  await waitFor('production to wait', () => waitingOn(api.it, production))
  api.it.engine.actions.reject('d2', 'no', ada)
  const get = reader(api)
  assert.match((await get('/projects/shop/undeployed/production')).page, /\/act\/deploy"/)
  assert.match((await get('/deployments/d2')).page, /\/act\/deployments\.retry"/)
  api.it.store.releases.discard('v1', systemClock.now())
  assert.doesNotMatch((await get('/projects/shop/undeployed/production')).page, /\/act\/deploy"/)
  const { page, text } = await get('/deployments/d2')
  assert.doesNotMatch(page, /\/act\/deployments\.retry"/)
  assert.match(text, /was thrown away/)
  assert.match((await get('/projects/shop/releases/v1')).text, /thrown away/)
})

test('what went wrong keeps the frame, has its own title, and says what to do', async (t) => {
  await using api = await apiServer()
  const get = reader(api)
  api.it.store.runs.list = () => {
    throw new TypeError('the inner text')
  }
  const rows = [
    ['/nowhere', 404, 'Not found', /The address may be mistyped.* To the overview/],
    ['/deployments/d99', 404, 'Not found', /There is no deployment d99.*<code>signalbox deployments list<\/code>/],
    ['/projects/shop/runs', 500, 'That did not work', /an error nobody expected.*report it/],
  ] as const
  for (const [path, status, title, words] of rows) {
    await t.test(path, async () => {
      const answer = await get(path)
      assert.deepEqual([answer.status, answer.title], [status, `${title} · Signalbox`])
      assert.match(answer.page.replace(/<(?!\/?code)[^>]*>/g, ' ').replace(/\s+/g, ' '), words)
      assert.match(answer.page, /<nav aria-label="Main">/)
    })
  }
})

test('who must show first that it is still them is told so in the form, before they type', async () => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  const at = systemClock.now() - 11 * 60_000
  const cookie = startSession(api.it.store, 'admin', { browser: 'Firefox', address: '' }, at)
  const paths = [inStaging, '/people', '/people/ada', '/me', '/projects/shop/settings', '/projects/shop/variables']
  const forms = await Promise.all(
    paths.map(async (path) => {
      const answer = await fetch(`${api.url}${path}`, {
        headers: { cookie: `signalbox=${cookie}`, accept: 'text/html' },
      })
      return [...(await answer.text()).matchAll(/<form [^>]*action="\/act\/([\w.-]+)"[^>]*>([\s\S]*?)<\/form>/g)]
    }),
  )
  const typed = forms.flat().filter(([, , content = '']) => /<label class="field/.test(content))
  const touching = typed.filter(([, route = '']) => (routes[route as RouteName] as Route).confirm)
  assert.ok(touching.length >= 5, String(touching.length))
  for (const [, route = '', content = ''] of touching) assert.match(content, /href="\/confirm\?back=%2F/, route)
  const others = typed.filter((each) => !touching.includes(each))
  for (const [, route = '', content = ''] of others) assert.doesNotMatch(content, /\/confirm\?/, route)
  assert.doesNotMatch((await reader(api)('/me')).page, /\/confirm\?/, 'of late they have shown it')
})
