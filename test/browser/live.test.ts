import assert from 'node:assert/strict'
import test from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { noBrowser, startBrowser } from '../helpers/browser.ts'
import { freePort } from '../helpers/free-port.ts'
import { startServer } from '../helpers/server.ts'
import { app, production, webProcess, workerProcess } from '../journey/app.ts'
import { project } from '../journey/stage.ts'
import { signInFirst } from './stage.ts'

const limit = { timeout: 240_000, skip: noBrowser() }

async function open(page: Page, name: string): Promise<Locator> {
  const found = page.locator('details.opening').filter({ has: page.locator(`summary:text-is("${name}")`) })
  await found.locator('summary').first().click()
  return found.first()
}

/** Two apps in staging, one of them in two protected environments. */
function files(version: string) {
  const environments = {
    staging: { hosts: { shop: 'staging.shop.test' }, on: { push: 'main' } },
    canada: production('shop', { hosts: { shop: 'ca.shop.test' }, apps: ['shop'] }),
    europe: production('shop', { hosts: { shop: 'eu.shop.test' }, apps: ['shop'] }),
  }
  const apps = {
    shop: { processes: { web: webProcess } },
    mail: { shared: ['data'], processes: { worker: workerProcess } },
  }
  const config = { project: 'shop', on: { push: { branches: ['main'] } }, apps, environments }
  return { ...app('shop', version), 'signalbox.yml': JSON.stringify(config) }
}

