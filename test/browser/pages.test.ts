import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { noBrowser, startBrowser, type TestBrowser } from '../helpers/browser.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { app, production } from '../journey/app.ts'
import { project } from '../journey/stage.ts'
import { everyPage, openPage, signInFirst } from './stage.ts'

const limit = { timeout: 240_000, skip: noBrowser() }
const scripts = [fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), join(import.meta.dirname, 'look.js')]
  .map((path) => readFileSync(path, 'utf8'))
  .join('\n')

/** What people and programs write where pages show it; the longest word last. */
const hostile = `<img src=x onerror=alert(1)><script>alert(2)</script>"'><svg onload=alert(3)> \u202etxt.exe\u2066 ${'W'.repeat(160)}`
const hostileLog = `process.stdout.write('\\u001b[31mred\\u001b[0m \\u001b]8;;javascript:alert(4)\\u0007link\\u001b]8;;\\u0007 \\u001b[2J ' + ${JSON.stringify(hostile)} + '\\n\\u0000\\u0008over\\rwritten\\n')`
const job = 'check'

/** A project with something on every page, all of it written by somebody who means harm. */
async function stage(server: ServerUnderTest) {
  const shop = await project(server, 'shop')
  const files = app('shop', 'v1', {
    checks: { [job]: 'node check.js' },
    environments: { production: production('shop') },
    notify: [{ channel: 'slack', to: '$CHAT', events: ['deployment_succeeded'] }],
  })
  const commit = await shop.ship(
    { ...files, 'check.js': hostileLog, [`${hostile.slice(0, 28).replaceAll('/', '')}.txt`]: 'x' },
    hostile,
  )
  const live = await shop.deployed(commit)
  assert.equal(live.outcome, 'succeeded', JSON.stringify(live.because))
  const place = { project: 'shop', environment: 'staging' }
  const { client } = server
  const changes = [
    { name: 'HOSTILE', value: hostile },
    { name: 'PASSWORD', value: 'canary-9f86d081884c7d65', secret: true },
  ]
  await client.call('variables.set', { params: place, body: { changes, reason: hostile } })
  await client.call('one-offs.start', { params: place, body: { command: ['echo', hostile], comment: hostile } })
  await client.call('lock', { params: { ...place, environment: 'production' }, body: { reason: hostile } })
  await client.call('freezes.add', { params: place, body: { reason: hostile, forMs: 3_600_000 } })
  await client.call('maintenance.on', { params: place, body: { message: hostile } })
  const notes = `### ${hostile}\n\n- ${hostile}\n\n${hostile}`
  await client.call('releases.publish', { params: { project: 'shop', app: 'shop' }, body: { notes } })
  await shop.push(`HEAD:refs/heads/b<img-src=x-onerror=alert(5)>`)
  return await everyPage(server, { project: 'shop', environment: 'staging', job })
}

test(
  'every page is free of what people with other senses, eyes and hands stumble over, and runs nothing that anybody wrote',
  limit,
  async (t) => {
    await using server = await startServer()
    await using browser = await startBrowser()
    const pages = await stage(server)
    for (const { name, ...options } of looks) {
      const window = await browser.window(options)
      await signInFirst(window, server)
      for (const [title, path] of Object.entries(pages)) {
        await t.test(`${title}, ${name}`, async () => {
          const answer = await openPage(window, server, [title, path])
          const { page } = window
          await page.evaluate(scripts)
          assert.deepEqual(await page.evaluate('look.problems()'), [])
          assert.deepEqual(await page.evaluate('look.strangers()'), [], 'nothing is part of it that we did not write')
          assert.deepEqual(await page.evaluate('look.cut()'), [], 'every form opens to where it can be seen')
          assert.equal(Math.max(0, await page.evaluate<number>('look.excess()')), 0, 'pixels too wide')
          assert.doesNotMatch(await answer.text(), /canary-9f86d081884c7d65/, 'a secret is on no page')
        })
      }
      assert.deepEqual(
        window.complaints.filter((text) => !/status of 404/.test(text)),
        [],
      )
    }
    await t.test('without scripts everything can be read', () => readable(browser, server, pages))
  },
)

const looks = [
  { name: 'light', colorScheme: 'light' },
  { name: 'dark', colorScheme: 'dark' },
  { name: 'on a phone', colorScheme: 'light', viewport: { width: 390, height: 844 } },
] as const

async function readable(browser: TestBrowser, server: ServerUnderTest, pages: Readonly<Record<string, string>>) {
  const { page } = await browser.window({ javaScriptEnabled: false })
  const { url } = await server.client.call('accounts.invite', { params: { account: 'admin' } })
  await page.goto(url)
  await page.getByLabel('Password').fill('eight green horses ran')
  await page.getByRole('button').click()
  for (const [title, path] of Object.entries(pages)) {
    await openPage({ page }, server, [title, path])
    assert.ok(((await page.locator('main').textContent()) ?? '').length > 20, path)
  }
  await page.goto(`${server.serving.url}/runs/r1/jobs/${job}`)
  const log = (await page.locator('.log').textContent()) ?? ''
  assert.match(log, /red .*<img src=x onerror=alert\(1\)>/)
  assert.match(log, /\\u\{202e\}txt/, 'what would reorder what the eye reads is spelled out')
  assert.match(log, /written/)
}
