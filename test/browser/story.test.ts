import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { noBrowser, startBrowser } from '../helpers/browser.ts'
import { type ServerUnderTest, startServer } from '../helpers/server.ts'
import { app, production } from '../journey/app.ts'
import { type Project, project, visit } from '../journey/stage.ts'

const limit = { timeout: 240_000, skip: noBrowser() }

/** What opens under this name, opened. */
async function open(page: Page, name: string): Promise<ReturnType<Page['locator']>> {
  const found = page.locator('details.opening').filter({ has: page.locator(`summary:text-is("${name}")`) })
  await found.locator('summary').first().click()
  return found.first()
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true })

test('the whole story by clicking, from the first link to a rollback and a lock', limit, async (t) => {
  await using server = await startServer()
  await using browser = await startBrowser()
  const { page, complaints } = await browser.window()
  const at = (path: string) => `${server.serving.url}${path}`
  const state = (words: string) => page.locator('.subtitle').getByText(words, { exact: true }).waitFor()
  const commits: string[] = []
  let shop: Project | null = null
  const ship = async (version: string) => {
    assert.ok(shop)
    commits.push(await shop.ship(app('shop', version, { environments: productions }), `${version} of the shop`))
  }

  await t.test('the link of the first start sets a password and signs in', async () => {
    await page.goto(await firstLink(server))
    await page.getByLabel('Password').fill('seven brown horses ran')
    await button(page, 'Set it and sign in').click()
    await page.getByText('There are no projects yet.').waitFor()
  })

  await t.test('a project is added, and a push shows up by itself', async () => {
    await open(page, 'Add a project')
    await page.getByLabel('Name').fill('shop')
    await button(page, 'Add').click()
    await page.getByRole('heading', { name: 'shop', level: 1 }).waitFor()
    shop = await project(server, 'shop', true)
    await page.goto(at('/'))
    await ship('v1')
    await page.getByText('v1 of the shop').first().waitFor()
    await page
      .getByText(/waits for a yes/)
      .nth(1)
      .waitFor()
  })

  await t.test('two environments are approved in one act', async () => {
    await page.getByRole('link', { name: /Approvals 2/ }).click()
    const boxes = page.locator('.wish input[type=checkbox]')
    assert.equal(await boxes.count(), 2)
    await page
      .getByText(/Plan: /)
      .first()
      .click()
    await page.getByText('SHA-256 of the plan').first().waitFor({ state: 'attached' })
    await page.getByLabel('all of them').check()
    await button(page, 'Approve what is ticked (2)').waitFor()
    await page.getByLabel('Comment').first().fill('both at once')
    await button(page, 'Approve what is ticked (2)').click()
    await page.getByText('Approved.').waitFor()
    await page.getByText('Nothing waits for a yes.').waitFor()
  })

  await t.test('a deployment is watched to its verdict', async () => {
    await page.goto(at('/projects/shop/deployments?environment=europe'))
    await page.locator('td a').first().click()
    await state('succeeded')
    await page
      .getByText(/no visitors; 0 of \d+ probes failed|0 dropped of/)
      .first()
      .waitFor()
    await page.getByRole('img', { name: /steps in/ }).waitFor()
    const slider = page.getByLabel('Moment of the deployment')
    await slider.fill('0')
    assert.ok((await page.locator('.timeline li[data-off]').count()) > 3, 'what had not happened yet is dimmed')
    assert.equal(await visit(server, 'eu.shop.test'), 'v1')
  })

  await t.test('a variable is set and applied', async () => {
    await page.goto(at('/projects/shop/environments/europe'))
    const setting = await open(page, 'Set a variable')
    await setting.getByLabel('Name').fill('COLOUR')
    await setting.getByLabel('Value').fill('green')
    await setting.getByRole('button').click()
    await page.getByText('Kept, as a new version.').waitFor()
    await button(page, 'Apply to what runs').click()
    await page.getByText('variables of shop').waitFor()
    await approveIt(page)
    await state('succeeded')
    assert.equal(await visit(server, 'eu.shop.test', '/env/COLOUR'), 'green')
  })

  await t.test('instances are scaled', async () => {
    await page.goto(at('/projects/shop/environments/europe'))
    const scaling = await open(page, 'Scale')
    await scaling.getByLabel('web').fill('2')
    await scaling.getByRole('button').click()
    await page.getByText('scale of shop').waitFor()
    await state('succeeded')
    await page.goto(at('/projects/shop/environments/europe'))
    await page.getByText('2 instances').first().waitFor()
  })

  await t.test('a newer release goes live, and is rolled back', async () => {
    await ship('v2')
    await page.goto(at('/approvals'))
    await page.locator('.wish').nth(1).waitFor()
    await page.locator('.wish input[type=checkbox]').first().check()
    await page.locator('.wish input[type=checkbox]').nth(1).check()
    await button(page, 'Approve what is ticked (2)').click()
    await shop?.deployed(commits.at(-1) ?? '', 'europe')
    assert.equal(await visit(server, 'eu.shop.test'), 'v2')
    await page.goto(at('/projects/shop/environments/europe'))
    const back = await open(page, 'Roll back')
    await back.getByLabel('Why').fill('v2 is ugly')
    await back.getByRole('button').click()
    await page.getByText('rollback of shop').waitFor()
    await approveIt(page)
    await state('succeeded')
    assert.equal(await visit(server, 'eu.shop.test'), 'v1')
  })

  await t.test('an environment is locked and unlocked, and others see it without asking', async () => {
    const other = await page.context().newPage()
    await other.goto(at('/'))
    await page.goto(at('/projects/shop/environments/canada'))
    const locking = await open(page, 'Lock')
    await locking.getByLabel('Why').fill('the fair')
    await locking.getByLabel('For how long').fill('2h')
    await locking.getByRole('button').click()
    await page.getByText('Locked. Nothing goes there').waitFor()
    await other.getByText('locked by admin').waitFor()
    await button(page, 'Unlock').click()
    await page.getByText('Unlocked.').waitFor()
    await other.getByText('locked by admin').waitFor({ state: 'detached' })
  })

  await t.test('what is typed wrong is told where it was typed, and a job’s log opens', async () => {
    await page.goto(at('/projects/shop/environments/canada'))
    const locking = await open(page, 'Lock')
    await locking.getByLabel('Why').fill('x')
    await locking.getByLabel('For how long').fill('soon')
    await locking.getByRole('button').click()
    await locking.getByText(/found "soon", expected a time such as 30m/).waitFor()
    await page.goto(at('/runs/r1'))
    await page.locator('.job').first().click()
    await page.locator('.log .l').first().waitFor()
    await page.getByLabel('Search the log').fill('REVISION NOBODY')
    await page.locator('.log .l:visible').first().waitFor({ state: 'detached' })
    await page.getByLabel('Search the log').fill('build')
    await page.getByLabel('Search the log').press('Enter')
    await page.waitForURL(/find=build/)
  })

  assert.deepEqual(
    complaints.filter((text) => !/status of 400/.test(text)),
    [],
    'no script fails, and the policy stops nothing',
  )
})

const productions = {
  canada: production('shop', { hosts: 'ca.shop.test' }),
  europe: production('shop', { hosts: 'eu.shop.test' }),
}

async function firstLink(server: ServerUnderTest): Promise<string> {
  const [link = ''] = /http:\S+\/join\/\S+/.exec(await server.log()) ?? []
  return link
}

/** The yes that a protected environment wants. */
async function approveIt(page: Page): Promise<void> {
  const approving = await open(page, 'Approve')
  await approving.getByRole('button').click()
  await page.getByText('Approved.').waitFor()
}