test('what somebody has opened, typed, chosen and ticked outlives what happens meanwhile', limit, async (t) => {
  await using server = await startServer()
  await using browser = await startBrowser()
  const window = await browser.window()
  const { page } = window
  const { client } = server
  const at = (path: string) => `${server.serving.url}${path}`
  const shop = await project(server, 'shop')
  await shop.deployed(await shop.ship(files('v1'), 'v1 of the shop'))
  await signInFirst(window, server)
  const set = (environment: string, name: string) =>
    client.call('variables.set', {
      params: { project: 'shop', environment },
      body: { changes: [{ name, value: '1' }] },
    })

  await t.test('a form half filled in', async () => {
    await page.goto(at('/projects/shop/environments/staging'))
    const deploying = await open(page, 'Deploy')
    await deploying.getByLabel('App').selectOption('shop')
    await deploying.getByLabel('Comment').fill('as we said')
    const setting = await open(page, 'Set a variable')
    await setting.getByLabel('Value').fill('half a')
    await set('staging', 'NEW_ONE')
    await page.getByRole('cell', { name: 'NEW_ONE' }).waitFor()
    assert.equal(await deploying.getByLabel('App').inputValue(), 'shop')
    assert.equal(await deploying.getByLabel('Comment').inputValue(), 'as we said')
    assert.equal(await setting.getByLabel('Value').inputValue(), 'half a')
    assert.equal(await page.locator('textarea:focus').count(), 1, 'and the cursor is where it was')
  })

  await t.test('a form stays with its row when a row comes above it', async () => {
    await page.goto(at('/projects/shop/releases'))
    const row = page.getByRole('row').filter({ hasText: 'v1 of the shop' }).first()
    await row.locator('summary').click()
    await row.getByLabel('Notes').fill('of the first')
    await shop.run(await shop.ship(files('v2'), 'v2 of the shop'))
    await page.getByRole('row').filter({ hasText: 'v2 of the shop' }).first().waitFor()
    assert.equal(await row.getByLabel('Notes').inputValue(), 'of the first')
    const other = page.getByRole('row').filter({ hasText: 'v2 of the shop' }).first()
    assert.equal(await other.locator('details[open]').count(), 0)
  })

  await t.test('a tick is for the plan that stood there, and for no other', async () => {
    await page.goto(at('/approvals'))
    const wish = (environment: string) =>
      page
        .locator('.wish')
        .filter({ hasText: `to ${environment}` })
        .first()
    await wish('europe').waitFor()
    await page.getByLabel('all of them').check()
    const before = await page.locator('.wish input:checked').count()
    assert.ok(before >= 2)
    await page.keyboard.press('a')
    await page.locator('button:focus', { hasText: 'Approve what is ticked' }).waitFor()
    const [first] = await client.call('approvals.list').then(({ deployments }) => deployments)
    assert.ok(first)
    await client.call('deployments.reject', {
      params: { deployment: first.deployment.id },
      body: { reason: 'not today' },
    })
    await page.locator(`#wish-${first.deployment.id}`).waitFor({ state: 'detached' })
    await page.getByRole('button', { name: `Approve what is ticked (${before - 1})` }).waitFor()
    await page.getByLabel('all of them').waitFor()
    const [next] = await client.call('approvals.list').then(({ deployments }) => deployments)
    assert.ok(next)
    await set(next.deployment.environment, 'ANOTHER_PLAN')
    await page.locator(`#wish-${next.deployment.id} input:not(:checked)`).waitFor()
  })

  await t.test('what is refused is told in the form, and a double click acts once', async () => {
    await page.goto(at('/projects/shop/environments/staging'))
    const locking = await open(page, 'Lock')
    await locking.getByLabel('Why').fill('the fair')
    await locking.getByLabel('For how long').fill('soon')
    await locking.getByRole('button').click()
    await locking.getByText(/found "soon", expected a time such as 30m/).waitFor()
    assert.equal(await locking.getByLabel('Why').inputValue(), 'the fair')
    await locking.getByLabel('For how long').fill('2h')
    await locking.getByRole('button').dblclick()
    await page.getByText('Locked. Nothing goes there').waitFor()
    assert.doesNotMatch(page.url(), /done/)
    await page.reload()
    assert.equal(await page.getByText('Locked. Nothing goes there').count(), 0, 'it is said once')
    const facts = await client.call('facts.list', { query: { environment: 'staging', kind: 'environment.locked' } })
    assert.equal(facts.length, 1)
  })

  await t.test('what is told once stays until somebody leaves it', async () => {
    await page.goto(at('/people'))
    const adding = await open(page, 'Add an account')
    await adding.getByLabel('Name').fill('lin')
    await adding.getByRole('button').click()
    await page.getByText('It is shown this once').waitFor()
    const readAgain = page.waitForResponse(at('/people'))
    await client.call('accounts.add', { body: { name: 'ada' } })
    await (await readAgain).finished()
    await page.getByText('It is shown this once').waitFor()
    assert.match((await page.locator('main pre').textContent()) ?? '', /\/join\//)
  })
})

test(
  'a page and a log find their way back to a server that was started again, and to the sign-in when the session is over',
  limit,
  async () => {
    const port = await freePort()
    await using server = await startServer({ flags: ['--listen', `127.0.0.1:${port}`] })
    await using browser = await startBrowser()
    const window = await browser.window()
    const { page } = window
    await signInFirst(window, server)
    const shop = await project(server, 'shop')
    await shop.deployed(await shop.ship(app('shop', 'v1')))
    const ticking = ['node', '-e', 'setInterval(() => console.log(Date.now()), 200)']
    const place = { project: 'shop', environment: 'staging' }
    const { id } = await server.client.call('one-offs.start', { params: place, body: { command: ticking } })
    await server.client.call('projects.add', { body: { name: 'one' } })
    await page.getByRole('link', { name: 'one' }).waitFor()
    await server.kill('SIGKILL')
    await page.getByText('not live: reconnecting').waitFor()
    await server.start()
    await server.client.call('projects.add', { body: { name: 'two' } })
    await page.getByRole('link', { name: 'two' }).waitFor()
    await page.getByText('not live: reconnecting').waitFor({ state: 'hidden' })
    await page.goto(`${server.serving.url}/one-offs/${id}`)
    const lines = page.locator('.log .l')
    await lines.nth(5).waitFor()
    await server.kill('SIGTERM')
    await server.start()
    const count = await lines.count()
    await lines.nth(count + 5).waitFor()
    await page.goto(`${server.serving.url}/projects/one`)
    await server.client.call('accounts.sign_out', { params: { account: 'admin' } })
    await page.waitForURL('**/login?back=%2Fprojects%2Fone')
  },
)
