import assert from 'node:assert/strict'
import test from 'node:test'
import { noBrowser, startBrowser } from '../helpers/browser.ts'
import { startServer } from '../helpers/server.ts'
import { signInFirst } from './stage.ts'

const limit = { timeout: 120_000, skip: noBrowser() }

test('everything is reached by keys alone, and no key acts while somebody types', limit, async (t) => {
  await using server = await startServer()
  await using browser = await startBrowser()
  const window = await browser.window()
  const { page, complaints } = window
  const { keyboard } = page
  await signInFirst(window, server)
  await server.client.call('accounts.add', { body: { name: 'lin' } })
  const people = `${server.serving.url}/people`

  await t.test('a row is chosen and opened, wherever somebody has clicked before', async () => {
    await page.goto(people)
    await page.getByRole('heading', { name: 'People' }).click()
    for (const key of ['j', 'j', 'k', 'j', 'Enter']) await keyboard.press(key)
    await page.waitForURL('**/people/lin')
  })

  await t.test('the list of keys opens and closes, and two keys lead on', async () => {
    await keyboard.press('?')
    const list = page.getByRole('dialog', { name: 'Keys' })
    await list.getByText('Overview').waitFor()
    await keyboard.press('Escape')
    await list.waitFor({ state: 'hidden' })
    await keyboard.press('g')
    await keyboard.press('o')
    await page.getByRole('heading', { name: 'Overview' }).waitFor()
  })

  await t.test('a form is opened, filled in and left', async () => {
    await page.goto(people)
    const summary = page.locator('summary', { hasText: 'Add an account' })
    await summary.focus()
    await keyboard.press('Enter')
    await keyboard.press('Tab')
    await keyboard.type('jk?got/')
    const name = page.getByLabel('Name')
    assert.equal(await name.inputValue(), 'jk?got/')
    await keyboard.press('Escape')
    await name.waitFor({ state: 'hidden' })
    assert.equal(await page.locator('summary:focus').count(), 1)
    await keyboard.press('Enter')
    assert.equal(await name.inputValue(), 'jk?got/', 'what was typed is still there')
    assert.equal(page.url(), people)
  })

  await t.test('Tab goes through the whole page, is seen wherever it is, and is kept nowhere', async () => {
    await page.goto(people)
    const seen = new Set<string>()
    for (let presses = 0; presses < 200; presses += 1) {
      await keyboard.press('Tab')
      const [label, outline] = await page.evaluate<[string, string]>(focused)
      if (label === 'BODY' || seen.has(label)) break
      assert.notEqual(outline, 'none', `${label} shows that it has the focus`)
      seen.add(label)
    }
    assert.deepEqual(await page.evaluate<string[]>(`(${reachable})(${JSON.stringify([...seen])})`), [])
  })

  assert.deepEqual(complaints, [])
})

/** An element by its place, so that two with the same words are two. */
const naming = `const name = (element) => [...document.querySelectorAll('*')].indexOf(element) + ' ' + element.outerHTML.slice(0, 80)`
const focused = `(() => {
  ${naming}
  const element = document.activeElement
  return element === document.body ? ['BODY', ''] : [name(element), getComputedStyle(element).outlineStyle]
})()`

/** What can be used and was not reached. */
const reachable = `(seen) => {
  ${naming}
  const all = document.querySelectorAll('a[href], button, summary, input:not([type=hidden]), select, textarea')
  return [...all].filter((element) => element.checkVisibility()).map(name).filter((each) => !seen.includes(each))
}`
