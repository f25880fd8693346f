import assert from 'node:assert/strict'
import test from 'node:test'
import type { Locator, Page } from 'playwright-core'
import { noBrowser, startBrowser } from '../helpers/browser.ts'
import { startServer } from '../helpers/server.ts'
import { waitFor } from '../helpers/wait-for.ts'
import { app, production } from '../journey/app.ts'
import { project } from '../journey/stage.ts'
import { signInFirst } from './stage.ts'

const limit = { timeout: 240_000, skip: noBrowser() }

async function open(page: Page, name: string): Promise<Locator> {
  const found = page.locator('details.opening').filter({ has: page.locator(`summary:text-is("${name}")`) })
  await found.locator('summary').first().click()
  return found.first()
}

/** Prints many lines at once, and others one by one for some seconds. */
const printing = `let n = 0
const line = () => console.log('line ' + n++)
while (n < 300) line()
setInterval(() => (n < 360 ? line() : process.exit()), 100)`

test('nothing that somebody typed is lost, whatever becomes of it', limit, async (t) => {
  await using server = await startServer()
  await using browser = await startBrowser()
  const window = await browser.window()
  const { page, context } = window
  const at = (path: string) => `${server.serving.url}${path}`
  const staging = at('/projects/shop/environments/staging')
  const shop = await project(server, 'shop')
  const files = app('shop', 'v1', { environments: { production: production('shop') } })
  await shop.deployed(await shop.ship(files))
  await signInFirst(window, server)

  await t.test('of two who answer, the second is told, with their words still there', async () => {
    const [wish] = await shop.deployments('production')
    await page.goto(at(`/deployments/${wish?.id}`))
    const rejecting = await open(page, 'Reject')
    await rejecting.getByLabel('Why').fill('the texts are wrong')
    await server.client.call('deployments.reject', { params: { deployment: wish?.id ?? '' }, body: { reason: 'mine' } })
    await page.getByText('rejected by admin: mine.').waitFor()
    assert.equal(await rejecting.getByLabel('Why').inputValue(), 'the texts are wrong')
    await rejecting.getByRole('button', { name: 'Reject' }).click()
    await page.getByText(/does not wait for approval; it is aborted/).waitFor()
    assert.equal(await rejecting.getByLabel('Why').inputValue(), 'the texts are wrong')
  })

  await t.test('when no answer comes, that is said, and not that nothing was done', async () => {
    await page.goto(staging)
    const locking = await open(page, 'Lock')
    await locking.getByLabel('Why').fill('a look')
    await context.setOffline(true)
    await locking.getByRole('button', { name: 'Lock' }).click()
    await locking.getByText('Whether it was done is not known').waitFor()
    await context.setOffline(false)
    assert.equal(await locking.getByLabel('Why').inputValue(), 'a look')
  })

  await t.test('what is too large is told in its form', async () => {
    await page.goto(staging)
    const closing = await open(page, 'Maintenance page')
    await closing.getByLabel('What visitors read').fill('x'.repeat(600_000))
    await closing.getByRole('button', { name: 'Show it' }).click()
    await closing.getByText('The body is larger than').waitFor()
    assert.equal((await closing.getByLabel('What visitors read').inputValue()).length, 600_000)
  })

  await t.test('without scripts one goes back to what one has typed', async () => {
    const state = await context.storageState()
    const plain = (await browser.window({ javaScriptEnabled: false, storageState: state })).page
    await plain.goto(staging)
    const deploying = await open(plain, 'Deploy')
    await deploying.getByLabel('Release').fill('nowhere')
    await deploying.getByLabel('Comment').fill('as we said')
    await deploying.getByRole('button', { name: 'Deploy' }).click()
    await plain.getByText('There is no release nowhere').waitFor()
    await plain.goBack()
    assert.equal(await deploying.getByLabel('Comment').inputValue(), 'as we said')
  })
})

test('who has scrolled up in a log stays there while lines come; who is at its end goes on', limit, async () => {
  await using server = await startServer()
  await using browser = await startBrowser()
  const window = await browser.window()
  const { page } = window
  const shop = await project(server, 'shop')
  await signInFirst(window, server)
  await shop.ship({ ...app('shop', 'v1', { checks: { print: 'node print.js' } }), 'print.js': printing })
  await waitFor('the run', async () => (await server.client.call('runs.list', { query: {} })).length > 0)
  await page.goto(`${server.serving.url}/runs/r1/jobs/print`)
  await page.getByText('line 300', { exact: true }).waitFor()
  await page.evaluate('scrollTo(0, 1500)')
  const lines = () => page.locator('.log .l').count()
  const before = await lines()
  await waitFor('more lines', async () => (await lines()) > before + 5)
  assert.equal(await page.evaluate('scrollY'), 1500)
  await page.evaluate('scrollTo(0, document.documentElement.scrollHeight)')
  const reached = await lines()
  await waitFor('more lines', async () => (await lines()) > reached + 5)
  const left = await page.evaluate<number>('document.documentElement.scrollHeight - innerHeight - scrollY')
  assert.ok(left < 200, `${left} pixels from the end`)
})
