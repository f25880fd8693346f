import assert from 'node:assert/strict'
import test from 'node:test'
import { apiServer, type TestApi } from '../../../test/helpers/api-server.ts'
import { ada, inStaging, live, pushed } from '../../../test/helpers/deployments.ts'
import { appSpec, checkSpec, environmentSpec, processSpec, projectSpec } from '../../../test/helpers/spec.ts'
import { waitFor } from '../../../test/helpers/wait-for.ts'
import { defaultSettings } from '../../engine/parts.ts'
import { systemClock } from '../../system/clock.ts'
import { startSession } from '../accounts/sessions.ts'

const tabs = ['', '/runs', '/deployments', '/releases', '/variables', '/notices', '/settings']

function reader({ it: { store }, url }: TestApi) {
  const cookie = startSession(store, 'admin', { browser: 'Firefox', address: '' }, systemClock.now())
  return async (path: string) => {
    const answer = await fetch(`${url}${path}`, { headers: { cookie: `signalbox=${cookie}`, accept: 'text/html' } })
    const text = (await answer.text()).replace(/^[\s\S]*<main/, '').replace(/<[^>]*>/g, ' ')
    return { status: answer.status, text: text.replace(/\s+/g, ' ') }
  }
}

test('a project to which nothing was pushed, or what nobody can read, has all its pages', async (t) => {
  await using api = await apiServer()
  await api.as('admin').call('projects.add', { body: { name: 'new' } })
  await api.it.push('broken', { spec: null })
  await waitFor('the run to end', () => api.it.store.events.list('shop', 1).length > 0)
  const get = reader(api)
  for (const project of ['new', 'shop']) {
    for (const tab of tabs) {
      await t.test(`${project}${tab}`, async () => {
        const { status, text } = await get(`/projects/${project}${tab}`)
        assert.equal(status, 200, text.slice(0, 300))
      })
    }
  }
  for (const path of ['/', '/insights', '/audit']) {
    await t.test(path, async () => assert.equal((await get(path)).status, 200))
  }
})

test('an environment that the file has no more shows what is left there, for as long as something is', async (t) => {
  await using api = await apiServer()
  await pushed(api.it, 'first')
  await pushed(api.it, 'second')
  const [, production] = projectSpec().environments
  assert.ok(production)
  const spec = projectSpec({ environments: [{ ...production, needs: [] }] })
  await api.it.push('without staging', { spec })
  await waitFor('the file to be read', () => api.it.store.runs.newestSpec('shop')?.environments.length === 1)
  const get = reader(api)
  for (const path of [
    '/projects/shop/environments/staging',
    '/',
    '/projects/shop',
    '/projects/shop/settings',
    '/projects/shop/variables',
    '/projects/shop/releases/v1',
  ])
    await t.test(path, async () => {
      const { status, text } = await get(path)
      assert.equal(status, 200, text.slice(0, 300))
    })
})

test('jobs of any name have their pages', async (t) => {
  const names = ['a/b', 'x[y=1]', 'prüfung ☂', 'a?b#c%2f', 'n'.repeat(200), '<b>"']
  await using api = await apiServer({ spec: projectSpec({ checks: names.map((name) => checkSpec({ name })) }) })
  await pushed(api.it, 'first')
  const get = reader(api)
  const { text: run } = await get('/runs/r1')
  for (const name of names) {
    await t.test(name.slice(0, 30), async () => {
      assert.ok(api.it.store.runs.get('r1')?.jobs.some((job) => job.name === name))
      const { status, text } = await get(`/runs/r1/jobs/${encodeURIComponent(name)}`)
      assert.equal(status, 200, text.slice(0, 300))
    })
  }
  assert.match(run, /prüfung/)
})

test('two apps of one environment are told apart, each with its own processes', async (t) => {
  const apps = [
    appSpec({ name: 'shop' }),
    appSpec({ name: 'variables', processes: [processSpec({ name: 'beat', singleton: true })] }),
  ]
  const staging = environmentSpec({ name: 'staging', apps: ['shop', 'variables'], triggers: onPush })
  await using api = await apiServer({ spec: projectSpec({ apps, environments: [staging] }) })
  await pushed(api.it, 'first')
  const beat = { ...inStaging, app: 'variables' }
  await waitFor('the other app to be live', () => live(api.it, 'shop/variables/staging'))
  api.it.engine.actions.startOneOff(beat, { words: ['true'] }, ada)
  const get = reader(api)
  for (const path of [
    '/projects/shop/environments/staging',
    '/',
    '/projects/shop/releases',
    '/projects/shop/variables',
  ])
    await t.test(path, async () => assert.equal((await get(path)).status, 200, (await get(path)).text.slice(0, 300)))
  assert.match((await get('/projects/shop/environments/staging')).text, / o1 /)
})

test('where visitors reach an environment is told and linked, whoever names it', async () => {
  await using api = await apiServer({ parts: { settings: { ...defaultSettings, edgePort: 8080 } } })
  await pushed(api.it, 'first')
  const cookie = startSession(api.it.store, 'admin', { browser: 'Firefox', address: '' }, systemClock.now())
  for (const path of ['/', '/projects/shop', '/projects/shop/environments/staging', '/deployments/d1']) {
    const answer = await fetch(`${api.url}${path}`, { headers: { cookie: `signalbox=${cookie}` } })
    assert.match(await answer.text(), /<a href="http:\/\/staging\.test:8080"/, path)
  }
})

const onPush = { push: ['main'], tags: [], releasePublished: false, after: [], schedules: [] }
